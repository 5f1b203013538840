"""The interval of a difference on the same rows."""

import numpy as np
import pytest

from percept.evaluation.outcome import Outcome
from percept.objective import Binary, Regression
from percept.tuning.paired_bootstrap import differences

VALUE = Regression(kind="regression", target="y")
YES_NO = Binary(kind="binary", target="y", positive="1")


def values(errors: np.ndarray) -> Outcome:
    return Outcome.of(VALUE, np.zeros((len(errors), 1)), errors[:, np.newaxis])


def test_the_interval_of_a_mean_is_that_of_the_normal_distribution():
    random = np.random.default_rng(0)
    one, other = random.normal(size=400), random.normal(size=400)
    (found,) = differences(["mae"], values(one), values(other))
    gains = np.abs(other) - np.abs(one)
    half = 1.96 * gains.std() / 20
    assert found.value == pytest.approx(gains.mean())
    assert found.interval == pytest.approx((gains.mean() - half, gains.mean() + half), abs=0.15 * half)


def test_runs_that_are_alike_are_told_apart_about_as_often_as_said():
    told = 0
    for seed in range(100):
        random = np.random.default_rng(seed)
        y, right = random.integers(0, 2, 200), random.random((2, 200)) < 0.8
        one, other = (Outcome.of(YES_NO, y, np.where(given, y, 1 - y)[:, np.newaxis]) for given in right)
        (found,) = differences(["accuracy"], one, other, seed=seed)
        told += found.is_told
    assert told <= 13  # 5 of 100; by chance alone more in one of a thousand tests


def test_a_difference_that_all_rows_show_is_told():
    random = np.random.default_rng(0)
    errors = random.normal(size=100)
    (found,) = differences(["mse"], values(errors), values(0.8 * errors))
    assert found.is_told and found.value < 0 and found.p_value == pytest.approx(2 / 2001)


def test_groups_are_drawn_as_a_whole():
    random = np.random.default_rng(0)
    of_groups = np.repeat(random.normal(size=20), 10)
    one, other = values(np.zeros(200)), values(1 + 0.4 * of_groups)
    (by_row,), (by_group,) = (
        differences(["mae"], one, other, groups) for groups in (None, np.repeat(list("abcdefghijklmnopqrst"), 10))
    )
    wide = (by_group.interval[1] - by_group.interval[0]) / (by_row.interval[1] - by_row.interval[0])
    assert wide == pytest.approx(10**0.5, rel=0.15)


def test_the_same_seed_gives_the_same_interval_and_equal_runs_have_none_to_tell():
    errors = np.random.default_rng(0).normal(size=50)
    one, other = values(errors), values(errors + 0.1)
    assert differences(["mae"], one, other) == differences(["mae"], one, other)
    (equal,) = differences(["mae"], one, one)
    assert (equal.value, equal.interval, equal.p_value, equal.is_told) == (0, (0, 0), 1, False)


def test_a_metric_that_is_not_defined_on_the_rows_is_left_out():
    y, predicted = np.ones(20, np.int64), np.linspace(0.1, 0.9, 20)[:, np.newaxis]
    one = Outcome.of(YES_NO, y, predicted)
    assert [found.metric for found in differences(["accuracy", "roc_auc"], one, one)] == ["accuracy"]
