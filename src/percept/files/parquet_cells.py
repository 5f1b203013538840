"""Typed columns of a Parquet file as the text cells that a CSV file of the same table would have."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from percept.dataset.cells import EPOCH, parse_numbers, split_form
from percept.dataset.formats import CsvFormat
from percept.dataset.numerals import number_reader

if TYPE_CHECKING:
    import pyarrow as pa

WHOLE = 2**53  # below it a float tells each whole number from the next
TRUTH = ("True", "False")  # as pandas writes them to CSV
YEARS = (-62_135_596_800, 253_402_300_799)  # seconds since 1970 at the ends of the years 1 to 9999
PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
LARGEST = 2**63 - 1


def is_text(kind: "pa.DataType") -> bool:
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
        if is_text(kind.value_type):
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
