"""Numbers or days that order the rows of a table."""

import numpy as np
from numpy.typing import NDArray

from percept.dataset.cells import parse_dates, parse_numbers
from percept.errors import UserError


def read_times(cells: NDArray[np.object_], form: str | None) -> NDArray[np.float64]:
    """Return (rows,) days of dates of this form, or without one numbers, NaN for a cell that is neither."""
    return parse_numbers(cells) if form is None else parse_dates(cells, form)


def check_times(where: str, column: str, cells: NDArray[np.object_], form: str | None) -> NDArray[np.float64]:
    """Return the same. Raises `UserError` for a cell that cannot be ordered; where: the option that names it."""
    times = read_times(cells, form)
    wrong = np.flatnonzero(np.isnan(times))
    if len(wrong):
        found = f"{len(wrong)} of {len(cells)} cells cannot be ordered, the first is {cells[wrong[0]]!r}"
        expected = "a number in each (form: null)" if form is None else f"a date such as {form} in each"
        raise unusable(where, column, found, expected)
    return times


def unusable(where: str, column: str, found: str, expected: str) -> UserError:
    """Return what is said of a column that a split cannot use."""
    rule = f"contract.columns: {{{column}: {{type: ..., missing: false}}}}"
    advice = f"correct them, or leave such rows out: contract.violation: drop and {rule}"
    return UserError(where, f"column {column!r}: {found}", expected, advice)
