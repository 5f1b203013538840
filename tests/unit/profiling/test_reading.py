"""Separator, header, marks of numbers and of missing cells are found in the text itself."""

import csv
import gzip
import io

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from percept.errors import UserError
from percept.files.limits import Limits
from percept.profiling.reading import ReadOptions, read_table

ROWS = [(f"n{row % 3}", row % 7, row * 3 + 1) for row in range(60)]


def text(rows, separator: str = ",", header: tuple[str, ...] = ("name", "count", "price")) -> str:
    lines = [header] * bool(header) + list(rows)
    return "".join(separator.join(map(str, row)) + "\n" for row in lines)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_the_one_that_cuts_all_rows_alike(reading, separator):
    found = reading(text(ROWS, separator))
    assert found.text.separator == separator
    assert list(found.table.columns) == ["name", "count", "price"] and found.table.num_rows == 60


def test_a_quoted_separator_cuts_nothing(reading):
    found = reading('a;b\n"x,y;z";1\n"u,v;w";2\n')
    assert found.text.separator == ";" and found.table.columns["a"].tolist() == ["x,y;z", "u,v;w"]


@pytest.mark.parametrize("mark", ["\x85", "\u2028", "\x0c", "\x1c"])
def test_what_ends_a_line_elsewhere_ends_no_row(reading, mark):
    found = reading("name,note\n" + f'"a;b",one{mark}two;three\n' * 20)
    assert found.text.separator == ","
    assert found.table.columns["note"].tolist() == [f"one{mark}two;three"] * 20


def test_commas_of_amounts_are_no_separators_where_the_header_has_none(reading):
    found = reading("price;rate;bought\n" + "".join(f"{i}.{i:03},{i} €;{i / 8};{'yn'[i % 2]}\n" for i in range(10, 30)))
    assert found.text.separator == ";" and set(found.table.columns) == {"price", "rate", "bought"}


def test_decimal_commas_are_no_separators_even_without_a_header(reading):
    found = reading("".join(f"{row},5;{row * 2},25;x\n" for row in range(30)))
    assert (found.text.separator, found.text.decimal, found.text.columns) == (
        ";",
        ",",
        ("column_1", "column_2", "column_3"),
    )
    assert found.table.columns["column_2"][1] == "2.25"


@pytest.mark.parametrize(
    ("cell", "decimal", "thousands", "value"),
    [
        ("1.234,5", ",", ".", "1234.5"),
        ("1,234.5", ".", ",", "1234.5"),
        ("1 234,5", ",", " ", "1234.5"),
        ("1\u202f234,5", ",", " ", "1234.5"),
        ("1'234.5", ".", "'", "1234.5"),
        ("12,5", ",", "", "12.5"),
        ("12.5", ".", "", "12.5"),
        ("1e-3", ".", "", "1e-3"),
    ],
)
def test_marks_of_numbers_are_those_that_make_columns_numbers(reading, cell, decimal, thousands, value):
    found = reading(text([(f'"{cell}"', row, f"t{row % 2}") for row in range(30)]))
    assert (found.text.decimal, found.text.thousands) == (decimal, thousands)
    assert found.table.columns["name"][0] == value
    assert ("decimal" in found.remarks, "thousands" in found.remarks) == (decimal != ".", thousands != "")


def test_dates_and_versions_are_no_numbers_with_marks(reading):
    rows = [(f"{row % 28 + 1:02d}.02.2024", f"1.{row % 9}.0", row) for row in range(40)]
    found = reading(text(rows))
    assert (found.text.decimal, found.text.thousands) == (".", "")
    assert found.table.columns["name"][0] == "01.02.2024"


def test_one_group_of_three_is_a_fraction_where_semicolons_separate(reading):
    cells = [f"1,{row:03d}" for row in range(30)]
    assert reading(text([(cell, row, "x") for row, cell in enumerate(cells)], ";")).text.decimal == ","
    assert reading(text([(f'"{cell}"', row, "x") for row, cell in enumerate(cells)])).text.thousands == ","


def test_numbers_above_numbers_are_data(reading):
    found = reading(text(ROWS, header=()))
    assert found.text.columns == ("column_1", "column_2", "column_3") and found.table.num_rows == 60
    assert found.remarks["columns"].startswith("the first row looks like data")


def test_years_above_numbers_are_names(reading):
    found = reading(text([(row * 0.5, row * 2.5, row) for row in range(20)], header=("2019", "2020", "2021")))
    assert list(found.table.columns) == ["2019", "2020", "2021"] and found.text.columns is None


def test_a_person_decides_about_header_separator_and_encoding(reading):
    found = reading(text(ROWS), ReadOptions(header=False))
    assert found.table.num_rows == 61 and found.remarks["columns"].startswith("as asked")
    assert reading(text(ROWS, header=()), ReadOptions(header=True)).table.num_rows == 59
    assert list(reading("a;b,c\n1;2,3\n4;5,6\n", ReadOptions(separator=",")).table.columns) == ["a;b", "c"]
    found = reading("miasto,x\nŁódź,1\n".encode("cp1250"), ReadOptions(encoding="cp1250"))
    assert found.table.columns["miasto"][0] == "Łódź" and found.remarks["encoding"] == "as asked"


