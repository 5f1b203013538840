"""Columns of dates: years of two digits, and cells among them that are none."""

from collections import Counter
from datetime import date, datetime, timedelta

import numpy as np
import pytest

from percept.dataset.table import Table
from percept.profiling.columns import ColumnProfile, profile_columns
from percept.profiling.date_formats import FORMS, date_forms, usual_form

THIS_YEAR = 2031


def profiled(cells: list[str], name: str = "seen") -> ColumnProfile:
    lines = np.arange(2, 2 + len(cells))
    return profile_columns(Table("t.csv", {name: np.array(cells, dtype=object)}, lines), this_year=THIS_YEAR)[name]


def years(column: ColumnProfile) -> tuple[int, int]:
    first, last = (date(1970, 1, 1) + timedelta(days=end) for end in (column.low, column.high))
    return first.year, last.year


def days(first: int, last: int, form: str = "%d.%m.%y") -> list[str]:
    return [f"{date(year, 1 + number % 12, 13 + number % 9):{form}}" for number, year in enumerate(range(first, last))]


@pytest.mark.parametrize(
    ("first", "last", "since"),
    [
        (1955, 1990, 1933),  # all long ago
        (1934, 2032, 1933),  # the oldest and the youngest
        (1922, 2006, 1922),  # old people, whose youngest date leaves room
        (2020, 2033, 1933),  # up to the next year
        (1921, 1939, 1921),  # never the future beyond it, though 2021 to 2039 lie as close together
    ],
)
def test_years_of_two_digits_are_not_the_future_and_lie_close_together(first, last, since):
    found = profiled(days(first, last))
    assert (found.kind, found.form) == ("date", f"%d.%m.%y from {since}")
    assert years(found) == (first, last - 1)


def test_years_of_four_digits_are_what_they_are():
    assert profiled(days(2030, 2090, "%d.%m.%Y")).form == "%d.%m.%Y"


@pytest.mark.parametrize("odd", ["2024-02-30 00:00", "2016-12-31 23:60", "ask Ann", "9999-12-31 00:00", "2024-05-05"])
def test_a_cell_that_is_no_date_is_named_with_its_line(odd):
    cells = [f"{datetime(2024, 1, 1) + timedelta(hours=9 * row):%Y-%m-%d %H:%M}" for row in range(60)]
    cells[17] = odd
    found = profiled(["", *cells])
    assert (found.kind, found.form, found.use) == ("mixed", "%Y-%m-%d %H:%M", "drop")
    assert found.mixture == f"dates and texts (line 20: {odd!r})"
    assert found.remark == "1.7 % of the cells are not dates" and years(found) == (2024, 2024)


def test_zones_may_differ_beside_a_cell_that_is_no_date():
    cells = [f"2024-03-{row + 1:02d}T10:00:00{('Z', '+01:00', '-0530')[row % 3]}" for row in range(30)]
    assert profiled([*cells, "2024-02-30T10:00:00Z"]).mixture == "dates and texts (line 32: '2024-02-30T10:00:00Z')"


def test_texts_of_which_many_are_no_dates_are_texts():
    assert profiled([*days(1990, 2020), *"abcdefghijklm"]).kind == "identifier"


MOMENTS = [datetime(2023, 1, 2, 3, 4, 5, 6000), datetime(2019, 11, 30, 23, 59, 58, 123400)]


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_among_those_that_read_its_own_dates(form):
    for zone in ("Z", "+0100", "-11:30"):
        cells = [f"{moment:{form.replace('%z', zone)}}" for moment in MOMENTS]
        assert form in date_forms(cells)
        assert usual_form(Counter(cells)) in date_forms(cells)


@pytest.mark.parametrize(
    ("cell", "form"),
    [("Jan  7, 2024", "%b %d, %Y"), ("7/ 1/2024", "%m/%d/%Y"), ("2024-01-07\u00a010:00", "%Y-%m-%d %H:%M")],
)
def test_blanks_may_stand_where_strptime_lets_them(cell, form):
    try:
        datetime.strptime(cell, form)
    except ValueError:
        assert form not in date_forms([cell])
    else:
        assert form in date_forms([cell])
