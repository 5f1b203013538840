"""The contract of a table: rows that break it, and what the training rows add to it."""

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from percept import paths
from percept.dataset.cells import parse_dates, parse_numbers
from percept.dataset.contract import Category, ColumnRule, Contract, Date, Number, Violation, violations
from percept.dataset.formula import column_names
from percept.dataset.table import Table
from percept.errors import UserError, listed, nearest
from percept.features.table import TableFeatures
from percept.prepared.spec import RawInput

MAX_ROWS = 1000  # that are written down
MAX_VALUES = 1000  # of a category that are kept


def check_contract(contract: Contract, table: Table, folder: Path) -> dict[str, NDArray[np.bool_]]:
    """Reason -> (rows,) mask of rows to drop, which are written to violations.csv in `folder`.

    Raises `UserError` for such rows unless the contract says to drop them, then with results/violations.csv of the
    repository that a person works in, and for a column that is not there.
    """
    for name in contract.columns:
        if name not in table.columns:
            found = f"{table.file} has no column {name!r}{nearest(name, table.columns)}"
            raise UserError("contract.columns", found, f"some of {listed(table.columns)}", "correct it in conf/task/")
    found = list(violations(contract, table.columns))
    if not found:
        return {}
    if contract.violation == "error":
        _write(table, found, paths.home() / paths.VIOLATIONS)
        lines = [_described(table, violation) for violation in found]
        raise UserError(
            table.file,
            "\n    ".join([f"broken rules of the contract: {len(lines)}", *lines]),
            "rows that keep the contract (contract.columns in the task file)",
            f"see {paths.VIOLATIONS}; correct the file or the contract, or set contract.violation: drop",
        )
    _write(table, found, folder / paths.DROPPED)
    return {f"{violation.column} is {violation.rule}": violation.rows for violation in found}


def _described(table: Table, violation: Violation) -> str:
    rows = np.flatnonzero(violation.rows)
    first = ", ".join(f"{table.place(row)}: {table.columns[violation.column][row]!r}" for row in rows[:3])
    count = f"{len(rows)} row{'s' if len(rows) > 1 else ''}"
    return f"column {violation.column!r}: {count} {violation.rule} ({first}{', ...' if len(rows) > 3 else ''})"


def _write(table: Table, found: list[Violation], target: Path) -> None:
    broken = np.flatnonzero(np.any([violation.rows for violation in found], axis=0))
    with paths.replaced(target) as draft, draft.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow([table.unit, "broken rules", *table.columns])
        for row in broken[:MAX_ROWS]:
            rules = [f"{violation.column} is {violation.rule}" for violation in found if violation.rows[row]]
            cells = [column[row] for column in table.columns.values()]
            writer.writerow([table.lines[row], "; ".join(rules), *cells])


def fit_contract(
    given: Contract, table: Table, features: TableFeatures, inputs: tuple[RawInput, ...], train: NDArray[np.int64]
) -> Contract:
    """The given contract, and for every other column that is read what its training rows hold."""
    kinds = {column.source: column.kind for column in inputs if column.source in table.columns}
    for column in inputs:
        if column.name in features.derive:
            kinds |= dict.fromkeys(sorted(column_names(features.derive[column.name])), "numeric")
    columns = {name: table.columns[name][train] for name in kinds}
    learned = {name: _fit_rule(columns[name], kind, features.date.get(name)) for name, kind in kinds.items()}
    return given.model_copy(update={"columns": learned | given.columns})


def _fit_rule(cells: NDArray[np.object_], kind: str, form: str | None) -> ColumnRule:
    missing = bool((cells == "").any())
    present = cells[cells != ""]
    if form is not None:
        order = np.argsort(parse_dates(present, form))
        ends = {"min": present[order[0]], "max": present[order[-1]]} if len(order) else {}
        return Date(type="date", format=form, missing=missing, **ends)
    if kind == "numeric":
        numbers = parse_numbers(present)
        ends = {"min": float(numbers.min()), "max": float(numbers.max())} if len(numbers) else {}
        return Number(type="number", missing=missing, **ends)
    values = np.unique(present.astype(str)).tolist()
    return Category(type="category", missing=missing, values=values if 0 < len(values) <= MAX_VALUES else None)
