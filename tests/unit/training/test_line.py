"""A straight line beside the members: how it is fitted, and how much it counts."""

import numpy as np
import pytest
from scipy.special import expit, logit

from percept.objective import Binary, Multiclass, Multilabel, Regression
from percept.prepared.examples import Examples
from percept.training.line import NEVER, Fold, fit_line, is_quick, loss_of, mix

BINARY = Binary(kind="binary", target="y", positive="1")
VALUE = Regression(kind="regression", target="y")
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(400, 3)).astype(np.float32)
STRAIGHT = X @ np.array([1.0, -2.0, 0.5]) + 0.3
FOLDS = [Fold(np.arange(0, 400, 2), np.arange(1, 400, 2)), Fold(np.arange(1, 400, 2), np.arange(0, 400, 2))]


def test_values_on_a_line_are_found():
    line = fit_line(Examples(X, STRAIGHT[:, np.newaxis]), VALUE, 0.01, 1)
    np.testing.assert_allclose(line.kernel[:, 0], [1, -2, 0.5], atol=1e-3)
    assert line.bias == pytest.approx(0.3, abs=1e-3)


def test_a_class_that_no_row_has_is_never_likely():
    y = RANDOM.integers(2, size=400) * 2  # of classes 0, 1, 2
    line = fit_line(Examples(X, y), Multiclass(kind="multiclass"), 1.0, 3)
    assert line.kernel.shape == (3, 3) and line.bias[1] == NEVER and not line.kernel[:, 1].any()
    one = fit_line(Examples(X, np.zeros(400, np.int64)), BINARY, 1.0, 1)
    assert one.bias == pytest.approx(NEVER) and not one.kernel.any()


def test_each_label_has_a_line():
    y = np.column_stack([STRAIGHT > 0, X[:, 0] > 0]).astype(np.int64)
    line = fit_line(Examples(X, y), Multilabel(kind="multilabel", target=("p", "q")), 1.0, 2)
    assert ((line(X) > 0) == y).mean() > 0.95


def test_a_row_that_counts_twice_is_as_two_rows():
    y = (STRAIGHT + RANDOM.normal(size=400) > 0).astype(np.int64)
    weight = np.where(np.arange(400) < 100, 2, 1).astype(np.float32)
    twice = np.concatenate([np.arange(400), np.arange(100)])
    one = fit_line(Examples(X, y, weight), BINARY, 1.0, 1)
    other = fit_line(Examples(X, y).take(twice), BINARY, 1.0, 1)
    np.testing.assert_allclose(one.kernel, other.kernel, rtol=0.02)


def test_the_line_takes_over_where_it_is_right_and_stays_away_where_it_is_not():
    y = STRAIGHT[:, np.newaxis] + RANDOM.normal(size=(400, 1)) * 0.1
    straight = mix(RANDOM.normal(size=(400, 1)), Examples(X, y), Examples(X, y), FOLDS, VALUE, 1)
    assert straight.share >= 0.95
    bent = np.abs(X[:, :1].astype(np.float64))
    assert mix(bent, Examples(X, bent), Examples(X, bent), FOLDS, VALUE, 1).share == 0


def test_what_both_say_together_is_the_mean_of_their_logits_by_the_share():
    bent = 3 * np.abs(X[:, :1].astype(np.float64)) - 2
    y = (STRAIGHT + bent[:, 0] + RANDOM.logistic(size=400) > 0).astype(np.int64)
    said = bent + RANDOM.normal(size=(400, 1))
    mixed = mix(said, Examples(X, y), Examples(X, y), FOLDS, BINARY, 1)
    assert 0 < mixed.share < 1
    assert loss_of(mixed.together, y, BINARY) < min(loss_of(said, y, BINARY), np.log(2))


def test_no_row_is_judged_by_a_line_that_learned_from_it():
    """With as many columns as rows a line knows its own rows by heart; others it cannot."""
    x = RANDOM.normal(size=(40, 200)).astype(np.float32)
    y = RANDOM.normal(size=(40, 1))
    folds = [Fold(np.arange(0, 40, 2), np.arange(1, 40, 2)), Fold(np.arange(1, 40, 2), np.arange(0, 40, 2))]
    assert mix(np.zeros((40, 1)), Examples(x, y), Examples(x, y), folds, VALUE, 1).share < 0.5
    every = [Fold(np.arange(40), np.arange(40))]
    assert mix(np.zeros((40, 1)), Examples(x, y), Examples(x, y), every, VALUE, 1).share == 1


def test_losses_are_those_of_logits():
    said, y = np.array([[2.0], [-1.0]]), np.array([1, 1])
    assert loss_of(said, y, BINARY) == pytest.approx(-np.log(expit([2.0, -1.0])).mean())
    thirds = logit(np.full((2, 3), 0.5))
    assert loss_of(thirds, np.array([0, 2]), Multiclass(kind="multiclass")) == pytest.approx(np.log(3))
    assert loss_of(said, np.array([[1.0], [0.0]]), VALUE) == 1


def test_a_line_that_would_take_minutes_is_left_out():
    assert is_quick(Examples(np.zeros((1000, 100), np.float32), np.zeros(1000)), 10)
    assert not is_quick(Examples(np.zeros((1000, 100), np.float32), np.zeros(1000)), 5000)
