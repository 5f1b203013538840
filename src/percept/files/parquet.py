"""Parquet files: typed columns become the text cells that a CSV file of the same table would have."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from percept.dataset.cells import EPOCH, parse_numbers, split_form
from percept.dataset.formats import CsvFormat, check_units, own_formats, plain_numbers
from percept.dataset.numerals import number_reader
from percept.dataset.table import Table
from percept.errors import UserError, listed
from percept.files.limits import LIMITS, Limits

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

START = b"PAR1"  # of every such file
ROW_LABELS = re.compile(r"__index_level_\d+__")  # what pandas adds: numbers that mean nothing
WHOLE = 2**53  # below it a float tells each whole number from the next
TRUTH = ("True", "False")  # as pandas writes them to CSV
YEARS = (-62_135_596_800, 253_402_300_799)  # seconds since 1970 at the ends of the years 1 to 9999
PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
LARGEST = 2**63 - 1
FORMAT = CsvFormat()


def is_parquet(path: Path) -> bool:
    """Tell a Parquet file by its first bytes."""
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        return stream.read(len(START)) == START


def check_installed(path: Path) -> None:
    """Check that pyarrow is installed. Raises `UserError`."""
    try:
        import pyarrow  # noqa: F401
    except ModuleNotFoundError:
        found = "pyarrow, which reads and writes Parquet, is not installed"
        raise UserError(str(path), found, "pyarrow, or a CSV file", "`pip install pyarrow`") from None


def open_parquet(path: Path, limits: Limits = LIMITS) -> "ParquetFile":
    """Open a file, of which equal texts are stored once: a few bytes can stand for a long text in each of many rows.

    Raises `UserError` where it is damaged or beyond a bound, or pyarrow is not installed.
    """
    check_installed(path)
    from pyarrow import parquet

    with blamed(path):
        file = parquet.ParquetFile(path)
        limits.check(str(path), file.metadata.num_columns, "columns", "columns")
        texts = [field.name for field in file.schema_arrow if _is_text(field.type)]
        return parquet.ParquetFile(path, metadata=file.metadata, read_dictionary=texts)


def read_parquet(path: Path, text: CsvFormat = FORMAT, limits: Limits = LIMITS) -> Table:
    """Read every cell as text, and leave out the row labels of pandas. Raises `UserError`.

    text: which texts are numbers, or stand for no value.
    """
    file = open_parquet(path, limits)
    names = [name for name in file.schema_arrow.names if not ROW_LABELS.fullmatch(name)]
    check_columns(path, file.schema_arrow, names)
    if not names or not file.metadata.num_rows:
        raise UserError(str(path), f"no {'rows' if names else 'columns'}", "at least one", "write the file anew")
    limits.check(str(path), len(names) * file.metadata.num_rows, "cells", "cells")
    _check_size(path, file, limits)
    columns = {}
    stripped = [name.strip() for name in names]
    check_units(text, str(path), stripped)
    missing, readers, formats = set(text.missing), plain_numbers(text, stripped), own_formats(text)
    for name in names:
        with blamed(path):
            cells = texts(file.read(columns=[name]).column(0), formats.get(name.strip(), text))
        if len(cells) != file.metadata.num_rows:
            found = f"column {name!r} has {len(cells):,} rows, and the file says {file.metadata.num_rows:,}"
            raise UserError(str(path), found, "a whole Parquet file", "write or fetch it anew")
        check_cells(path, name, cells, limits)
        read = readers[name.strip()] or str
        plain = {cell: "" if cell.strip() in missing else read(cell.strip()) for cell in set(cells)}
        columns[name.strip()] = np.array([plain[cell] for cell in cells], dtype=object)
    return Table(str(path), columns, np.arange(1, file.metadata.num_rows + 1), text=text, unit="row")


def _check_size(path: Path, file: "ParquetFile", limits: Limits) -> None:
    """Check the size that the file gives for what is in it, before it is unpacked. Raises `UserError`."""
    size = sum(file.metadata.row_group(index).total_byte_size for index in range(file.metadata.num_row_groups))
    limits.check_size(str(path), size)
    limits.check_unpacking(str(path), size, path.stat().st_size)


def check_columns(path: Path, schema: "pa.Schema", names: list[str]) -> None:
    """Refuse columns with the same name, and columns of lists or other nested types. Raises `UserError`."""
    stripped = Counter(name.strip() for name in schema.names)
    if twice := [name for name in dict.fromkeys(names) if stripped[name.strip()] > 1]:
        raise UserError(
            str(path), f"the name {listed(map(repr, twice))} more than once", "distinct column names", "rename them"
        )
    odd = [name for name in names if not _is_readable(schema.field(name).type)]
    if odd:
        kinds = listed(f"{name!r} of type {schema.field(name).type}" for name in odd)
        code = f"import pandas; pandas.read_parquet({path.name!r}).drop(columns={odd!r}).to_parquet('flat.parquet')"
        raise UserError(
            str(path),
            f"column{'s' * (len(odd) > 1)} {kinds}",
            "numbers, texts, dates or yes and no",
            f'write what matters in them to columns of their own, or leave them out: python -c "{code}"',
        )


def check_cells(path: Path, name: str, cells: list[str], limits: Limits, first: int = 1) -> None:
    """Refuse cells beyond the bound, and NUL, which fixed-width text arrays would lose. Raises `UserError`."""
    longest = max(cells, key=len)
    where = f"{path}, row {first + cells.index(longest)}, column {name!r}"
    limits.check(where, len(longest), "cell_chars", "characters")
    if "\0" in "".join(set(cells)):
        row = first + next(index for index, cell in enumerate(cells) if "\0" in cell)
        raise UserError(str(path), f"row {row}, column {name!r} holds a NUL character", "text", "correct the file")


@contextmanager
def blamed(path: Path) -> Iterator[None]:
    """Turn errors of pyarrow while a file is read into a `UserError` about the file."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        found = " ".join(str(error).split()) or type(error).__name__
        raise UserError(str(path), found, "a whole Parquet file", "write or fetch it anew") from None


