"""The inputs of the shipped file, made from the text, numbers and days of a table."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from percept.dataset.cells import date_part
from percept.dataset.stored import Columns, each
from percept.prepared.spec import RawInput

SMALLEST = 1e-30  # less counts as 0: the inverse of its spread would leave float32
LARGEST = 1e30  # more counts as it: sums and differences of such numbers would leave float32
ROWS = 4096  # at a time: pictures of a large set need not be unpacked all at once
CHARS = 2**23  # rows at a time x the longest text: a runtime has as many words for each row as for the longest text
FEWEST_ROWS = 16  # at a time, however long a text is


def as_raw_inputs(
    inputs: Sequence[RawInput],
    texts: Mapping[str, NDArray[np.object_]],
    numbers: Mapping[str, NDArray[np.float64]],
    days: Mapping[str, NDArray[np.float64]],
) -> dict[str, NDArray[np.float64] | NDArray[np.object_]]:
    """Return each raw input, (rows, 1), from columns (rows,): texts and numbers by name, days by their date column.

    All numbers have 64 bits; `as_shipped` takes them to those of the shipped file.
    """

    def values(column: RawInput) -> Mapping[str, NDArray]:
        return days if column.date else numbers if column.kind == "numeric" else texts

    return {column.name: as_raw_input(column, values(column)) for column in inputs}


def as_raw_input(column: RawInput, values: Mapping[str, NDArray]) -> NDArray[np.float64] | NDArray[np.object_]:
    """Return a raw input, (rows, 1). values: (rows,) of this column or, of a part of a date, the days of that date."""
    found = date_part(values[column.date], column.part) if column.date and column.part else values[column.name]
    if column.kind == "numeric":
        found = np.clip(np.where(np.abs(found) < SMALLEST, 0.0, found), -LARGEST, LARGEST)
    return found[:, np.newaxis]


def as_shipped(inputs: Sequence[RawInput], columns: Mapping[str, NDArray]) -> Columns:
    """Return raw inputs in the types of the shipped file: float32, float64 where an input is `double`, or text."""
    in_32_bits = {column.name for column in inputs if column.kind == "numeric" and not column.double}
    return each(columns, lambda name, values: values.astype(np.float32) if name in in_32_bits else values)


def in_parts(raw: Mapping[str, NDArray]) -> Iterator[dict[str, NDArray]]:
    """Divide the rows of raw inputs, (rows, ...), in their order, into parts that a runtime can hold at a time."""
    num_rows = len(next(iter(raw.values())))
    for start in range(0, num_rows, ROWS):
        part = {name: column[start : start + ROWS] for name, column in raw.items()}
        size = max(FEWEST_ROWS, CHARS // _longest(part))
        for first in range(0, min(ROWS, num_rows - start), size):
            yield {name: column[first : first + size] for name, column in part.items()}


def _longest(raw: Mapping[str, NDArray]) -> int:
    """Return the number of characters of the longest text, or 1."""
    texts = [column for column in raw.values() if column.dtype.kind in "OU"]
    return max((len(text) for column in texts for text in column.ravel().tolist()), default=0) or 1
