"""The layers of a forest against slow and plain walks."""

import keras
import numpy as np
import pytest
from scipy.special import expit, logit, softmax

from percept.models.forest import Forest, Trees, WithForest, together

RANDOM = np.random.default_rng(0)
# A tree that asks column 1, and then, above 0.5, column 0; and a tree that is a leaf.
TREES = Trees(
    roots=np.array([0, 5], np.int32),
    column=np.array([1, 0, 0, 0, 0, 0], np.int32),
    threshold=np.array([0.5, np.inf, -1.0, np.inf, np.inf, np.inf], np.float32),
    child=np.array([1, 1, 3, 3, 4, 5], np.int32),
    value=np.array([[0, 0], [1, 2], [0, 0], [3, 4], [5, 6], [10, 20]], np.float32),
    depth=2,
)
X = np.array([[-2, 0.5, 9], [7, -3, 9], [-1, 0.75, 9], [-0.5, 2, 9], [np.inf, np.inf, 9]], np.float32)
REACHED = [[1, 2], [1, 2], [3, 4], [5, 6], [5, 6]]


def test_each_row_gets_the_mean_of_the_leaves_that_it_reaches():
    layer = Forest.of(TREES, 3)
    np.testing.assert_allclose(layer(X), np.mean([REACHED, [[10, 20]] * len(X)], axis=0))
    assert layer(X[:0]).shape == (0, 2)


def test_a_forest_is_saved_with_its_trees(tmp_path):
    features = keras.Input((3,))
    model = keras.Model(features, Forest.of(TREES, 3, name="forest")(features))
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(X), model(X))
    assert not loaded.trainable_weights


@pytest.mark.parametrize(
    ("kind", "units", "probabilities"), [("binary", 1, expit), ("multilabel", 3, expit), ("multiclass", 4, softmax)]
)
def test_members_and_forest_say_the_mean_of_their_probabilities(kind, units, probabilities):
    said = RANDOM.normal(size=(6, units)).astype(np.float32) * 3
    of_forest = RANDOM.dirichlet(np.ones(units + 1), size=6)[:, :units].astype(np.float32)
    if kind == "multiclass":
        of_forest /= of_forest.sum(axis=1, keepdims=True)
    options = {"axis": 1} if kind == "multiclass" else {}
    layer = WithForest(kind, 0.3)
    expected = 0.7 * probabilities(said, **options) + 0.3 * of_forest
    np.testing.assert_allclose(layer([said, of_forest]), expected, rtol=1e-5)
    layer.set_weights([np.float32(0.5)])  # a temperature of 2
    logits = np.log(expected) if kind == "multiclass" else logit(expected)
    np.testing.assert_allclose(layer([said, of_forest]), probabilities(logits / 2, **options), rtol=1e-5)


def test_sure_answers_stay_finite():
    sure = np.array([[60.0], [-60.0]], np.float32)
    forest = np.array([[1.0], [0.0]], np.float32)
    logits = np.asarray(together(sure, forest, 0.5, "binary"))
    assert np.isfinite(logits).all() and (expit(logits) == pytest.approx(forest, abs=1e-6))
    sure_classes = np.array([[90.0, 0.0, 0.0]], np.float32)
    assert np.isfinite(together(sure_classes, np.eye(3, dtype=np.float32)[:1], 0.5, "multiclass")).all()


def test_values_are_a_mean_by_share():
    layer = WithForest("regression", 0.25)
    np.testing.assert_allclose(layer([np.float32([[4.0]]), np.float32([[8.0]])]), [[5.0]])
