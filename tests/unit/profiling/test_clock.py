"""Numbers of a clock or a calendar are known by their name and their values together."""

import numpy as np
import pytest

from percept.dataset.formats import ColumnUnit, CsvFormat
from percept.dataset.table import Table
from percept.profiling.clock import clock_columns
from percept.profiling.columns import profile_column, profile_columns


def found(name: str, values) -> int | None:
    cells = np.array([str(value) for value in values for _ in range(3)], dtype=object)
    return clock_columns([profile_column(name, cells, np.arange(len(cells)) + 2)]).get(name)


@pytest.mark.parametrize(
    ("name", "values", "period"),
    [
        ("hour", range(24), 24),
        ("pickup_hour", range(1, 25), 24),
        ("hr", range(8, 21), 24),
        ("HourOfDay", range(24), 24),
        ("hour", [0, 11.5, 23.99], 24),
        ("minute", range(0, 60, 15), 60),
        ("weekday", range(7), 7),
        ("day_of_week", range(1, 8), 7),
        ("dayofweek", [1, "", 3, 5], 7),
        ("mnth", range(1, 13), 12),
        ("Month", range(12), 12),
        ("day of year", range(1, 367), 366),
        ("월", range(1, 13), 12),
    ],
)
def test_what_a_clock_or_a_calendar_shows_has_a_period(name, values, period):
    assert found(name, values) == period


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("hours", range(24)),  # may be counted
        ("rate_per_hour", range(24)),
        ("month_sales", range(1, 13)),
        ("hour", range(25)),  # of more than a day
        ("month", range(13)),
        ("month", [1, 2, 13]),
        ("month", [-1, 2, 3]),
        ("hour", [0.5, 1, 24.5]),
        ("month", [0.5, 1, 2]),
        ("weekday", [0, 1]),
        ("month", ["May", "June", "July"]),
        ("month", [202401, 202402, 202403]),
        ("size", range(24)),
        ("", range(7)),
    ],
)
def test_other_numbers_have_none(name, values):
    assert found(name, values) is None


@pytest.mark.parametrize(("highest", "periods"), [(23.9, {"seen": 24}), (9.5, {}), (30.0, {})])
def test_times_of_day_have_a_period_and_durations_have_none(highest, periods):
    hours = np.array([f"{hour:.4f}" for hour in np.linspace(0.2, highest, 50)], dtype=object)
    text = CsvFormat(units=(ColumnUnit(column="seen", unit="h:m"),))
    table = Table("a.csv", {"seen": hours}, np.arange(50), text=text)
    assert clock_columns(profile_columns(table).values()) == periods
