import numpy as np
import pytest

from percept.dataset.table import Images
from percept.errors import UserError
from percept.features.image import ImageFeatures, fit_pixels
from percept.features.prepare import Preparation, prepare
from percept.features.split import Split
from percept.objective import Binary, Multiclass, Regression
from percept.prepared.examples import load_examples, load_raw
from percept.prepared.spec import SUBSETS, DatasetSpec

SPLIT = Split(test={"kind": "given"}, validation={"kind": "first", "rows": 2})
CLASSES = Multiclass(kind="multiclass")
SCALINGS = ["none", "min_max", "standard"]
RANDOM = np.random.default_rng(0)


def pictures(pixels=None) -> Images:
    """Ten pictures in four grey levels or more; the last three test."""
    pixels = RANDOM.integers(40, 44, (10, 3, 2, 1), dtype=np.uint8) if pixels is None else pixels
    return Images(pixels, np.arange(10) % 2, ("cat", "dog"), is_test=np.arange(10) >= 7)


def prepared(images: Images, folder, scaling: str = "min_max") -> DatasetSpec:
    folder.mkdir(exist_ok=True)
    found = prepare(images, Preparation("task", ImageFeatures(kind="image", scaling=scaling), SPLIT, CLASSES, seed=0))
    found.save(folder)
    return found.spec


def scaled(scaling: str, train: np.ndarray) -> np.ndarray:
    pixels = fit_pixels(ImageFeatures(kind="image", scaling=scaling), train)
    return train * pixels.scale + pixels.offset


def test_no_scaling_leaves_pixels_as_they_are():
    train = np.array([3, 200], dtype=np.uint8)
    assert scaled("none", train).tolist() == [3, 200]


def test_min_max_scaling_brings_the_training_pixels_to_zero_and_one():
    train = np.array([50, 100, 150], dtype=np.uint8)
    np.testing.assert_allclose(scaled("min_max", train), [0, 0.5, 1])


def test_standard_scaling_gives_the_training_pixels_mean_zero_and_deviation_one():
    values = scaled("standard", RANDOM.integers(0, 256, (5, 4, 4, 3), dtype=np.uint8))
    np.testing.assert_allclose([values.mean(), values.std()], [0, 1], atol=1e-9)


@pytest.mark.parametrize("scaling", ["min_max", "standard"])
def test_pictures_of_one_shade_become_zero(scaling):
    assert scaled(scaling, np.full((2, 2), 255, dtype=np.uint8)).tolist() == [[0, 0], [0, 0]]


def test_pixels_stay_bytes_and_rows_keep_their_labels(tmp_path):
    images = pictures()
    spec = prepared(images, tmp_path)
    for subset, rows in zip(SUBSETS, (slice(2, 7), slice(2), slice(7, None)), strict=True):
        examples = load_examples(subset, tmp_path)
        np.testing.assert_array_equal(examples.x, images.pixels[rows], strict=True)
        np.testing.assert_array_equal(examples.y, images.labels[rows])
        np.testing.assert_array_equal(load_raw(subset, spec, tmp_path)["pixels"], examples.x)


def test_the_spec_tells_what_the_pictures_are(tmp_path):
    spec = prepared(pictures(), tmp_path)
    assert DatasetSpec.load(tmp_path / "spec.json") == spec
    assert (spec.shape, spec.classes, [column.kind for column in spec.raw_inputs]) == (
        (3, 2, 1),
        ("cat", "dog"),
        ["pixels"],
    )
    assert (spec.rows.source, spec.rows.train, spec.rows.validation, spec.rows.test) == (10, 5, 2, 3)


@pytest.mark.parametrize("scaling", SCALINGS)
def test_scale_and_ranges_come_from_the_training_pictures_alone(scaling, tmp_path):
    images = pictures()
    poisoned = images.pixels.copy()
    poisoned[[0, 1, 7, 8, 9]] = RANDOM.integers(0, 256, (5, 3, 2, 1), dtype=np.uint8)
    clean, other = (
        prepared(images, tmp_path / "clean", scaling),
        prepared(pictures(poisoned), tmp_path / "other", scaling),
    )
    assert clean == other
    np.testing.assert_array_equal(
        load_examples("train", tmp_path / "clean").x, load_examples("train", tmp_path / "other").x
    )


@pytest.mark.parametrize("scaling", ["min_max", "standard"])
def test_scale_and_ranges_follow_the_training_pictures(scaling, tmp_path):
    images = pictures()
    brighter = images.pixels.copy()
    brighter[3] = 255
    found, other = prepared(images, tmp_path, scaling), prepared(pictures(brighter), tmp_path, scaling)
    assert found.pixels != other.pixels
    assert found.ranges["brightness"].max < other.ranges["brightness"].max == 1


def test_pictures_need_an_objective_with_classes():
    objective = Regression(kind="regression", target="y")
    with pytest.raises(UserError, match=r"objective\.kind: regression\n  expected: multiclass or binary for pictures"):
        prepare(pictures(), Preparation("task", ImageFeatures(kind="image"), SPLIT, objective, 0))


def test_pictures_of_one_class_can_be_told_from_all_others():
    objective = Binary(kind="binary", target="class", positive="cat")
    found = prepare(pictures(), Preparation("task", ImageFeatures(kind="image"), SPLIT, objective, 0))
    assert found.spec.classes == ("dog", "cat")
    assert found.examples["test"].y.tolist() == [0, 1, 0]


def test_pictures_have_no_column_of_weights():
    objective = Multiclass(kind="multiclass", weight="w")
    with pytest.raises(UserError, match=r"objective\.weight: 'w'\n  expected: null"):
        prepare(pictures(), Preparation("task", ImageFeatures(kind="image"), SPLIT, objective, 0))
