"""Rows that break the contract of their table, as violations.csv lists them."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from percept import paths
from percept.dataset.contract import Violation
from percept.dataset.table import Table

MAX_ROWS = 1000  # rows that are written down
NUM_SHOWN = 3  # rows of a rule that a message names


@dataclass(frozen=True)
class Violations:
    """The rules of a contract that rows of a table break."""

    table: Table
    broken: tuple[Violation, ...]

    def reasons(self) -> dict[str, NDArray[np.bool_]]:
        """Return the (rows,) masks of the rows that break each rule, by the rule in words."""
        return {_reason(violation): violation.rows for violation in self.broken}

    def messages(self) -> list[str]:
        """Return a line for each rule: how many rows break it, and the first of them with their cells."""
        return [self._described(violation) for violation in self.broken]

    def save(self, path: Path) -> None:
        """Replace `path` by a CSV file of the first rows that break a rule, with the rules and all their cells."""
        with paths.replaced(path) as draft, draft.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            writer.writerow([self.table.unit, "broken rules", *self.table.columns])
            chosen = np.flatnonzero(np.any([violation.rows for violation in self.broken], axis=0))[:MAX_ROWS]
            columns = [cells[chosen] for cells in self.table.columns.values()]
            for row, cells in zip(chosen, zip(*columns, strict=True), strict=True):
                rules = [_reason(violation) for violation in self.broken if violation.rows[row]]
                writer.writerow([self.table.lines[row], "; ".join(rules), *cells])

    def _described(self, violation: Violation) -> str:
        rows = np.flatnonzero(violation.rows)
        cells = self.table.columns[violation.column]
        first = ", ".join(f"{self.table.place(row)}: {cells[row]!r}" for row in rows[:NUM_SHOWN])
        count = f"{len(rows)} row{'s' if len(rows) > 1 else ''}"
        more = ", ..." if len(rows) > NUM_SHOWN else ""
        return f"column {violation.column!r}: {count} {violation.rule} ({first}{more})"


def _reason(violation: Violation) -> str:
    return f"{violation.column} is {violation.rule}"
