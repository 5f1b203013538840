"""The inputs of the shipped file, made from the text, numbers and days of a table."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from percept.dataset.cells import date_part
from percept.prepared.spec import RawInput

SMALLEST = 1e-30  # less counts as 0: the inverse of its spread would leave float32


def as_raw_inputs(
    inputs: Sequence[RawInput],
    texts: Mapping[str, NDArray[np.object_]],
    numbers: Mapping[str, NDArray[np.float64]],
    days: Mapping[str, NDArray[np.float64]],
) -> dict[str, NDArray[np.float32] | NDArray[np.object_]]:
    """Return each raw input, (rows, 1), from columns (rows,): texts and numbers by name, days by their date column."""
    columns = {}
    for column in inputs:
        if column.date and column.part:
            values = date_part(days[column.date], column.part)
        else:
            values = texts[column.name] if column.kind == "category" else numbers[column.name].astype(np.float32)
        if column.kind == "numeric":
            values = np.where(np.abs(values) < SMALLEST, np.float32(0), values)
        columns[column.name] = values[:, np.newaxis]
    return columns
