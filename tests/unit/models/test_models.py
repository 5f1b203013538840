import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from project_conf import choices

from percept.composition import load_config
from percept.errors import UserError
from percept.models import Model, build
from percept.models.perceptron import is_separable
from percept.objective import Objective
from percept.params import Params
from percept.prepared.spec import DatasetSpec, Pixels, RawInput, RowCounts
from percept.training.optimizer import Scheduled
from percept.training.schedule import Constant

INPUTS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
ROWS = RowCounts(source=2, dropped={}, train=1, validation=0, test=1)
TABLE = DatasetSpec(
    task="t", raw_inputs=(RawInput(name="a", kind="numeric"),), shape=(3,), classes=("no", "yes"), rows=ROWS
)
PICTURES = DatasetSpec(
    task="t",
    raw_inputs=(RawInput(name="pixels", kind="pixels"),),
    shape=(4, 5, 1),
    pixels=Pixels(scale=1 / 255, offset=0.0),
    classes=("a", "b", "c"),
    rows=ROWS,
)
MLP = {"kind": "mlp", "units": [8, 4], "dropout": [0.3, 0.5], "activation": "relu"}


class Network(Params):
    model: Model
    objective: Objective


def network(model: dict, objective: dict, spec: DatasetSpec):
    checked = Network.check({"model": model, "objective": objective}, "test")
    return build(checked.model, spec, checked.objective)


@pytest.mark.parametrize("model", [MLP, {"kind": "perceptron"}], ids=["mlp", "perceptron"])
@pytest.mark.parametrize(
    ("objective", "spec", "activation", "outputs"),
    [
        ({"kind": "binary", "target": "y", "positive": "yes"}, TABLE, "sigmoid", 1),
        ({"kind": "multiclass"}, PICTURES, "softmax", 3),
        ({"kind": "regression", "target": "y"}, TABLE, "linear", 1),
    ],
    ids=["binary", "multiclass", "regression"],
)
def test_the_objective_decides_the_output_layer(model, objective, spec, activation, outputs):
    built = network(model, objective, spec)
    assert built.layers[-1].activation.__name__ == activation
    assert built.output_shape == (None, outputs)


def test_an_mlp_has_the_layers_of_its_recipe():
    built = network(MLP, {"kind": "binary", "target": "y", "positive": "yes"}, TABLE)
    described = [
        (type(layer).__name__, getattr(layer, "units", getattr(layer, "rate", None))) for layer in built.layers[1:]
    ]
    assert described == [("Dense", 8), ("Dropout", 0.3), ("Dense", 4), ("Dropout", 0.5), ("Dense", 1)]


def test_pictures_are_brought_to_scale_inside_the_network():
    built = network({"kind": "perceptron"}, {"kind": "multiclass"}, PICTURES)
    np.testing.assert_allclose(built.layers[1](np.full((1, 4, 5, 1), 255, np.uint8)), 1.0, rtol=1e-6)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"dropout": [0.3]}, "dropout has 1 rates for 2 layers"),
        ({"units": []}, "model.units"),
        ({"units": [0]}, "model.units.0 = 0"),
        ({"activation": "rellu"}, "model.activation = 'rellu'"),
    ],
)
def test_an_impossible_mlp_is_refused(change, message):
    with pytest.raises(UserError, match=message):
        network(MLP | change, {"kind": "multiclass"}, PICTURES)


@pytest.mark.parametrize(("outputs", "separable"), [([0, 0, 0, 1], True), ([0, 1, 1, 1], True), ([1, 1, 1, 0], True)])
def test_and_or_nand_can_be_parted_by_a_line(outputs, separable):
    assert is_separable(INPUTS, np.array(outputs)) is separable


def test_xor_cannot():
    assert is_separable(INPUTS, np.array([0, 1, 1, 0])) is False


@given(weights=st.tuples(*[st.floats(-2, 2)] * 3), seed=st.integers(0, 1000))
def test_rows_labelled_by_a_line_are_separable(weights, seed):
    x = np.random.default_rng(seed).normal(size=(20, 2))
    score = x @ np.array(weights[:2]) + weights[2]
    assume(np.abs(score).min() > 1e-3)
    assert is_separable(x, (score > 0).astype(int))


@pytest.mark.parametrize("name", choices("optimizer"))
def test_every_optimizer_has_the_settings_of_its_file(name):
    optimizer = load_config([f"optimizer={name}"]).optimizer
    optimizer = optimizer.model_copy(update={"schedule": Constant(kind="constant")})
    built = optimizer.build()
    found, values = built.get_config(), optimizer.model_dump(exclude=set(Scheduled.model_fields))
    assert (type(built).__name__.lower(), found["use_ema"]) == (optimizer.kind, bool(optimizer.ema_epochs))
    values |= {"learning_rate": optimizer.learning_rate, "global_clipnorm": optimizer.clip_norm}
    assert {name: found[name] for name in values} == pytest.approx(values)
