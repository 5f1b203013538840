"""Numbers such as -999 that may stand for no value: they lie apart from all others of their column."""

import re
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from percept.dataset.cells import parse_numbers
from percept.dataset.table import Table
from percept.profiling.columns import ColumnProfile

CODE = re.compile(r"-[1789]|-?([1-9])\1+")  # -1, -9, -99, 999, -77
NINES = re.compile(r"-?99+")
MAX_CODES = 3
APART = 3  # times the largest of all others


def missing_codes(table: Table, column: ColumnProfile) -> dict[str, int]:
    """Return texts of a column of numbers that look like codes for no value, with their numbers of rows."""
    if not any(CODE.fullmatch(f"{end:.15g}") for end in (column.low, column.high)):
        return {}
    counts = Counter(table.columns[column.name].tolist())
    counts.pop("", None)
    texts = np.array(list(counts), dtype=object)
    numbers = parse_numbers(texts)
    codes = _codes(np.unique(numbers))
    rows = {text: counts[text] for text, number in zip(texts, numbers, strict=True) if number in codes}
    is_doubtful = any(number >= -1 for number in codes) and sum(rows.values()) < 2
    return {} if is_doubtful else rows


def _codes(numbers: NDArray[np.float64]) -> list[float]:
    """Return the only numbers below 0, or the one far beyond all others, where they are written like codes."""
    below, above = numbers[numbers < 0], numbers[numbers > 0]
    if 0 < len(below) <= MAX_CODES < len(above) and all(CODE.fullmatch(f"{number:.15g}") for number in below):
        return below.tolist()
    far = numbers[np.abs(numbers).argmax()]
    others = numbers[numbers != far]
    is_apart = len(others) > MAX_CODES and abs(far) > APART * np.abs(others).max()
    return [float(far)] if is_apart and NINES.fullmatch(f"{far:.15g}") else []
