"""Whole numbers that may stand for names, as hours and codes do: the target rises and falls along them."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from percept.dataset.cells import parse_numbers
from percept.dataset.table import Table
from percept.profiling.columns import ColumnProfile
from percept.profiling.leakage import answers_as_numbers

VALUES = range(3, 32)  # the days of a month
ROWS_OF_A_VALUE = 10  # in the mean
GAIN = 0.02  # of the target's variance
DEVIATIONS = 4  # of the gain that chance gives


def columns_off_the_line(table: Table, target: str, is_value: bool, columns: Iterable[ColumnProfile]) -> list[str]:
    """Columns at whose values the target's means explain clearly more of its variance than a straight line does.

    is_value: the target is a number to predict, not a class. Both shares are adjusted for their number of parameters.
    """
    found = []
    for column in columns:
        is_count = column.kind == "number" and column.whole and column.num_values in VALUES
        if is_count and column.num_present >= ROWS_OF_A_VALUE * column.num_values:
            cells, answers = table.columns[column.name], table.columns[target]
            known = (cells != "") & (answers != "")
            by_chance = (2 * column.num_values) ** 0.5 / column.num_present  # one deviation, as of chi-square
            gain = _gain(parse_numbers(cells[known]), answers_as_numbers(answers[known], is_value))
            if gain > max(GAIN, DEVIATIONS * by_chance):
                found.append(column.name)
    return found


def _gain(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """x: (rows,); y: (rows, outputs)."""
    x, y = x - x.mean(), y - y.mean(axis=0)
    values, index, counts = np.unique(x, return_inverse=True, return_counts=True)
    if len(x) <= len(values) or len(values) < 2 or not y.any():
        return 0.0
    sums = np.stack([np.bincount(index, output) for output in y.T], axis=1)  # (values, outputs)
    of_means = (sums**2 / counts[:, np.newaxis]).sum() / (y**2).sum()
    of_line = ((x @ y) ** 2).sum() / (x @ x) / (y**2).sum()
    return float(_adjusted(of_means, len(x), len(values)) - _adjusted(of_line, len(x), 2))


def _adjusted(r2: float, num_rows: int, num_parameters: int) -> float:
    return 1 - (1 - r2) * (num_rows - 1) / (num_rows - num_parameters)
