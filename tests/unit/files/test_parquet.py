"""read_parquet: the cells of typed columns as the text of a CSV file, or the column that is no table's."""

import datetime as dt
import sys
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from percept.dataset.formats import CsvFormat
from percept.dataset.table import Table
from percept.errors import UserError
from percept.files.csv import read_csv
from percept.files.parquet import read_parquet
from percept.files.parquet_cells import texts

DAY, MOMENT = dt.datetime(2024, 1, 31), dt.datetime(1965, 1, 2, 3, 4, 5)
BERLIN = dt.timezone(dt.timedelta(hours=1))


@pytest.fixture
def read(tmp_path):
    """Write columns as a Parquet file, and read it."""

    def write_and_read(columns: dict | pa.Table, **options) -> Table:
        table = columns if isinstance(columns, pa.Table) else pa.table(columns)
        parquet.write_table(table, tmp_path / "table.parquet")
        return read_parquet(tmp_path / "table.parquet", CsvFormat(**options))

    return write_and_read


def cells(table: Table) -> dict[str, list[str]]:
    return {name: column.tolist() for name, column in table.columns.items()}


COLUMNS = {
    "whole numbers": (pa.array([1, -(2**62), None]), ["1", str(-(2**62)), ""]),
    "small ones": (pa.array([255, None, 0], pa.uint8()), ["255", "", "0"]),
    "floats": (pa.array([0.1, float("nan"), 1e-7, float("inf")]), ["0.1", "", "1e-7", "inf"]),
    "whole numbers made floats": (pa.array([1.0, None, 1e10, -0.0]), ["1", "", "10000000000", "0"]),
    "32 bits": (pa.array([0.1, 5, None], pa.float32()), ["0.1", "5", ""]),
    "16 bits": (pa.array(np.array([0.5, 3], np.float16)), ["0.5", "3"]),
    "decimals": (pa.array([Decimal("12.50"), None, Decimal("-1")]), ["12.50", "", "-1.00"]),
    "truth": (pa.array([True, None, False]), ["True", "", "False"]),
    "texts": (pa.array([" a ", "NaN", "nan", "", None, "NA"]), ["a", "", "", "", "", "NA"]),
    "long texts": (pa.array(["나이 🙂", "a\nb"], pa.large_string()), ["나이 🙂", "a\nb"]),
    "categories": (pa.array(["a", None, "b", "a"]).dictionary_encode(), ["a", "", "b", "a"]),
    "numbers as categories": (pa.array([2.0, None, 1.5]).dictionary_encode(), ["2", "", "1.5"]),
    "nothing": (pa.nulls(2), ["", ""]),
    "days": (pa.array([DAY.date(), None, dt.date(1900, 2, 28)]), ["2024-01-31", "", "1900-02-28"]),
    "midnights": (pa.array([DAY, None], pa.timestamp("ns")), ["2024-01-31", ""]),
    "moments": (pa.array([DAY, MOMENT]), ["2024-01-31 00:00:00", "1965-01-02 03:04:05"]),
    "fractions of seconds": (
        pa.array([DAY, MOMENT.replace(microsecond=1)]),
        ["2024-01-31 00:00:00.000000", "1965-01-02 03:04:05.000001"],
    ),
    "time zones": (pa.array([MOMENT.replace(tzinfo=BERLIN)], pa.timestamp("us", "UTC")), ["1965-01-02 02:04:05"]),
    "times of day": (pa.array([dt.time(3, 4, 5), None]), ["03:04:05", ""]),
}


@pytest.mark.parametrize("kind", COLUMNS)
def test_columns_of_each_type_become_text(read, kind):
    column, expected = COLUMNS[kind]
    assert cells(read({"a": column})) == {"a": expected}


def test_rows_are_counted_from_one_and_named_so_in_messages(read):
    table = read({"a": [5, 6]})
    assert table.lines.tolist() == [1, 2] and table.place(1) == "row 2"


def test_texts_and_numbers_may_stand_for_missing(read):
    columns = {"text": ["?", "x"], "whole": [-999, 1], "float": [-999.0, 0.5]}
    wanted = {"text": ["", "x"], "whole": ["", "1"], "float": ["", "0.5"]}
    assert cells(read(columns, missing=("?", "-999"))) == wanted
    assert cells(read({"float": [-999.0, 0.5]}, missing=("-999.0",))) == {"float": ["", "0.5"]}


def test_the_row_labels_of_pandas_are_no_column_but_a_named_index_is(tmp_path):
    frame = pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "z"]})
    frame[frame.a != 2].to_parquet(tmp_path / "labels.parquet")
    assert cells(read_parquet(tmp_path / "labels.parquet")) == {"a": ["1", "3"], "b": ["x", "z"]}
    frame.set_index("b").to_parquet(tmp_path / "index.parquet")
    assert list(read_parquet(tmp_path / "index.parquet").columns) == ["a", "b"]


ODD = {
    "list": (pa.array([[1], [2]]), "list<"),
    "struct": (pa.array([{"x": 1}]), "struct<"),
    "binary": (pa.array([b"x"]), "binary"),
    "duration": (pa.array([dt.timedelta(1)]), "duration"),
}


@pytest.mark.parametrize("kind", ODD)
def test_a_column_that_holds_no_single_value_is_named_with_its_type_and_a_way_out(read, kind):
    column, name = ODD[kind]
    with pytest.raises(UserError, match=rf"column 'tags' of type {name}(.|\n)*drop\(columns=\['tags'\]\).to_parquet"):
        read({"tags": column, "a": [1] * len(column)})


