"""Bins of numbers: quantiles of the training rows, or each value where they are few."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from percept.features.bins import fit_bins


def edges(values, most: int = 4) -> tuple[float, ...]:
    (found,) = fit_bins(np.array(values, np.float32)[:, np.newaxis], most)
    return found


def test_many_values_are_cut_at_quantiles():
    assert edges(np.arange(101)) == (0, 25, 50, 75, 100)


def test_each_of_a_few_values_is_an_edge():
    assert edges([3, 1, 2, 2, 1, 7]) == (1, 2, 3, 7)


def test_two_values_or_one_need_no_bins():
    assert edges([0, 1, 1, 0]) == () == edges([5, 5])


def test_edges_that_32_bits_hardly_tell_apart_are_one():
    assert edges([0, 1e-7, 0.5, 1]) == (0, 0.5, 1)


def test_where_most_rows_have_one_value_the_others_are_cut_too():
    assert edges([0] * 90 + list(range(1, 11))) == (0, 5, 10)


def test_there_are_none_where_none_are_wanted():
    assert fit_bins(np.zeros((3, 2), np.float32), None) == ()


@given(
    train=arrays.arrays(np.float32, st.tuples(st.integers(1, 40), st.just(2)), elements=st.floats(-3, 3, width=32)),
    most=st.integers(2, 12),
)
@settings(max_examples=100, deadline=None)
def test_edges_grow_and_are_no_more_than_wanted(train, most):
    for ends, column in zip(fit_bins(train, most), train.T, strict=True):
        assert len(ends) != 1 and len(ends) <= most + 1
        assert (np.diff(ends) > 0).all()
        if ends:
            assert ends[0] == column.min() and ends[-1] <= column.max()
