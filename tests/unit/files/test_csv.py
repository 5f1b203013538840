"""read_csv: every cell as text, or the line that is wrong."""

import csv
import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from percept.dataset.formats import CsvFormat
from percept.dataset.table import Table
from percept.errors import UserError
from percept.files.csv import num_lines, read_csv


def cells(table: Table) -> dict[str, list[str]]:
    return {name: column.tolist() for name, column in table.columns.items()}


def refused(read, content: str | bytes, match: str, **text) -> None:
    with pytest.raises(UserError, match=match) as raised:
        read(content, **text)
    assert "table.csv: " in str(raised.value)


def test_the_first_line_names_the_columns(read):
    table = read("age,city\n39,Oslo\n7,Lima\n")
    assert cells(table) == {"age": ["39", "7"], "city": ["Oslo", "Lima"]}
    assert table.lines.tolist() == [2, 3]
    assert table.num_rows == 2


def test_a_file_without_a_header_takes_its_names_from_the_options(read):
    table = read("39,Oslo\n7,Lima\n", columns=("age", "city"))
    assert cells(table) == {"age": ["39", "7"], "city": ["Oslo", "Lima"]}
    assert table.lines.tolist() == [1, 2]


def test_names_and_cells_lose_the_spaces_around_them(read):
    assert cells(read(" a , b\n 1,\t2 \n")) == {"a": ["1"], "b": ["2"]}


@pytest.mark.parametrize("separator", [";", "\t", "|", " "])
def test_another_separator_may_part_the_cells(read, separator):
    assert cells(read(f"a{separator}b\n1,5{separator}2\n", separator=separator)) == {"a": ["1,5"], "b": ["2"]}


@pytest.mark.parametrize("separator", ["", ",,", '"', "\n", "\r"])
def test_what_cannot_part_cells_is_refused_as_a_separator(separator):
    with pytest.raises(ValidationError, match="separator"):
        CsvFormat(separator=separator)


def test_empty_and_nan_cells_are_missing_unless_said_otherwise(read):
    assert cells(read("a\n1\nNaN\n nan \n' '\n\"\"\n NA\n")) == {"a": ["1", "", "", "' '", "", "NA"]}


def test_the_options_name_what_stands_for_missing(read):
    assert cells(read("a\n?\n NA \nNaN\n0\n", missing=("?", "NA"))) == {"a": ["", "", "NaN", "0"]}


def test_a_byte_order_mark_is_no_part_of_the_first_name(read):
    assert cells(read(b"\xef\xbb\xbfa,b\n1,2\n")) == {"a": ["1"], "b": ["2"]}
    assert cells(read(b"\xef\xbb\xbf1,2\n", columns=("a", "b"))) == {"a": ["1"], "b": ["2"]}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_of_any_system_are_read_alike(read, end):
    table = read(end.join(["a,b", "1,2", "3,4"]))
    assert cells(table) == {"a": ["1", "3"], "b": ["2", "4"]}
    assert table.lines.tolist() == [2, 3]


def test_quotes_hold_separators_quotes_and_line_ends(read):
    table = read('a,b\n"1,5","say ""hi"""\n"one\ntwo\r\nthree",x\n2,y\n')
    assert cells(table) == {"a": ["1,5", "one\ntwo\r\nthree", "2"], "b": ['say "hi"', "x", "y"]}
    assert table.lines.tolist() == [2, 5, 6]


def test_blank_lines_are_passed_over_and_counted(read):
    table = read("\n\na,b\n\n1,2\n\n3,4\n\n")
    assert cells(table) == {"a": ["1", "3"], "b": ["2", "4"]}
    assert table.lines.tolist() == [5, 7]


def test_names_and_cells_may_be_in_any_script(read):
    text = "나이,🌍,größe\n서른,👩‍🔬,ñ\n"
    wanted = {"나이": ["서른"], "🌍": ["👩‍🔬"], "größe": ["ñ"]}
    assert cells(read(text)) == wanted
    assert cells(read(text.encode("utf-16"), encoding="utf-16")) == wanted


def test_an_older_encoding_is_read_when_named(read):
    content = "나이\n서른\n".encode("euc-kr")
    assert cells(read(content, encoding="euc-kr")) == {"나이": ["서른"]}
    refused(read, content, "line 1 is not utf-8-sig")


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_byte_in_another_encoding_is_found_by_its_line(read, mark):
    refused(read, mark + b"name\n" + b"Ada\n" * 10_000 + b"Jos\xe9\n", "line 10002 is not utf-8-sig")


