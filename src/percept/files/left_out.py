"""Rows of a file that are no rows of its table, such as totals, notes and repeated headers, told by how they begin."""

import csv
from collections.abc import Iterable, Sequence
from itertools import compress
from typing import Self

import numpy as np

from percept.dataset.table import Table
from percept.errors import UserError

OPTION = "source.leave_out"


class LeftOut:
    """Tells the rows that begin with certain cells; spaces around cells aside."""

    def __init__(self, beginnings: Iterable[str], separator: str, also_header: bool = False) -> None:
        """Raises `UserError` for what is no cells of one row.

        beginnings: the first cells of such rows, each written as a CSV file with this separator has them; also_header:
        rows that are the header again.
        """
        self._texts = {_cells(text, separator): text for text in beginnings}
        self._lengths = sorted({len(cells) for cells in self._texts})
        self._not_found = set(self._texts)
        self._header: tuple[str, ...] | None = None
        self._also_header = also_header

    @classmethod
    def of(cls, beginnings: Sequence[str], also_header: bool, separator: str) -> Self | None:
        """Return what tells such rows and, if asked, those that are the header again; None: no row is left out."""
        return cls(beginnings, separator, also_header) if beginnings or also_header else None

    def is_header(self, names: Sequence[str]) -> None:
        """Take the header, which is told from here on if that is asked for, whatever its capitals."""
        self._header = as_header(names) if self._also_header else None

    def keeps(self, row: Sequence[str]) -> bool:
        """Tell whether a row is a row of the table: neither left out nor without any text."""
        for length in self._lengths:
            start = tuple(map(str.strip, row[:length]))
            if start in self._texts:
                self._not_found.discard(start)
                return False
        is_empty = not row or (len(row) > 1 and not any(map(str.strip, row)))
        return not is_empty and (self._header is None or as_header(row) != self._header)

    def check_all_found(self, file: str) -> None:
        """Check that some row began with each of them: the file may have changed. Raises `UserError`."""
        for cells in self._texts:
            if cells in self._not_found:
                found = f"no row of {file} begins with {self._texts[cells]!r}"
                raise UserError(OPTION, found, "how a row begins", "correct it, or remove it from the list")


def as_header(row: Sequence[str]) -> tuple[str, ...]:
    """Return the cells by which a row is told to be the header again."""
    return tuple(cell.strip().lower() for cell in row)


def without(table: Table, beginnings: Sequence[str]) -> Table:
    """Return the table without the rows that begin so, as commas part cells. Raises `UserError`."""
    if not beginnings:
        return table
    left_out = LeftOut(beginnings, ",")
    kept = list(map(left_out.keeps, zip(*table.columns.values(), strict=True)))
    left_out.check_all_found(table.file)
    if not any(kept):
        raise UserError(OPTION, f"it leaves out every row of {table.file}", "some rows", "correct it")
    return table.take(np.array(list(compress(range(table.num_rows), kept))))


def _cells(text: str, separator: str) -> tuple[str, ...]:
    try:
        rows = [tuple(map(str.strip, row)) for row in csv.reader([text], delimiter=separator, strict=True)]
    except csv.Error:
        rows = []
    if len(rows) != 1 or not any(rows[0]):
        raise UserError(OPTION, repr(text), f"the first cells of a row, parted by {separator!r}", "correct it")
    return rows[0]
