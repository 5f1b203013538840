"""Whole numbers with a nonlinear effect, such as hours and codes: the target rises and falls along them."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from percept.dataset.cells import parse_numbers
from percept.dataset.table import Table
from percept.profiling.columns import ColumnProfile
from percept.profiling.leakage import target_matrix

NUM_VALUES = range(3, 32)  # up to the days of a month
ROWS_PER_VALUE = 10  # on average
MIN_GAIN = 0.02  # of r2
DEVIATIONS = 4  # standard deviations of the gain that chance gives


def nonlinear_columns(table: Table, target: str, is_value: bool, columns: Iterable[ColumnProfile]) -> list[str]:
    """Return the columns whose means per value explain clearly more of the target's variance than a straight line.

    is_value: the target is a number to predict, not a class. Both r2 are adjusted for their number of parameters.
    """
    found = []
    for column in columns:
        is_count = column.kind == "number" and column.whole and column.num_values in NUM_VALUES
        if is_count and column.num_present >= ROWS_PER_VALUE * column.num_values:
            cells, answers = table.columns[column.name], table.columns[target]
            known = (cells != "") & (answers != "")
            by_chance = (2 * column.num_values) ** 0.5 / column.num_present  # one deviation, as of chi-square
            gain = _gain(parse_numbers(cells[known]), target_matrix(answers[known], is_value))
            if gain > max(MIN_GAIN, DEVIATIONS * by_chance):
                found.append(column.name)
    return found


def _gain(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Return adjusted r2 of the means per value minus that of the line; x: (rows,); y: (rows, outputs)."""
    x, y = x - x.mean(), y - y.mean(axis=0)
    values, index, counts = np.unique(x, return_inverse=True, return_counts=True)
    if len(x) <= len(values) or len(values) < 2 or not y.any():
        return 0.0
    sums = np.stack([np.bincount(index, output) for output in y.T], axis=1)  # (values, outputs)
    of_means = (sums**2 / counts[:, np.newaxis]).sum() / (y**2).sum()
    of_line = ((x @ y) ** 2).sum() / (x @ x) / (y**2).sum()
    return float(_adjusted(of_means, len(x), len(values)) - _adjusted(of_line, len(x), 2))


def _adjusted(r2: float, num_rows: int, num_parameters: int) -> float:
    """Return the adjusted r2; the intercept counts as a parameter."""
    return 1 - (1 - r2) * (num_rows - 1) / (num_rows - num_parameters)
