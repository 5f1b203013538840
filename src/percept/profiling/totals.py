"""Rows of totals: a word such as Total, and numbers that add up or average those of other rows."""

import re
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from percept.dataset.cells import parse_numbers
from percept.dataset.table import Table

WORDS = (
    "((grand|sub|overall)[ -]?)?totals?|sum|sums|gesamt|summe|zwischensumme|insgesamt|total general|totale|totaal|suma"
    "|soma|somme|ensemble|razem|итого|всего|합계|총계|소계|계|총합|合計|総計|小計|计|合计|总计|小计|計"
    "|average|mean|durchschnitt|mittelwert|moyenne|평균|平均"
)
WORD = re.compile(rf"(.*\W)?({WORDS})(\W.*)?", re.IGNORECASE)
ALONE = re.compile(rf"({WORDS})\W*", re.IGNORECASE)
LETTER = re.compile(r"[^\W\d_]")
MAX_LENGTH = 60  # of a text that says so
MAX_COLUMNS, MAX_CELLS = 50, 5_000_000  # of numbers that are added up
MAX_ROWS = 1000  # of totals
MAX_SHARE = 0.2  # of the rows: more are no totals, but rows like the others
FEW_ROWS = 5


class Total(NamedTuple):
    """What a row of totals holds."""

    what: str  # sum or mean
    names: list[str]  # the columns whose number it is
    column: str  # that has the word; "" where none has


def worded_rows(table: Table) -> dict[int, str]:
    """Return the rows that say they are a total, with the column where they do."""
    found: dict[int, str] = {}
    for name, cells in table.columns.items():
        distinct = set(cells.tolist())
        if not LETTER.search("".join(distinct)):
            continue  # quick for numbers
        texts = {cell for cell in distinct if cell[:1].isalpha() or cell[-1:].isalpha()}
        words = {text for text in texts if len(text) <= MAX_LENGTH and WORD.fullmatch(text)}
        if words:
            rows = [row for row, cell in enumerate(cells.tolist()) if cell in words]
            if len(rows) <= min(MAX_SHARE * table.num_rows, MAX_ROWS):
                found = dict.fromkeys(rows, name) | found
    return found


def totals(table: Table) -> dict[int, Total]:
    """Return the rows whose numbers are sums or means of other rows, by their number.

    The sum of all other rows shows it, or half of the numbers of the row. A row without a word that says so must be
    the first or the last, and have the sums of two columns.
    """
    if table.num_rows <= FEW_ROWS:
        return {}
    worded = worded_rows(table)
    others = np.ones(table.num_rows, bool)
    others[list(worded)] = False
    ends = [row for row in (0, table.num_rows - 1) if row not in worded]
    agreeing: dict[int, list[tuple[str, str]]] = {row: [] for row in (*worded, *ends)}
    filled = dict.fromkeys(agreeing, 0)
    for name, numbers, step in _numeric_columns(table):
        addends = _Addends(numbers, others, step)
        for row in agreeing:
            filled[row] += not np.isnan(numbers[row]) and numbers[row] != 0
            rest = addends if row in worded else _Addends(numbers, others & (np.arange(len(others)) != row), step)
            if what := rest.give(row, row in worded):
                agreeing[row].append((what, name))
    found = {}
    for row, pairs in sorted(agreeing.items()):
        sums = [name for what, name in pairs if what == "sum"]
        if sums and (row in worded or len(sums) > 1):
            found[row] = Total("sum", sums, worded.get(row, ""))
        elif row in worded and pairs and len(pairs) >= 0.5 * filled[row]:
            found[row] = Total(pairs[0][0].removeprefix("part "), [name for _, name in pairs], worded[row])
    return found


def unproven(table: Table) -> dict[str, str]:
    """Return texts of categories that say of rows that they are totals, and their columns; call it without totals."""
    texts = {(table.columns[name][row], name) for row, name in worded_rows(table).items()}
    return {
        text: name
        for text, name in sorted(texts)
        if ALONE.fullmatch(text) and len(set(table.columns[name].tolist())) < 0.5 * table.num_rows
    }


def _numeric_columns(table: Table) -> list[tuple[str, NDArray[np.float64], float]]:
    """Return the first columns of numbers: name, numbers and the step to which they are rounded."""
    found: list[tuple[str, NDArray[np.float64], float]] = []
    most = min(MAX_COLUMNS, max(1, MAX_CELLS // table.num_rows))
    for name, cells in table.columns.items():
        sample = cells[cells != ""][:100]
        if len(sample) and len(found) < most and np.isnan(parse_numbers(sample)).mean() < 0.2:
            numbers = parse_numbers(cells)
            unread = np.flatnonzero(np.isnan(numbers) & (cells != ""))
            if len(unread) <= MAX_SHARE * len(cells):
                for row in unread:  # totals have marks of thousands more often than what they add up
                    numbers[row] = _without_groups(cells[row], table.text.decimal)
                decimals = max(len(cell.partition(".")[2]) for cell in sample)
                found.append((name, numbers, 10.0**-decimals))
    return found


def _without_groups(cell: str, decimal: str) -> float:
    """Read a number with any mark between groups of three digits; NaN for other text."""
    plain = re.sub(rf"[^\d{decimal}+-](?=\d{{3}})", "", cell).replace(decimal, ".")
    return float(parse_numbers(np.array([plain], dtype=object))[0])


class _Addends:
    """The numbers of a column that totals may add up."""

    def __init__(self, numbers: NDArray[np.float64], others: NDArray[np.bool_], step: float) -> None:
        """others: (rows,) mask of the rows that are no totals; step: to which the numbers are rounded."""
        present = others & ~np.isnan(numbers)
        self._numbers, self._step, self._count = numbers, step, int(present.sum())
        addends = np.where(present, numbers, 0.0)
        self._largest = np.abs(addends).max()
        self._upto = np.concatenate([[0.0], np.cumsum(addends)])  # the sum of the rows before each
        self._borders = np.concatenate([[-1], np.flatnonzero(~others), [len(numbers)]])

    def give(self, row: int, is_worded: bool) -> Literal["sum", "mean", "part sum", ""]:
        """Tell what the number of a row is: the sum of the others, and beyond each; their mean; the sum of a group."""
        value, total = self._numbers[row], self._upto[-1]
        if np.isnan(value) or value == 0 or self._count < FEW_ROWS:
            return ""
        near = abs(value) * 1e-6 + 0.5 * self._step * self._count**0.5
        if abs(total - value) <= near and abs(value) > self._largest:
            return "sum"
        if not is_worded:
            return ""
        if abs(total / self._count - value) <= abs(value) * 1e-6 + 0.5 * self._step:
            return "mean"
        return "part sum" if (np.abs(self._sums_of_groups(row) - value) <= near).any() else ""

    def _sums_of_groups(self, row: int) -> NDArray[np.float64]:
        """Return the sums of the rows between a total and each other one."""
        borders = self._borders[np.abs(self._borders - row) > 2]  # a sum of one is no sum
        above, below = borders[borders < row], borders[borders > row]
        return np.concatenate([self._upto[row] - self._upto[above + 1], self._upto[below] - self._upto[row + 1]])
