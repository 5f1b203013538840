from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from percept.dataset.cells import (
    MONTHS,
    WEEKDAYS,
    Form,
    are_number_codes,
    date_part,
    date_parts,
    number_code,
    parse_dates,
)

MOMENTS = st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 31))
FORMS = ["%Y-%m-%d %H:%M:%S.%f", "%d.%m.%Y %H:%M:%S.%f", "%b %d %Y, %I:%M:%S.%f %p", "%Y%m%dT%H%M%S.%f"]
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def days(form: str, *cells: str) -> np.ndarray:
    return parse_dates(np.array(cells, dtype=object), form)


@given(moments=st.lists(MOMENTS), form=st.sampled_from(FORMS))
def test_parts_are_those_of_the_moment_that_was_written(moments, form):
    found = days(form, *(f"{moment:{form}}" for moment in moments))
    wanted = [(moment - datetime(1970, 1, 1)) / timedelta(days=1) for moment in moments]
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-9)
    assert date_part(found, "month").tolist() == [MONTHS[moment.month - 1] for moment in moments]
    assert date_part(found, "weekday").tolist() == [WEEKDAYS[moment.weekday()] for moment in moments]


@given(st.lists(MOMENTS.map(lambda moment: moment.replace(microsecond=0))))
def test_the_hour_is_that_of_the_moment(moments):
    found = days("%Y-%m-%d %H:%M:%S", *(f"{moment:%Y-%m-%d %H:%M:%S}" for moment in moments))
    assert date_part(found, "hour").tolist() == [moment.hour for moment in moments]


def test_the_last_moment_of_a_day_is_in_its_last_hour():
    assert date_part(days("%Y-%m-%d %H:%M:%S.%f", "2024-05-01 23:59:59.999999"), "hour").tolist() == [23]


@given(moment=MOMENTS, zones=st.tuples(ZONES, ZONES))
def test_a_moment_is_the_same_in_every_zone(moment, zones):
    try:
        cells = [f"{moment.replace(tzinfo=UTC).astimezone(zone):%Y-%m-%dT%H:%M:%S.%f%z}" for zone in zones]
    except OverflowError:  # beyond the year 9999
        return
    first, second = days("%Y-%m-%dT%H:%M:%S.%f%z", *cells)
    assert first == second


def test_the_first_day_of_all_can_be_read_in_every_zone():
    assert days("%Y-%m-%d %z", "0001-01-01 +1400").tolist() == [-719162 - 14 / 24]


@pytest.mark.parametrize("cell", ["", "2024-13-01", "2023-02-29", "2024-1", "1.2.2024", "2024-01-01 ", "nan"])
def test_text_of_another_form_has_no_day_and_no_parts(cell):
    found = days("%Y-%m-%d", "2024-02-29", cell)
    assert np.isnan(found).tolist() == [False, True]
    assert date_part(found, "weekday").tolist() == ["Thu", ""]
    assert date_part(found, "month").tolist() == ["Feb", ""]
    np.testing.assert_array_equal(date_part(found, "days"), np.array([19782, np.nan]), strict=True)
    np.testing.assert_array_equal(date_part(found, "hour"), np.array([0, np.nan]), strict=True)


@pytest.mark.parametrize(
    ("cell", "first", "year"),
    [("05/31/29", 1930, 2029), ("05/31/30", 1930, 1930), ("05/31/70", 1969, 1970), ("05/31/68", 1969, 2068)],
)
def test_two_digits_of_a_year_are_read_in_the_hundred_years_that_the_form_names(cell, first, year):
    assert days(f"%m/%d/%y from {first}", cell).tolist() == [(datetime(year, 5, 31) - datetime(1970, 1, 1)).days]


def test_a_leap_day_of_a_year_that_has_none_is_no_date_and_forms_without_a_first_year_stay_as_they_were():
    assert np.isnan(days("%d.%m.%y from 1850", "29.02.00", "29.02.01")).all()
    assert days("%d.%m.%y from 1950", "29.02.00") == days("%d.%m.%Y", "29.02.2000")
    assert days("%d.%m.%y", "01.01.68", "01.01.69").tolist() == days("%d.%m.%Y", "01.01.2068", "01.01.1969").tolist()


@pytest.mark.parametrize("form", ["%d.%m.%Y from 1950", "%y-%m from 0000", "%y-%m-%d from 9950", "%y-%m-%d from 50"])
def test_a_first_year_that_says_nothing_is_refused_or_is_text_of_the_form(form):
    try:
        TypeAdapter(Form).validate_python(form)
    except ValidationError:
        return
    assert days(form, "01.02.1950") != days("%d.%m.%Y", "01.02.1950")


def test_numbers_that_name_something_lose_a_fraction_of_zeros_and_nothing_else():
    cells = ["2.0", "2", "-1.00", "0.0", "1.10", "1.1", "10", "007", "7.0.1", "2.", "1e3", "v2.0", "", "3.05"]
    wanted = ["2", "2", "-1", "0", "1.10", "1.1", "10", "007", "7.0.1", "2.", "1e3", "v2.0", "", "3.05"]
    assert list(map(number_code, cells)) == wanted


@pytest.mark.parametrize(
    ("cells", "are"),
    [(["2.0", "3", ""], True), (["007", "2"], False), (["2.0", "two"], False), (["", ""], False), (["1.5"], True)],
)
def test_numbers_name_something_where_all_cells_are_numbers_without_zeros_in_front(cells, are):
    assert are_number_codes(np.array(cells, dtype=object)) == are


def test_no_cells_have_no_days():
    assert days("%Y").shape == (0,)


@pytest.mark.parametrize(("form", "has_hour"), [("%Y-%m-%d", False), ("%d.%m.%y %H:%M", True), ("%c %I %p", True)])
def test_a_form_with_the_time_has_an_hour(form, has_hour):
    assert ("hour" in date_parts(form)) == has_hour


@pytest.mark.parametrize("form", [*FORMS, "%Y", "%Y-%m", "%d/%m/%y", "%H:%M", "%Y-%m-%dT%H:%M:%S%z", "%G-W%V-%u"])
def test_a_form_that_strptime_takes_is_taken(form):
    assert TypeAdapter(Form).validate_python(form) == form


@pytest.mark.parametrize("form", ["", "YYYY-MM-DD", "%Q", "%Y-%m-%", "%Y-%m-%d %Y", "%d.%m.", "%G-W%V"])
def test_a_form_that_no_date_can_be_read_by_is_refused(form):
    with pytest.raises(ValidationError, match="should be a form of dates with their year"):
        TypeAdapter(Form).validate_python(form)