@pytest.mark.parametrize("encoding", ["utf-99", "base64", ""])
def test_an_unknown_encoding_is_refused_before_any_file_is_read(encoding):
    with pytest.raises(ValidationError, match="should be a text encoding"):
        CsvFormat(encoding=encoding)


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff"])
def test_an_empty_file_is_refused(read, content):
    refused(read, content, "the file is empty")
    refused(read, content, "no rows", columns=("a",))


def test_a_header_without_rows_is_refused(read):
    refused(read, "a,b\n", "no rows")


@pytest.mark.parametrize("header", [" ", ",", " , "])
def test_a_blank_header_is_refused(read, header):
    refused(read, f"{header}\n1,2\n", "the header is blank")


@pytest.mark.parametrize("header", ["a,b,a", "a, a,b"])
def test_a_name_that_comes_twice_is_refused(read, header):
    refused(read, f"{header}\n1,2,3\n", "names 'a' more than once")
    refused(read, "1,2,3\n", "names 'a' more than once", columns=header.split(","))


@pytest.mark.parametrize(("row", "count"), [("1", 1), ("1,2,3", 3), ("1;2", 1)])
def test_a_row_with_cells_missing_or_left_over_is_found_by_its_line(read, row, count):
    refused(read, f'a,b\n"x\ny",2\n{row}\n', f"line 4 has {count} cells")


@pytest.mark.parametrize(("content", "line"), [('a\n1\n"x\n', 3), ('a\n"x"y\n', 2)])
def test_a_broken_quote_is_found_by_its_line(read, content, line):
    refused(read, content, f"line {line}: ")


def test_a_file_packed_by_gzip_is_unpacked(read):
    content = "나이\n서른\n".encode("euc-kr")
    in_two = gzip.compress(content[:4]) + gzip.compress(content[4:])
    for packed in (gzip.compress(content), in_two):
        assert cells(read(packed, encoding="euc-kr")) == {"나이": ["서른"]}


def test_a_broken_gzip_file_is_refused(read):
    content = gzip.compress(b"a,b\n1,2\n")
    for broken in (content[:-9], content[:12] + b"\xff" + content[13:], content[:2] + b"\xff" + content[3:]):
        refused(read, broken, "broken")


@pytest.mark.parametrize(
    ("start", "what", "advice"),
    [
        (b"PAR1", "a Parquet file", "set source.kind: parquet"),
        (b"PK\x03\x04", "a zip file", "unpack it"),
        (b"\xd0\xcf\x11\xe0", "a table of a spreadsheet program", r"as CSV, .*read_excel\('table.csv'\)"),
        (b"SQLite format 3\0", "a database", "save the table as CSV"),
    ],
)
def test_a_file_that_is_no_text_is_refused_with_a_way_out(read, start, what, advice):
    refused(read, start + b"\0\0", f"{what}\n.*\n.*{advice}")


CELL = st.sampled_from(["", " ", " NaN ", "nan", '"', "\r", "a\nb"]) | st.text(
    st.characters(codec="utf-8", exclude_characters="\0")
)


ROWS = st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=1))


@settings(deadline=None)
@given(rows=ROWS, separator=st.sampled_from(",;\t| "))
def test_any_cells_that_are_written_are_read_back_without_spaces_around_them(rows, separator, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    with path.open("w", newline="", encoding="utf-8-sig") as stream:
        csv.writer(stream, delimiter=separator).writerows(rows)
    names = [f"column {index}" for index in range(len(rows[0]))]
    table = read_csv(path, CsvFormat(columns=names, separator=separator))
    stripped = [[cell.strip() for cell in row] for row in rows]
    assert [list(row) for row in zip(*cells(table).values(), strict=True)] == [
        ["" if cell in ("NaN", "nan") else cell for cell in row] for row in stripped
    ]


def test_a_nul_character_is_refused_with_its_line(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_bytes(b"a,b\n1,x\n2,y\0\n")
    with pytest.raises(UserError, match="line 3, column 'b' holds a NUL character"):
        read_csv(path, CsvFormat())


def test_a_nul_character_in_the_header_is_refused(read):
    refused(read, "a\0,b\n1,2\n", "the header holds a NUL character")


def test_rows_before_a_broken_one_are_checked_first(read):
    refused(read, 'a,b\n1,2,3\n"open,1\n', "line 2 has 3 cells")


def test_line_breaks_are_counted_in_each_cell_alone():
    assert num_lines(["a\r", "\nb", "c\r\nd"]) == 4
