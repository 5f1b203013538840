import numpy as np
import pytest

from percept.errors import UserError
from percept.models import build
from percept.models.cnn import Cnn
from percept.objective import Multiclass
from percept.prepared.spec import DatasetSpec, Pixels, RawInput, RowCounts

OBJECTIVE = Multiclass(kind="multiclass")
ROWS = RowCounts(source=2, dropped={}, train=1, validation=0, test=1)
PICTURES = DatasetSpec(
    task="pictures",
    raw_inputs=(RawInput(name="pixels", kind="pixels"),),
    shape=(12, 14, 3),
    pixels=Pixels(scale=1 / 255, offset=0.0),
    classes=("a", "b", "c", "d"),
    rows=ROWS,
)
TABLE = DatasetSpec(
    task="numbers",
    raw_inputs=(RawInput(name="a", kind="numeric"),),
    shape=(3,),
    classes=("a", "b", "c", "d"),
    rows=ROWS,
)


def cnn(spec=PICTURES, **options):
    return build(Cnn(**({"kind": "cnn", "filters": [4, 6]} | options)), spec, OBJECTIVE)


def outputs(model, training: bool) -> np.ndarray:
    x = np.random.default_rng(0).integers(0, 256, (8, *PICTURES.shape), dtype=np.uint8)
    return np.asarray(model(x, training=training))


@pytest.mark.parametrize(
    ("options", "shapes"),
    [
        ({}, [(10, 12, 4), (3, 4, 6)]),
        ({"padding": "same"}, [(12, 14, 4), (6, 7, 6)]),
        ({"padding": "same", "stride": 2, "pool": 1}, [(6, 7, 4), (3, 4, 6)]),
        ({"padding": "same", "convolutions": 2}, [(12, 14, 4), (12, 14, 4), (6, 7, 6), (6, 7, 6)]),
        ({"kernel": 5, "filters": [7]}, [(8, 10, 7)]),
    ],
    ids=["valid", "same", "strides", "two in a block", "larger kernel"],
)
def test_blocks_have_the_shapes_their_options_say(options, shapes):
    model = cnn(**options)
    assert [layer.output.shape[1:] for layer in model.layers if "conv" in layer.name] == shapes
    assert model.output_shape == (None, 4)


@pytest.mark.parametrize(("top", "features"), [("flatten", 1 * 2 * 6), ("average", 6), ("max", 6)])
def test_the_top_gives_all_places_or_one_value_for_each_filter(top, features):
    model = cnn(top=top, units=[5])
    assert model.layers[-2].kernel.shape == (features, 5)


def test_dropout_normalisation_and_penalties_are_layers_of_their_own():
    model = cnn(units=[5], dropout=0.3, block_dropout=0.2, batch_norm=True, l2=0.01)
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds.count("BatchNormalization") == 3
    assert [layer.rate for layer in model.layers if type(layer).__name__ == "Dropout"] == [0.2, 0.2, 0.3]
    assert len(model.losses) == 3


@pytest.mark.parametrize("change", [{"flip": "horizontal"}, {"shift": 0.2}, {"rotation": 20}], ids=str)
def test_pictures_change_in_training_and_never_otherwise(change):
    model = cnn(augmentation=change)
    assert not np.array_equal(outputs(model, True), outputs(model, True))
    np.testing.assert_array_equal(outputs(model, False), outputs(model, False))


def test_more_blocks_than_the_pictures_have_room_for_are_refused():
    with pytest.raises(UserError, match=r"convolutions of block 3 take 3 x 3 pixels, and only 1 x 2 are left"):
        cnn(filters=[4, 4, 4])
    with pytest.raises(UserError, match=r"pooling of block 3 take 3 x 3 pixels, and only 1 x 1 are left"):
        cnn(filters=[4, 4, 4], padding="same", pool=3)


def test_a_table_is_refused_with_the_models_that_take_it():
    with pytest.raises(UserError, match=r"task numbers has a table[\s\S]*mlp, perceptron, custom, tabm, wide_deep"):
        cnn(TABLE)
