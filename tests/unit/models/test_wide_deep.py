import keras
import numpy as np
import pytest

from percept.errors import UserError
from percept.models import build
from percept.models.wide_deep import WideDeep, picked_features
from percept.objective import Binary, Multiclass, Regression
from percept.prepared.spec import DatasetSpec, Pixels, RawInput, RowCounts

ROWS = RowCounts(source=2, dropped={}, train=1, validation=0, test=1)
TABLE = DatasetSpec(
    task="flats",
    raw_inputs=tuple(
        RawInput(name=name, kind=kind) for name, kind in (("plan", "category"), ("area", "numeric"), ("age", "numeric"))
    ),
    shape=(5,),
    feature_names=("area", "age", "plan_basic", "plan_pro", "plan_x"),
    feature_sources=("area", "age", "plan", "plan", "plan"),
    classes=("no", "yes"),
    rows=ROWS,
)
REGRESSION = Regression(kind="regression", target="price")


def wide_deep(objective=REGRESSION, spec=TABLE, **options):
    config = {"kind": "wide_deep", "wide": ["area", "plan"], "deep": ["age", "plan"], "units": [4, 3]} | options
    return build(WideDeep(**config), spec, objective)


def test_each_path_gets_the_features_of_its_columns():
    assert picked_features(("area", "plan"), TABLE, "model.wide") == [0, 2, 3, 4]
    assert picked_features("all", TABLE, "model.wide") == [0, 1, 2, 3, 4]


def test_the_network_has_two_named_inputs_and_hidden_layers_on_the_deep_path_alone():
    paths = wide_deep().get_layer("paths")
    assert {name: tensor.shape[1] for name, tensor in paths.input.items()} == {"wide": 4, "deep": 4}
    x = np.random.default_rng(0).normal(size=(6, 5)).astype(np.float32)
    model = wide_deep()
    *hidden, output = (layer for layer in model.get_layer("paths").layers if isinstance(layer, keras.layers.Dense))
    values = x[:, [1, 2, 3, 4]]
    for layer in hidden:
        values = np.maximum(values @ layer.kernel + layer.bias, 0)
    expected = np.concatenate([x[:, [0, 2, 3, 4]], values], axis=1) @ output.kernel + output.bias
    np.testing.assert_allclose(model(x), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("objective", "main"),
    [
        (REGRESSION, "value"),
        (Binary(kind="binary", target="y", positive="yes"), "probability"),
        (Multiclass(kind="multiclass"), "probabilities"),
    ],
    ids=lambda value: getattr(value, "kind", None),
)
def test_an_auxiliary_weight_adds_a_second_output_with_its_share_of_the_loss(objective, main):
    from percept.training.fit import compile_model
    from percept.training.optimizer import Sgd
    from percept.training.options import Fit

    model = wide_deep(objective, auxiliary_weight=0.1)
    assert set(model.output) == {main, "auxiliary"}
    plan = Fit(epochs=1, batch_size=1, shuffle=True, patience=None, engine="auto", weights="last")
    compile_model(model, objective, Sgd(kind="sgd", learning_rate=0.1, momentum=0, nesterov=False), plan, 1, 0.1)
    weights = model.get_compile_config()["loss_weights"]
    assert weights == {main: 0.9, "auxiliary": 0.1}


def test_an_unknown_column_is_refused_with_the_nearest_name():
    with pytest.raises(UserError, match=r"model.deep: column 'agee'; did you mean 'age'\?"):
        wide_deep(deep=["agee"])


def test_pictures_are_refused_with_the_models_that_take_them():
    pictures = TABLE.model_copy(update={"shape": (4, 4, 1), "pixels": Pixels(scale=1.0, offset=0.0)})
    with pytest.raises(UserError, match=r"task flats has pictures[\s\S]*`-S model=cnn`"):
        wide_deep(spec=pictures)


def test_the_deep_path_wants_a_dropout_rate_for_each_layer():
    with pytest.raises(ValueError, match="dropout has 1 rates for 2 layers in units"):
        wide_deep(dropout=[0.5])
