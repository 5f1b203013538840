"""A forest beside the members: how it grows, and how much it counts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import ExtraTreesRegressor

from percept.models.forest import Forest
from percept.objective import Binary, Multiclass, Multilabel, Regression
from percept.prepared.examples import Examples
from percept.training import forest
from percept.training.forest import MOST_BYTES, MOST_ROWS, _below, fit_trees, grow, is_quick, nodes_of
from percept.training.line import Fold, loss_of

BINARY = Binary(kind="binary", target="y", positive="1")
CLASSES = Multiclass(kind="multiclass")
LABELS = Multilabel(kind="multilabel", target=("p", "q"))
VALUE = Regression(kind="regression", target="y")
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(300, 4)).astype(np.float32)
FOLDS = [Fold(np.arange(0, 300, 2), np.arange(1, 300, 2)), Fold(np.arange(1, 300, 2), np.arange(0, 300, 2))]
CUT = (X[:, 0] > 0.3) * 4.0 + (X[:, 1] > 0) * 2.0  # where a tree is at home
TARGETS = {
    "binary": (BINARY, (CUT > 2).astype(np.int64), 1),
    "multiclass": (CLASSES, np.digitize(CUT, [1, 3]), 3),
    "multilabel": (LABELS, np.stack([CUT > 2, X[:, 2] > 0], axis=1).astype(np.int64), 2),
    "regression": (VALUE, CUT[:, np.newaxis], 1),
}


@pytest.mark.parametrize("kind", TARGETS)
def test_a_forest_takes_over_where_values_jump_and_the_layer_says_what_scikit_learn_says(kind):
    objective, y, num_outputs = TARGETS[kind]
    train = Examples(X, y)
    said = np.zeros((300, num_outputs))
    grown = grow(said, train, train, FOLDS, objective, 0, 2)
    assert grown.share > 0.5
    assert loss_of(grown.together, y, objective) < 0.5 * loss_of(said, y, objective)
    expected = fit_trees(train, objective, num_outputs, 0, 1).predict(X).reshape(-1, num_outputs)
    np.testing.assert_allclose(Forest.of(grown.trees, 4)(X), expected, atol=1e-6)


def test_a_forest_stays_away_where_members_know_better():
    y = RANDOM.normal(size=(300, 1))
    assert grow(y, Examples(X, y), Examples(X, y), FOLDS, VALUE, 0, 1) is None


def test_no_row_is_judged_by_a_forest_that_learned_from_it():
    y = RANDOM.normal(size=(300, 1))  # nothing to learn: only who knows a row by heart can say its value
    said = np.zeros((300, 1))
    grown = grow(said, Examples(X, y), Examples(X, y), FOLDS, VALUE, 0, 1)
    assert grown is None or grown.share < 0.3
    every = [Fold(np.arange(300), np.arange(300))]
    assert grow(said, Examples(X, y), Examples(X, y), every, VALUE, 0, 1).share == 1


def test_the_same_rows_give_the_same_trees_by_any_number_of_threads():
    objective, y, _ = TARGETS["regression"]
    y = y + RANDOM.normal(size=y.shape)
    train = Examples(X, y)
    one, two = (grow(np.zeros((300, 1)), train, train, FOLDS, objective, 7, threads) for threads in (1, 2))
    for part, other in zip(one.trees, two.trees, strict=True):
        np.testing.assert_array_equal(part, other)
    np.testing.assert_array_equal(one.together, two.together)
    other = grow(np.zeros((300, 1)), train, train, FOLDS, objective, 8, 1)
    assert not np.array_equal(one.together, other.together)


def test_rows_count_by_their_weight():
    y = (RANDOM.random(300) < 0.5).astype(np.int64)
    weight = np.where(y == 1, 9.0, 1.0).astype(np.float32)
    alike = np.zeros((300, 4), np.float32)  # one leaf
    said = fit_trees(Examples(alike, y, weight), BINARY, 1, 0, 1).predict(alike[:1])
    assert said == pytest.approx(weight[y == 1].sum() / weight.sum())


@given(leaves=st.integers(2, 40), seed=st.integers(0, 99), outputs=st.integers(1, 3))
@settings(max_examples=25, deadline=None)
def test_trees_of_any_form_are_walked_as_scikit_learn_walks_them(leaves, seed, outputs):
    random = np.random.default_rng(seed)
    x = random.integers(-3, 4, size=(60, 3)).astype(np.float32)  # equal values, on both sides of a threshold
    y = random.normal(size=(60, outputs))
    trees = ExtraTreesRegressor(4, max_leaf_nodes=leaves, random_state=seed).fit(x, y[:, 0] if outputs == 1 else y)
    layer = Forest.of(nodes_of(trees), 3)
    np.testing.assert_allclose(layer(x), trees.predict(x).reshape(60, outputs), atol=1e-5)


@given(st.lists(st.floats(-1e30, 1e30), min_size=1))
def test_a_threshold_parts_the_same_numbers_when_it_is_shorter(values):
    thresholds = np.array(values)
    short = _below(thresholds)
    assert (short <= thresholds).all() and (np.nextafter(short, np.float32(np.inf)) > thresholds).all()


def test_trees_of_many_rows_stay_within_their_bytes(monkeypatch):
    monkeypatch.setattr(forest, "MOST_BYTES", 20_000)
    y = RANDOM.normal(size=(300, 1))
    train = Examples(X, y)
    grown = grow(np.zeros((300, 1)), train, train, [Fold(np.arange(300), np.arange(300))], VALUE, 0, 1)
    assert sum(part.nbytes for part in grown.trees[1:-1]) <= 20_000 < MOST_BYTES


def test_a_forest_that_would_take_long_is_left_out():
    assert is_quick(Examples(np.zeros((1000, 100), np.float32), np.zeros(1000)))
    assert not is_quick(Examples(np.zeros((MOST_ROWS + 1, 1), np.float32), np.zeros(MOST_ROWS + 1)))
    assert not is_quick(Examples(np.broadcast_to(np.float32(0), (50_000, 3000)), np.zeros(50_000)))
