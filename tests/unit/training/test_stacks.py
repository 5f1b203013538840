"""What each stack of members learns from, and what it is judged by."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from percept.training.fit_data import FitData
from percept.training.stacks import by_stack


def data(num_rows: int, weight: bool = False) -> FitData:
    """Rows that are told apart by their number."""
    numbers = np.arange(num_rows, dtype=np.float32)
    return FitData(numbers[:, np.newaxis], numbers[:, np.newaxis], numbers + 1 if weight else None)


def counted(part: FitData, stack: int) -> np.ndarray:
    """The rows of a stack that count."""
    rows = part.x[:, stack, 0]
    return rows if part.weight is None else rows[part.weight[:, stack] > 0]


@given(fold=st.lists(st.integers(0, 3), min_size=8, max_size=40).filter(lambda folds: set(folds) == {0, 1, 2, 3}))
@settings(max_examples=50, deadline=None)
def test_each_stack_learns_once_from_every_row_but_those_of_its_fold_which_judge_it(fold):
    fold = np.array(fold)
    train, validation = by_stack(data(len(fold)), data(0), fold, seed=0)
    for stack in range(4):
        np.testing.assert_array_equal(np.sort(counted(train, stack)), np.flatnonzero(fold != stack))
        np.testing.assert_array_equal(np.sort(counted(validation, stack)), np.flatnonzero(fold == stack))
    for part in (train, validation):
        np.testing.assert_array_equal(part.x, part.y)
        assert part.weight is None or part.weight.mean() == pytest.approx(1, rel=1e-5)
        assert part.weight is None or part.weight.dtype == np.float32


def test_rows_keep_their_weight():
    fold = np.array([0, 0, 0, 1, 1])
    train, _ = by_stack(data(5, weight=True), data(0), fold, seed=0)
    share = 6 / 5  # of six places five count
    counts = np.sort(counted(train, 1))
    np.testing.assert_array_equal(counts, [0, 1, 2])
    for row, weight in zip(train.x[:, 1, 0], train.weight[:, 1], strict=True):
        assert weight == pytest.approx((row + 1) * share)


def test_without_folds_one_stack_learns_from_all_training_rows():
    train, validation = by_stack(data(6), data(4), None, seed=0)
    assert train.x.shape == (6, 1, 1) and validation.x.shape == (4, 1, 1) and train.weight is None
    np.testing.assert_array_equal(train.x[:, 0], data(6).x)
    _, none = by_stack(data(6), data(0), None, seed=0)
    assert none.x.shape == (0, 1, 1)


def test_the_seed_draws_the_order():
    fold = np.arange(20) % 2
    orders = [by_stack(data(20), data(0), fold, seed)[0].x for seed in (0, 0, 1)]
    np.testing.assert_array_equal(orders[0], orders[1])
    assert (orders[0] != orders[2]).any()