def _is_readable(kind: "pa.DataType") -> bool:
    from pyarrow import types

    if types.is_dictionary(kind):
        return _is_readable(kind.value_type)
    tests = [types.is_boolean, types.is_integer, types.is_floating, types.is_decimal, types.is_date, types.is_timestamp]
    tests += [types.is_time, types.is_null, _is_text]
    return any(is_kind(kind) for is_kind in tests)


def _is_text(kind: "pa.DataType") -> bool:
    from pyarrow import types

    return any(is_kind(kind) for is_kind in (types.is_string, types.is_large_string, types.is_string_view))


def texts(
    cells: "pa.ChunkedArray | pa.Array", text: CsvFormat, form: str | None = None, truth: tuple[str, str] = TRUTH
) -> list[str]:
    """Write cells as a CSV file of this format would have them, "" for a null or NaN.

    Numbers are written in the fewest digits that give their value again, whole ones without a point, as pandas makes
    floats of whole numbers where some are missing. form: of dates; None: %Y-%m-%d, with the time where one is not 0:00.
    """
    import pyarrow as pa
    from pyarrow import compute, types

    kind = cells.type
    if types.is_dictionary(kind):
        if _is_text(kind.value_type):
            return [cell for part in getattr(cells, "chunks", [cells]) for cell in _shared(part)]
        return texts(cells.cast(kind.value_type), text, form, truth)
    if types.is_boolean(kind):
        cells = compute.if_else(cells, *truth)
    elif types.is_date(kind) or types.is_timestamp(kind):
        cells = _dates(cells, form)
    elif types.is_floating(kind):
        cells = _floats(cells, text)
    cells = cells.cast(pa.large_string())
    if types.is_time(kind):
        cells = compute.replace_substring_regex(cells, r"\.0+$", "")
    if text.decimal != "." and (types.is_floating(kind) or types.is_decimal(kind)):
        cells = compute.replace_substring(cells, ".", text.decimal)
    return compute.fill_null(cells, "").to_pylist()