@pytest.mark.parametrize("mark", ["NA", "?", "-", "n/a", "null", "missing", "없음", "inf"])
def test_a_known_mark_among_numbers_stands_for_missing(reading, mark):
    rows = [(mark if row % 5 == 0 else row * 1.5, f"k{row % 3}", row % 2) for row in range(40)]
    found = reading(text(rows))
    assert found.text.missing == ("", "NaN", "nan", mark)
    assert (found.table.columns["name"] == "").sum() == 8
    assert found.remarks["missing"] == f"{mark!r} in 8 cells of name"


def test_a_mark_among_dates_stands_for_missing(reading):
    rows = [("NA" if row % 5 == 0 else f"2024-01-{row % 28 + 1:02d}", row, "x") for row in range(40)]
    assert reading(text(rows)).text.missing[-1] == "NA"


@pytest.mark.parametrize("mark", ["none", "NA", "-", "missing"])
def test_a_mark_that_could_be_meant_stays_among_texts(reading, mark):
    rows = [(mark if row % 5 == 0 else ("low", "high")[row % 2], row, row * 2) for row in range(40)]
    found = reading(text(rows))
    assert found.text.missing == ("", "NaN", "nan") and found.table.columns["name"][0] == mark


def test_a_question_mark_stands_for_missing_among_texts_too(reading):
    rows = [("?" if row % 5 == 0 else ("low", "high")[row % 2], row, row * 2) for row in range(40)]
    assert reading(text(rows)).text.missing[-1] == "?"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("a,b\n1,2\n3,4,5\n", "line 3 has 3 cells"),
        ("a,b,c\n1,2,3,\n4,5,6,\n7,8,9,\n", "3 cells in the first line, and 4 in most(.|\n)*at the end of each line"),
        ('a,b\n1,2\n"3,4\n5,6\n7,8\n', "line 5: unexpected end of data, in a row that begins in line 3"),
        ("a,a,b\n1,2,3\n", "the header names 'a' more than once"),
        ("a,b\n", "no rows"),
        ('a,b\n1,"2\n', "line 2: unexpected end of data"),
        ("a\n1\n2\n", "one column alone, 'a'"),
        (b"a,b\n1,\0\n", "line 2, column 'b' holds a NUL character"),
    ],
)
def test_what_is_no_table_is_refused_with_the_line(reading, content, reason):
    with pytest.raises(UserError, match=reason):
        reading(content)


def test_a_mark_of_utf_8_and_windows_line_ends_leave_no_trace(reading):
    found = reading('\ufeff"first, name","x\r\ny"\r\n"a, b","1"\r\n'.encode())
    assert {name: cells.tolist() for name, cells in found.table.columns.items()} == {
        "first, name": ["a, b"],
        "x\r\ny": ["1"],
    }
    assert found.remarks == {}


CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8).map(str.strip).filter(bool)


@given(st.lists(st.tuples(CELL, st.integers(0, 9)), min_size=3, max_size=20), st.sampled_from([",", ";", "\t", "|"]))
def test_any_table_that_is_read_has_all_its_rows(tmp_path_factory, rows, separator):
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=separator, quoting=csv.QUOTE_ALL).writerows([("word", "number"), *rows])
    path = tmp_path_factory.mktemp("any") / "table.csv"
    path.write_bytes(stream.getvalue().encode())
    found = read_table(path, ReadOptions(header=True, separator=separator))
    assert found.table.num_rows == len(rows) and list(found.table.columns) == ["word", "number"]


def test_a_parquet_file_says_itself_how_it_is_read_but_for_texts_that_stand_for_missing(tmp_path):
    path = tmp_path / "table.parquet"
    columns = {"a": [1.5, None, 2.5], "b": pa.array(["7", "?", "8"]), "c": ["x", "y", "z"]}
    parquet.write_table(pa.table(columns), path)
    found = read_table(path)
    assert found.kind == "parquet" and found.remarks == {"missing": "'?' in 1 cell of b"}
    assert {name: cells.tolist() for name, cells in found.table.columns.items()} == {
        "a": ["1.5", "", "2.5"],
        "b": ["7", "", "8"],
        "c": ["x", "y", "z"],
    }
    with pytest.raises(UserError, match="--separator"):
        read_table(path, ReadOptions(separator=";"))


def test_a_packed_text_is_read_like_any_other(reading):
    found = reading(gzip.compress("Prénom;Wert\nJosé;1,5\nZoë;2,5\n".encode("cp1252")))
    assert (found.text.separator, found.text.decimal, found.text.encoding) == (";", ",", "cp1252")


def test_of_a_file_too_large_for_memory_evenly_spaced_rows_are_seen(tmp_path):
    path = tmp_path / "large.csv"
    path.write_text(text([(f"n{row % 3}", row % 7, row * 3 + 1) for row in range(4000)]), encoding="utf-8")
    found = read_table(path, limits=Limits(cells=4000))
    assert found.num_rows == 4000 and 120 < found.table.num_rows < 130
    assert found.notes() == [
        f"Too large for memory: what is said here was seen in {found.table.num_rows} of 4,000 rows, evenly spread."
    ]
    whole = read_table(path)
    assert whole.num_rows == whole.table.num_rows == 4000 and not whole.notes()


def test_of_a_file_too_large_for_memory_start_and_end_are_seen(tmp_path):
    path = tmp_path / "large.csv"
    path.write_text(text([(f"n{row}" * 20, row % 7, row) for row in range(20_000)]) + "Source: us\n", encoding="utf-8")
    found = read_table(path, limits=Limits(file_mib=1))
    assert found.sampled_from == 20_000 and [row.why for row in found.odd.rows] == ["below the table"]
