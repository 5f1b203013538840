"""Rows of a file that are no rows of its table are seen, named, and left out when the task reads the file."""

import random

import pyarrow as pa
import pytest
from omegaconf import OmegaConf
from pyarrow import parquet

from percept.errors import UserError
from percept.files.left_out import LeftOut
from percept.profiling.overview import overview
from percept.profiling.reading import NO_OPTIONS, ReadOptions, read_table
from percept.profiling.task import propose_task
from percept.profiling.task_file import render
from percept.profiling.task_options import TaskOptions
from percept.sources.csv import Csv
from percept.sources.parquet import Parquet

NUMBERS = random.Random(5)
NAMES = ["north", "south", "east"] * 20
SHOPS = [(name, NUMBERS.randint(2, 70), NUMBERS.randint(100, 900) / 4) for name in NAMES]
STAFF, SALES = sum(row[1] for row in SHOPS), sum(row[2] for row in SHOPS)


def lines(rows, separator: str = ",") -> str:
    return "".join(separator.join(map(str, row)) + "\n" for row in rows)


HEADER = lines([("district", "staff", "sales")])
BODY = lines(SHOPS)


@pytest.fixture
def read_again(tmp_path, reading):
    """Find out how to read a text, and read it as the task file says; return both, and the overview."""

    def read(content: str, options: ReadOptions = NO_OPTIONS):
        found = reading(content, options)
        task = propose_task(found, TaskOptions("sales"))
        text = render(task, "t", {"path": "table.csv", "urls": ["table.csv"], "sha256": "0" * 64}, "new_task").text
        source = OmegaConf.to_container(OmegaConf.create(text))["source"]
        return found, Csv.model_validate(source).read(tmp_path), overview(task)

    return read


@pytest.mark.parametrize(
    ("before", "after", "places", "why"),
    [
        ("", f"Total,{STAFF},{SALES}\n", "line 62", "the sum of staff, sales"),
        ("", f"합계,,{SALES}\n", "line 62", "the sum of sales"),
        ("", f"Gesamt,{STAFF},\n", "line 62", "the sum of staff"),
        ("", f'Grand total,"{STAFF:,}","{SALES:,}"\n', "line 62", "the sum of staff, sales"),
        ("", f",{STAFF},{SALES}\n", "line 62", "the sum of staff, sales"),
        ("", f"Average,{STAFF / 60:.3f},{SALES / 60:.3f}\n", "line 62", "the mean of staff, sales"),
        (f"All shops total,{STAFF},{SALES}\n", "", "line 2", "the sum of staff, sales"),
        ("", "district,staff,sales\n", "line 62", "the header again"),
        ("", "District, staff ,SALES\n", "line 62", "the header again"),
        ("", "\nSource: the ministry\n", "line 63", "below the table"),
        ("", "Source: the ministry, page 3\n", "line 62", "below the table"),
        ("", '"* provisional, may change",,\n', "line 62", "below the table"),
        ("", "\n1) without stores,2024\n\nas of today\n", "line 63, line 65", "below the table"),
    ],
)
def test_a_row_that_is_none_of_the_table_is_named_and_left_out(read_again, before, after, places, why):
    found, read, report = read_again(HEADER + before + BODY + after)
    for table in (found.table, read):
        assert table.num_rows == 60 and set(table.columns["district"]) == {"north", "south", "east"}
    assert f"Left out: {places} ({why})." in report.splitlines()


@pytest.mark.parametrize("title", ["Sales of 2024\n", "Sales of 2024,,\n", "Sales\n\nin EUR\n", "Sales,,\n,,\n"])
def test_titles_above_the_header_are_named_and_left_out(read_again, title):
    found, read, report = read_again(title + HEADER + BODY)
    for table in (found.table, read):
        assert list(table.columns) == ["district", "staff", "sales"] and table.num_rows == 60
    assert "Left out: line 1" in report and "(above the header)." in report


def test_a_header_that_comes_again_and_again_is_left_out_each_time(read_again):
    found, read, report = read_again(
        HEADER + lines(SHOPS[:20]) + HEADER + lines(SHOPS[20:50]) + HEADER + lines(SHOPS[50:])
    )
    assert found.table.num_rows == read.num_rows == 60
    assert read.lines[[0, 20, 50]].tolist() == [2, 23, 54]
    assert "Left out: line 22, line 53 (the header again)." in report


