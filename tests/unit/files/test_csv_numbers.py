"""Numbers of a CSV file with other marks than a decimal point become plain ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from percept.dataset.table import Table
from percept.files.csv import CsvFormat, read_csv


def cells(table: Table) -> dict[str, list[str]]:
    return {name: column.tolist() for name, column in table.columns.items()}


NUMBERS = {  # decimal, thousands -> cells and what they become
    (",", "."): {"1.234,5": "1234.5", "-0,5": "-0.5", "1.234.567": "1234567", "12": "12", "1,5e-3": "1.5e-3"},
    (",", ""): {"1234,5": "1234.5", ",5": ".5", "+7,0": "+7.0", "007": "007"},
    (",", " "): {"1 234,5": "1234.5", "1\N{NO-BREAK SPACE}234\N{NARROW NO-BREAK SPACE}567": "1234567"},
    (".", "'"): {"1'234.5": "1234.5", "12\N{RIGHT SINGLE QUOTATION MARK}345": "12345"},
    (".", ","): {"1,234.5": "1234.5", "-1,234": "-1234"},
}


OTHERS = [
    "1.23.456",
    "1..234",
    "31.12.2024",
    "1,5,0",
    "1,5 kg",
    "a.b",
    "x",
    "-",
    ".",
    ",",
    "1.234,",
    "1_000,5",
    "\N{FULLWIDTH DIGIT ONE},5",
]


@pytest.mark.parametrize(
    ("style", "cell", "number"), [(s, *pair) for s, found in NUMBERS.items() for pair in found.items()]
)
def test_a_number_in_the_format_of_the_file_becomes_a_plain_one(read, style, cell, number):
    decimal, thousands = style
    found = read(f"a;b\n{cell};{cell} m\n", separator=";", decimal=decimal, thousands=thousands)
    assert cells(found) == {"a": [number], "b": [f"{cell} m"]}


@pytest.mark.parametrize("cell", OTHERS)
def test_a_cell_that_is_not_wholly_a_number_stays(read, cell):
    assert cells(read(f"a;b\n{cell};1\n", separator=";", decimal=",", thousands="."))["a"] == [cell]


def test_numbers_stay_as_they_are_unless_a_format_is_named(read):
    assert cells(read("a;b\n1.234,5;1 234\n", separator=";")) == {"a": ["1.234,5"], "b": ["1 234"]}


def test_what_stands_for_missing_is_told_from_numbers_as_the_file_writes_it(read):
    table = read("a\n-9.999,0\n-9.998,0\n", separator=";", decimal=",", thousands=".", missing=["-9.999,0"])
    assert cells(table) == {"a": ["", "-9998.0"]}


@pytest.mark.parametrize("mark", [".", ","])
def test_fractions_and_groups_need_marks_of_their_own(mark):
    with pytest.raises(ValidationError, match="decimal and thousands should differ"):
        CsvFormat(decimal=mark, thousands=mark)


@given(
    numbers=st.lists(st.floats(-1e9, 1e9) | st.integers(-(10**12), 10**12), min_size=1),
    style=st.sampled_from(sorted(NUMBERS)),
)
def test_any_number_comes_back_from_any_format(numbers, style, tmp_path_factory):
    marks = str.maketrans({".": style[0], ",": style[1]})
    path = tmp_path_factory.getbasetemp() / "numbers.csv"
    written = [f"{number:,}".translate(marks) for number in numbers]
    path.write_text("\n".join(["a", *written]), encoding="utf-8")
    table = read_csv(path, CsvFormat(separator=";", decimal=style[0], thousands=style[1]))
    assert [float(cell) for cell in table.columns["a"]] == numbers
