"""The contract of a table: rows that break it, and what the training rows add to it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from percept import paths
from percept.dataset.cells import number_code, parse_dates, parse_numbers
from percept.dataset.contract import Category, ColumnRule, Contract, Date, Number, Range, violations
from percept.dataset.formula import column_names
from percept.dataset.stored import taken
from percept.dataset.table import Table
from percept.errors import UserError, listed, nearest
from percept.features.rows import TableRows
from percept.prepared.violations import Violations

MAX_VALUES = 1000  # of a category that are kept


class ContractError(UserError):
    """Rows of a table break its contract, which allows none; `violations` has them."""

    def __init__(self, violations: Violations) -> None:
        lines = violations.messages()
        super().__init__(
            violations.table.file,
            "\n    ".join([f"broken rules of the contract: {len(lines)}", *lines]),
            "rows that keep the contract (contract.columns in the task file)",
            f"see {paths.VIOLATIONS}; correct the file or the contract, or set contract.violation: drop",
        )
        self.violations = violations


def check_contract(contract: Contract, table: Table) -> Violations | None:
    """Return what rows break, if some do and the contract lets them be dropped; else raise `ContractError`.

    Raises `UserError` for a rule of a column that is not there.
    """
    for name in contract.columns:
        if name not in table.columns:
            unknown = f"{table.file} has no column {name!r}{nearest(name, table.columns)}"
            raise UserError("contract.columns", unknown, f"some of {listed(table.columns)}", "correct it in conf/task/")
    found = Violations(table, tuple(violations(contract, table.columns)))
    if found.broken and contract.violation == "error":
        raise ContractError(found)
    return found if found.broken else None


def contract_of_codes(contract: Contract, names: Sequence[str]) -> Contract:
    """Return the contract with the values of these columns as `number_code` has them: 2.0 and 2 are one."""
    columns = dict(contract.columns)
    for name in names:
        rule = columns.get(name)
        if isinstance(rule, Category) and rule.values is not None:
            values = tuple(dict.fromkeys(map(number_code, rule.values)))
            columns[name] = rule.model_copy(update={"values": values})
    return contract.model_copy(update={"columns": columns})


def fit_contract(given: Contract, rows: TableRows, train: NDArray[np.int64]) -> tuple[Contract, dict[str, Range]]:
    """Return the given contract with a rule for every other column that is read, and the ranges of numbers and dates.

    The training rows say both; a rule of theirs has no ends, as new rows may well lie a little beyond them. They also
    say the categories where a rule that is given names none.
    """
    kinds = {column.source: column.kind for column in rows.inputs if column.source in rows.table.columns}
    for column in rows.inputs:
        if formula := rows.features.derive.get(column.name):
            kinds |= dict.fromkeys(sorted(column_names(formula)), "numeric")
    columns = taken(rows.table.columns, train)
    learned = {name: _fit_rule(columns[name], kind, rows.features.date.get(name)) for name, kind in kinds.items()}
    ranges = {name: rule for name, rule in learned.items() if not isinstance(rule, Category)}
    endless = {name: rule.model_copy(update={"min": None, "max": None}) for name, rule in ranges.items()}
    rules = {name: _with_values(rule, learned.get(name)) for name, rule in given.columns.items()}
    return given.model_copy(update={"columns": learned | endless | rules}), ranges


def _with_values(rule: ColumnRule, learned: ColumnRule | None) -> ColumnRule:
    if isinstance(rule, Category) and rule.values is None and isinstance(learned, Category):
        return rule.model_copy(update={"values": learned.values})
    return rule


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
    if kind == "text":
        return Category(type="category", missing=missing)
    values = np.unique(present.astype(str)).tolist()
    return Category(type="category", missing=missing, values=values if 0 < len(values) <= MAX_VALUES else None)
