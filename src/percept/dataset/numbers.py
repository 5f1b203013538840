"""Text cells to numbers."""

import numpy as np
from numpy.typing import NDArray

LARGEST = float(np.finfo(np.float32).max)  # the arrays are float32


def parse_numbers(cells: NDArray[np.object_]) -> NDArray[np.float64]:
    """(rows,) with NaN for a missing cell and for text that is no finite float32 number."""
    try:
        numbers = np.where(cells == "", "nan", cells).astype(np.float64)
    except ValueError:
        numbers = None
    if numbers is None or any("_" in cell for cell in cells):  # Python alone reads 1_000 as a number
        numbers = np.array([_parsed(cell) for cell in cells], np.float64)
    return np.where(np.abs(numbers) <= LARGEST, numbers, np.nan)


def _parsed(cell: str) -> float:
    try:
        return float("nan" if "_" in cell else cell)
    except ValueError:
        return float("nan")