def _shared(cells: "pa.DictionaryArray") -> list[str]:
    """Return the cells, equal ones as one text in memory."""
    used = cells.indices.unique().drop_null()
    values = dict(zip(used.to_pylist(), cells.dictionary.take(used).to_pylist(), strict=True))
    return [values.get(index) or "" for index in cells.indices.to_pylist()]


def _floats(cells: "pa.ChunkedArray | pa.Array", text: CsvFormat) -> "pa.ChunkedArray | pa.Array":
    """Write floats as text, null for what stands for a missing value, however it is written: -999, -999.0."""
    import pyarrow as pa
    from pyarrow import compute

    cells = cells.cast(pa.float32()) if cells.type == pa.float16() else cells
    plain = number_reader(text.decimal, text.thousands)
    marks = parse_numbers(np.array([plain(mark) for mark in text.missing], dtype=object))
    nothing = pa.scalar(None, cells.type)
    for mark in marks[~np.isnan(marks)]:
        cells = compute.if_else(compute.equal(cells, pa.scalar(float(mark), cells.type)), nothing, cells)
    cells = compute.if_else(compute.is_nan(cells), nothing, cells)
    wide = cells.cast(pa.float64())
    whole = compute.and_(compute.equal(compute.floor(wide), wide), compute.less(compute.abs(wide), WHOLE))
    digits = compute.if_else(whole, wide, 0.0).cast(pa.int64())
    return compute.if_else(whole, digits.cast(pa.large_string()), cells.cast(pa.large_string()))


def _dates(cells: "pa.ChunkedArray | pa.Array", form: str | None) -> "pa.ChunkedArray | pa.Array":
    """Write dates as text; moments with a time zone in UTC, and those that no date can hold as Arrow writes times."""
    import pyarrow as pa
    from pyarrow import compute, types

    if types.is_date(cells.type):
        cells = cells.cast(pa.timestamp("ms"))
    unit = cells.type.unit
    cells = cells.cast(pa.timestamp(unit))
    counts = cells.cast(pa.int64())
    form, first = split_form(form) if form else (None, None)
    ends = YEARS if first is None else _hundred_years(first)
    low, high = (max(-LARGEST, min(end * PER_SECOND[unit], LARGEST)) for end in ends)
    is_date = compute.and_(compute.greater_equal(counts, low), compute.less_equal(counts, high))
    written = _written(compute.if_else(is_date, cells, pa.scalar(None, cells.type)), form)
    beyond = compute.binary_join_element_wise("<value out of range: ", counts.cast(pa.string()), ">", "")
    return compute.if_else(is_date, written, beyond)


def _hundred_years(first: int) -> tuple[int, int]:
    """Return the ends, in seconds since 1970, of the years that two digits can tell apart."""
    begin, after = ((datetime(year, 1, 1) - EPOCH) // timedelta(seconds=1) for year in (first, first + 100))
    return begin, after - 1


def _written(cells: "pa.ChunkedArray | pa.Array", form: str | None) -> "pa.ChunkedArray | pa.Array":
    """Write moments of the years 1 to 9999 as text."""
    import pyarrow as pa
    from pyarrow import compute

    seconds = compute.floor_temporal(cells, unit="second")
    if form is None:
        form = "%Y-%m-%d"
        if compute.any(compute.not_equal(compute.floor_temporal(cells, unit="day"), cells)).as_py():
            form += " %H:%M:%S"
        if compute.any(compute.not_equal(seconds, cells)).as_py():
            form += ".%f"
    form = form.replace("%z", "+0000")
    if "%S.%f" in form:  # Arrow writes the fraction with the seconds
        cells = compute.floor_temporal(cells, unit="microsecond").cast(pa.timestamp("us"))
        return compute.strftime(cells, form.replace("%S.%f", "%S"))
    return compute.strftime(seconds.cast(pa.timestamp("s")), form)