def test_a_table_that_is_none_is_refused(read, tmp_path):
    with pytest.raises(UserError, match="no rows"):
        read({"a": pa.array([], pa.int64())})
    with pytest.raises(UserError, match="the name 'a', 'a ' more than once"):
        read(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a "]))
    with pytest.raises(UserError, match="row 2, column 'a' holds a NUL character"):
        read({"a": ["x", "\0"]})
    (tmp_path / "broken.parquet").write_bytes((b"PAR1" + b"\0" * 50) * 2)
    with pytest.raises(UserError, match=r"broken\.parquet: (.|\n)*a whole Parquet file"):
        read_parquet(tmp_path / "broken.parquet")


def test_damage_inside_the_file_is_refused(read, tmp_path):
    read({"a": np.random.default_rng(0).random(5000)})
    path = tmp_path / "table.parquet"
    content = bytearray(path.read_bytes())
    content[4:200] = b"\xff" * 196
    path.write_bytes(content)
    with pytest.raises(UserError, match="a whole Parquet file"):
        read_parquet(path)


def test_without_pyarrow_it_is_said_how_to_get_it(read, tmp_path, monkeypatch):
    read({"a": [1]})
    monkeypatch.setitem(sys.modules, "pyarrow", None)  # importing it then fails, as where it is not installed
    with pytest.raises(UserError, match=r"is not installed(.|\n)*`pip install pyarrow`"):
        read_parquet(tmp_path / "table.parquet")


NUMBERS = st.lists(st.none() | st.floats() | st.integers(-(10**15), 10**15).map(float), min_size=1)


@given(numbers=NUMBERS, width=st.sampled_from([pa.float64(), pa.float32()]), decimal=st.sampled_from([".", ","]))
def test_any_float_reads_back_to_the_same_value(numbers, width, decimal):
    column = pa.array(np.array([np.nan if number is None else number for number in numbers]), width, safe=False)
    found = texts(column, CsvFormat(separator=";", decimal=decimal))
    values = np.array([float(text.replace(decimal, ".") or "nan") for text in found], column.type.to_pandas_dtype())
    np.testing.assert_array_equal(values, column.to_numpy(zero_copy_only=False))


@given(st.lists(st.datetimes(dt.datetime(1800, 1, 1), dt.datetime(2200, 1, 1)), min_size=1))
def test_any_moment_reads_back_in_its_form(moments):
    for form in ("%Y-%m-%d %H:%M:%S.%f", "%d.%m.%Y %H:%M", "%Y-%m-%dT%H:%M:%S%z", "%d %b %Y"):
        found = texts(pa.array(moments, pa.timestamp("us")), CsvFormat(), form)
        assert found == [moment.replace(tzinfo=dt.UTC).strftime(form) for moment in moments]


def test_a_moment_that_two_digits_of_its_year_do_not_tell_is_no_date():
    moments = pa.array([dt.date(year, 12, 31) for year in (1929, 1930, 2029, 2030)])
    found = texts(moments, CsvFormat(), "%d.%m.%y from 1930")
    assert found[1:3] == ["31.12.30", "31.12.29"]
    assert all(cell.startswith("<value out of range") for cell in (found[0], found[3]))


def test_pandas_writes_the_same_table_to_csv_and_to_parquet(tmp_path):
    frame = pd.DataFrame(
        {
            "float": [0.1, 2.5, None],
            "whole": [3, 4, 5],
            "truth": [True, False, True],
            "text": ["a", None, "c"],
            "category": pd.Categorical(["x", "y", None]),
            "day": pd.to_datetime(["2024-01-31", None, "2023-12-01"]),
            "moment": pd.to_datetime(["2024-01-31 10:00", None, "2023-12-01 00:00"]),
        }
    )
    frame.to_csv(tmp_path / "table.csv", index=False)
    frame.to_parquet(tmp_path / "table.parquet", index=False)
    assert cells(read_parquet(tmp_path / "table.parquet")) == cells(read_csv(tmp_path / "table.csv", CsvFormat()))


@pytest.mark.parametrize(("unit", "moment"), [("ms", 2**62), ("ms", -62_135_596_800_001), ("us", 2**62)])
def test_a_moment_that_no_date_can_hold_is_text_and_the_others_are_dates(tmp_path, unit, moment):

    moments = pa.array([0, moment, None], pa.int64()).cast(pa.timestamp(unit))
    days = pa.array([19000, 2**31 - 1, None], pa.int32()).cast(pa.date32())
    parquet.write_table(pa.table({"when": moments, "day": days}), tmp_path / "a.parquet")
    found = read_parquet(tmp_path / "a.parquet").columns
    assert found["when"].tolist() == ["1970-01-01", f"<value out of range: {moment}>", ""]
    assert found["day"].tolist() == ["2022-01-08", f"<value out of range: {(2**31 - 1) * 86_400_000}>", ""]


def test_a_column_with_fewer_rows_than_the_file_says_is_refused(tmp_path, monkeypatch):

    parquet.write_table(pa.table({"a": [1, 2, 3]}), tmp_path / "a.parquet")
    monkeypatch.setattr("percept.files.parquet.texts", lambda *_: ["1"])
    with pytest.raises(UserError, match="column 'a' has 1 rows, and the file says 3"):
        read_parquet(tmp_path / "a.parquet")
