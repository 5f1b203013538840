"""Rows beyond the bounds go into files where the caller says so, or so few are kept that memory may hold them."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from percept.dataset.formats import CsvFormat
from percept.dataset.stored import StoredColumns
from percept.dataset.table import Table
from percept.errors import UserError
from percept.files import csv
from percept.files.csv import read_csv, sample_csv
from percept.files.limits import MIB, Limits

NUM_ROWS = 1000
TEXT = CsvFormat(missing=("", "none"), decimal=",", separator=";", fold=("town",))


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(csv, "CHUNK", 64)


@pytest.fixture
def file(tmp_path) -> Path:
    rows = [
        f" {row},5;{('none', 'Oslo', 'OSLO', 'Łódź')[row % 4]}\n" + "\n" * (row % 3 == 0) for row in range(NUM_ROWS)
    ]
    file = tmp_path / "own.csv"
    file.write_text("".join(["size;town\n", *rows]), encoding="utf-8")
    return file


def contents(table: Table) -> tuple:
    return table.lines.tolist(), {name: cells.tolist() for name, cells in table.columns.items()}, table.text


@pytest.mark.parametrize("limits", [Limits(cells=1), Limits(cells=NUM_ROWS), Limits(cells=2 * NUM_ROWS - 1)])
def test_a_table_in_files_has_the_cells_and_lines_of_one_in_memory(file, tmp_path, limits):
    table = read_csv(file, TEXT, limits=limits, store_in=tmp_path)
    assert isinstance(table.columns, StoredColumns) and table.num_rows == NUM_ROWS
    assert contents(table) == contents(read_csv(file, TEXT))


def test_a_table_within_the_bounds_stays_in_memory(file, tmp_path):
    assert isinstance(read_csv(file, TEXT, limits=Limits(cells=2 * NUM_ROWS), store_in=tmp_path).columns, dict)


def test_a_file_of_more_bytes_than_memory_may_hold_goes_into_files_packed_or_not(tmp_path):
    file = tmp_path / "long.csv"
    file.write_bytes(gzip.compress(b"a,b\n" + b"1," + b"x" * 1000 + b"\n" + b"2,y\n" * MIB))
    table = read_csv(file, CsvFormat(), limits=Limits(file_mib=1), store_in=tmp_path)
    assert isinstance(table.columns, StoredColumns) and table.num_rows == MIB + 1


def test_a_row_that_is_wrong_is_told_and_leaves_no_file(file, tmp_path):
    file.write_text(file.read_text(encoding="utf-8") + "1;2;3\n", encoding="utf-8")
    with pytest.raises(UserError, match="has 3 cells"):
        read_csv(file, TEXT, limits=Limits(cells=1), store_in=tmp_path)
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(("cells", "step"), [(200, 128), (1999, 16)])
def test_a_sample_has_evenly_spread_rows_without_a_period(file, cells, step):
    table, num_rows = sample_csv(file, TEXT, limits=Limits(cells=cells))
    assert num_rows == NUM_ROWS and 2 * table.num_rows <= cells / 8
    chosen = [int(cell.partition(".")[0]) for cell in table.columns["size"]]
    gaps = np.diff([*chosen, NUM_ROWS])
    assert abs(len(chosen) - NUM_ROWS / step) <= 2 and gaps.max() < 3 * step and len(set(gaps % 4)) > 1
    assert contents(table) == contents(read_csv(file, TEXT).take(np.array(chosen)))


def test_a_table_within_the_bounds_is_no_sample(file):
    table, num_rows = sample_csv(file, TEXT, limits=Limits(cells=2 * NUM_ROWS))
    assert num_rows == NUM_ROWS and contents(table) == contents(read_csv(file, TEXT))
