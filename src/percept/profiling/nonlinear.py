"""Whole numbers with a nonlinear effect, such as hours and codes: the target rises and falls along them."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from percept.dataset.cells import parse_numbers
from percept.dataset.table import Table
from percept.profiling.columns import ColumnProfile

NUM_VALUES = range(3, 32)  # up to the days of a month
ROWS_PER_VALUE = 10  # on average
MIN_GAIN = 0.02  # of r2
DEVIATIONS = 4  # standard deviations of the gain that chance gives


def nonlinear_columns(table: Table, target: str, is_value: bool, columns: Iterable[ColumnProfile]) -> list[str]:
    """Return the columns whose means per value explain clearly more of the target's variance than a straight line.

    is_value: the target is a number to predict, not a class. Both r2 are adjusted for their number of parameters.
    """
    found = []
    answers = table.columns[target]
    y = parse_numbers(answers) if is_value else np.unique(answers, return_inverse=True)[1]
    for column in columns:
        is_count = column.kind == "number" and column.whole and column.num_values in NUM_VALUES
        if is_count and column.num_present >= ROWS_PER_VALUE * column.num_values:
            cells = table.columns[column.name]
            known = (cells != "") & (answers != "")
            by_chance = (2 * column.num_values) ** 0.5 / column.num_present  # one deviation, as of chi-square
            if _gain(parse_numbers(cells[known]), y[known]) > max(MIN_GAIN, DEVIATIONS * by_chance):
                found.append(column.name)
    return found


def _gain(x: NDArray[np.float64], y: NDArray) -> float:
    """Return adjusted r2 of the means per value minus that of the line. x: (rows,); y: (rows,) values or class codes.

    Classes are as 0 and 1 of each, which are summed but never laid out: they may be thousands.
    """
    values, index, counts = np.unique(x - x.mean(), return_inverse=True, return_counts=True)
    sums, total = _sums_of_values(y, index) if y.dtype.kind == "f" else _sums_of_classes(y, index, counts)
    if len(x) <= len(values) or len(values) < 2 or total <= 0:
        return 0.0
    of_means = (sums**2 / counts[:, np.newaxis]).sum() / total
    of_line = ((values @ sums) ** 2).sum() / (counts @ values**2) / total
    return float(_adjusted(of_means, len(x), len(values)) - _adjusted(of_line, len(x), 2))


def _sums_of_values(y: NDArray[np.float64], index: NDArray[np.int64]) -> tuple[NDArray[np.float64], float]:
    """Return the sums, (values of x, 1), and the sum of squares of the distances of y from its mean."""
    distances = y - y.mean()
    return np.bincount(index, distances)[:, np.newaxis].astype(np.float64), float((distances**2).sum())


def _sums_of_classes(
    codes: NDArray[np.int64], index: NDArray[np.int64], counts: NDArray[np.int64]
) -> tuple[NDArray[np.float64], float]:
    """Return the same of all classes together: (values of x, classes), and one number."""
    num_rows, num_classes = len(codes), int(codes.max()) + 1
    of_each = np.bincount(index * num_classes + codes, minlength=len(counts) * num_classes)
    of_each = of_each.reshape(len(counts), num_classes)
    shares = of_each.sum(axis=0) / num_rows
    return (of_each - np.outer(counts, shares)).astype(np.float64), float(num_rows * (1 - (shares**2).sum()))


def _adjusted(r2: float, num_rows: int, num_parameters: int) -> float:
    """Return the adjusted r2; the intercept counts as a parameter."""
    return 1 - (1 - r2) * (num_rows - 1) / (num_rows - num_parameters)
