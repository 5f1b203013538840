"""What is usual beside what the training rows hold."""

import numpy as np
import pytest

from percept.dataset.contract import Date, Number
from percept.prediction.ranges import usual


def unusual(found: Number | Date, *values: float, least: float = 0) -> list[float]:
    return [value for value in values if any(far[0] for _, far in usual(found, least).far(np.array([value])))]


@pytest.mark.parametrize(
    ("low", "high", "values", "far"),
    [
        (20, 60, (9.9, 10, 70, 70.1, 999), [9.9, 70.1, 999]),  # a quarter of the range
        (0, 1e5, (-1, 0, 125_000, 9.9e6), [-1, 9.9e6]),  # no training row is below zero
        (1, 9, (-0.1, 0, 1e-9, 11), [-0.1, 0]),  # nor any zero
        (-9, 0, (-12, 0, 0.1), [-12, 0.1]),
        (-9, -1, (-11, -1e-9, 0), [0]),
        (-4, 4, (-6, 6, 6.1), [6.1]),
        (7, 7, (7, 7.1), [7.1]),
    ],
)
def test_numbers_are_unusual_beyond_a_quarter_of_the_range_or_of_a_new_sign(low, high, values, far):
    assert unusual(Number(type="number", min=low, max=high), *values) == far


def test_dates_are_unusual_beyond_a_tenth_of_the_range_before_1970_too():
    found = Date(type="date", format="%d.%m.%Y", min="01.01.1960", max="01.01.1980")
    early, little_before, little_after, late = found.days([f"01.01.{year}" for year in (1957, 1959, 1981, 1983)])
    assert unusual(found, early, little_before, little_after, late) == [early, late]


def test_a_range_without_values_and_a_missing_value_say_nothing():
    assert not unusual(Number(type="number"), -1e30, 1e30)
    assert not unusual(Number(type="number", min=1, max=2), float("nan"))


def test_a_narrow_range_has_the_least_margin():
    assert unusual(Number(type="number", min=0.5, max=0.5), 0.47, 0.49, 0.51, 0.53, least=0.02) == [0.47, 0.53]
    assert unusual(Number(type="number", min=0, max=0), 0, 0.01, 0.03, least=0.02) == [0.03]
