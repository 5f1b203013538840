"""Numbers with units, signs and powers of ten, and times, become plain numbers; other cells stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from percept.dataset.formats import CsvFormat, plain_numbers
from percept.dataset.numerals import unit_reader

STYLES = {
    "$": ("${}", "$ {}", "{} $", "{}"),
    "\N{EURO SIGN}": ("\N{EURO SIGN} {}", "{}\N{EURO SIGN}", "{}\N{NO-BREAK SPACE}\N{EURO SIGN}"),
    "USD": ("USD {}", "usd {}", "{} USD"),
    "%": ("{}%", "{} %"),
    "kg": ("{} kg", "{}KG"),
    "days": ("{} days", "{} day"),
    "m/s": ("{} m/s",),
    "": ("{}",),
}
SIGNED = ("-{}", "\N{MINUS SIGN}{}", "({})", "{}-")
MARKS = [(".", ""), (".", ","), (",", ""), (",", "."), (",", " "), (".", "'")]


@given(
    st.decimals(0, 10**12, places=3),
    st.sampled_from([(unit, style) for unit, styles in STYLES.items() for style in styles]),
    st.sampled_from([None, *SIGNED]),
    st.sampled_from(MARKS),
)
def test_a_number_comes_back_from_any_style_of_its_unit(number, style, sign, marks):
    decimal, thousands = marks
    digits = f"{number:,.3f}".translate({ord(","): thousands, ord("."): decimal})
    cell = style[1].format(digits)
    cell = sign.format(cell) if sign else cell
    assert float(unit_reader(style[0], decimal, thousands)(cell)) == (-1 if sign else 1) * float(number)


@given(st.integers(0, 9999), st.integers(0, 59), st.integers(0, 59))
def test_a_duration_comes_back_in_hours_and_in_minutes(hours, minutes, seconds):
    cell, total = f"{hours}:{minutes:02}:{seconds:02}", 3600 * hours + 60 * minutes + seconds
    assert float(unit_reader("h:m", ".", "")(cell)) == pytest.approx(total / 3600, abs=1e-6)
    assert float(unit_reader("m:s", ".", "")(cell)) == pytest.approx(total / 60, abs=1e-6)


@pytest.mark.parametrize(
    ("unit", "cell", "value"),
    [
        ("$", "-$5", -5),
        ("$", "$-5", -5),
        ("$", "($1,937.05)", -1937.05),
        ("", "9.5K", 9500),
        ("", "3.2M", 3_200_000),
        ("$", "$1.5bn", 1.5e9),
        ("", "12,34,567", 1234567),
        ("\N{WON SIGN}", "\N{WON SIGN}1,200", 1200),
        ("원", "1,200원", 1200),
        ("°", "40.1° S", -40.1),
        ("h:m", "12:05 AM", 5 / 60),
        ("h:m", "1:30:00 PM", 13.5),
        ("h:m", "오후 2:15", 14.25),
        ("m:s", "53:30", 53.5),
    ],
)
def test_signs_powers_and_times_are_read(unit, cell, value):
    assert float(unit_reader(unit, ".", ",")(cell)) == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize("unit", ["$", "kg", "", "%", "h:m", "m:s"])
@pytest.mark.parametrize("cell", ["", "call us", "5 lb", "5 5", "$", "13:75", "25:00 PM", "9" * 100_000 + "x", "5e3K"])
def test_other_cells_stay(unit, cell):
    assert unit_reader(unit, ".", ",")(cell) == cell


@given(st.text(), st.text(max_size=24))
def test_whatever_a_cell_and_a_unit_hold_gives_a_number_or_the_cell(cell, unit):
    found = unit_reader(unit, ".", ",")(cell)
    assert found == cell or float(found) is not None


def test_columns_without_a_unit_are_read_as_before():
    text = CsvFormat.model_validate({"units": [{"column": "price", "unit": "$"}]})
    readers = plain_numbers(text, ["price", "note"])
    assert readers["note"] is None and readers["price"] is not None and readers["price"]("$7") == "7"


def test_a_column_has_one_unit():
    with pytest.raises(ValidationError, match="'a' should have one unit"):
        CsvFormat.model_validate({"units": [{"column": "a", "unit": "$"}, {"column": "a", "unit": "kg"}]})