def test_sums_of_groups_are_left_out_each(read_again):
    parts = [SHOPS[start : start + 15] for start in range(0, 60, 15)]
    groups = [[*part, ("Subtotal", sum(row[1] for row in part), sum(row[2] for row in part))] for part in parts]
    found, read, report = read_again(HEADER + "".join(map(lines, groups)) + f"Total,{STAFF},{SALES}\n")
    assert found.table.num_rows == read.num_rows == 60
    assert "Left out: line 17, line 33, line 49, line 65, line 66 (the sum of staff, sales)." in report


@pytest.mark.parametrize("last", ["Total,12,44.5", "north,,", "Mean Street,12,44.5", "south,71,300"])
def test_a_row_that_adds_nothing_up_stays(read_again, last):
    found, read, report = read_again(HEADER + BODY + last + "\n")
    assert found.table.num_rows == read.num_rows == 61
    assert "Left out" not in report and ("--leave-out" in report) == last.startswith("Total")


@pytest.mark.parametrize(("last", "num_cells"), [("north,12", 2), ("nor", 1), ("a,b,c,d", 4)])
def test_a_row_that_lacks_cells_or_has_too_many_is_no_note(reading, last, num_cells):
    with pytest.raises(UserError, match=f"line 62 has {num_cells} cells(.|\n)*--leave-out"):
        reading(HEADER + BODY + last + "\n")
    assert reading(HEADER + BODY + last + "\n", ReadOptions(leave_out=(last,))).table.num_rows == 60


def test_a_person_keeps_all_rows(read_again):
    found, read, report = read_again(HEADER + BODY + f"Total,{STAFF},{SALES}\n", ReadOptions(all_rows=True))
    assert found.table.num_rows == read.num_rows == 61 and "Left out" not in report


def test_separator_and_marks_of_numbers_are_those_of_the_file(read_again):
    rows = [(name, staff, str(sales).replace(".", ",")) for name, staff, sales in SHOPS]
    total = f"{SALES:,}".translate(str.maketrans(",.", ".,"))
    found, read, _ = read_again(lines([("district", "staff", "sales"), *rows, ("", STAFF, total)], ";"))
    assert found.table.num_rows == read.num_rows == 60 and found.odd.beginnings == (f";{STAFF};{total}",)


def test_totals_of_a_parquet_file_are_left_out_too(tmp_path):
    path = tmp_path / "table.parquet"
    names, staff, sales = zip(*SHOPS, ("Total", STAFF, SALES), strict=True)
    parquet.write_table(pa.table({"district": names, "staff": staff, "sales": sales}), path)
    found = read_table(path)
    assert found.table.num_rows == 60 and found.odd.notes() == ["Left out: row 61 (the sum of staff, sales)."]
    file = {"path": "table.parquet", "urls": ["x"], "sha256": "0" * 64}
    source = Parquet.model_validate({"kind": "parquet", "files": [file], "leave_out": found.odd.beginnings})
    assert source.read(tmp_path).num_rows == 60


@pytest.mark.parametrize("beginning", ["", " , ", "a\nb"])
def test_what_begins_no_row_is_refused(beginning):
    with pytest.raises(UserError, match=r"source\.leave_out"):
        LeftOut([beginning], ",")


def test_a_beginning_that_no_row_has_is_refused(reading):
    with pytest.raises(UserError, match=r"no row of .* begins with 'west'"):
        reading(HEADER + BODY, ReadOptions(leave_out=("west",)))


@pytest.mark.parametrize(
    "header", ["land,2021,2022", "2019,2020,2021", "0,1,2", "1,2,3", "land,2020,note", "year,1995,2005"]
)
def test_years_and_counts_above_other_numbers_are_names(reading, header):
    rows = [(f"x{row}" if header[0].isalpha() else row * 2.5, row * 7, row * 1.5) for row in range(40)]
    if header.endswith("note"):
        rows = [(name, value, "abc"[row % 3]) for row, (name, value, _) in enumerate(rows)]
    assert list(reading(header + "\n" + lines(rows)).table.columns) == header.split(",")


def test_a_year_above_years_is_data(reading):
    rows = [(2000 + row % 20, row, "ab"[row % 2]) for row in range(40)]
    assert reading(lines(rows)).text.columns is not None


def test_a_name_that_a_person_gives_makes_the_first_row_a_header(reading):
    rows = [(row % 9, row % 7, row % 5) for row in range(40)]
    content = "11,12,13\n" + lines(rows)
    assert reading(content).text.columns is not None
    assert list(reading(content, ReadOptions(named=("12",))).table.columns) == ["11", "12", "13"]
    assert reading("1,2,3\n" + lines(rows), ReadOptions(named=("2",))).text.columns is not None  # a value like others
