"""Tables: which columns count as numbers or categories, what a missing cell means, and how columns are scaled."""

from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, Field

from percept.dataset.cells import DATE_PARTS, Form, date_parts, parse_dates, parse_numbers
from percept.dataset.formula import arithmetic, column_names, derived
from percept.dataset.table import Table
from percept.errors import UserError, listed, nearest
from percept.params import Section
from percept.prepared.raw_inputs import as_raw_inputs
from percept.prepared.spec import RawInput

TASK_FILE = "correct it in conf/task/"


class MissingCells(Section):
    """What happens to a row with an empty cell."""

    numeric: Literal["median", "mean", "drop", "error"] = "median"
    category: Literal["own_category", "most_frequent", "drop", "error"] = "own_category"


class TableFeatures(Section):
    """Every column but the target stands in exactly one of numeric, category, date, drop; one may say `rest`."""

    kind: Literal["table"]
    numeric: tuple[str, ...] | Literal["rest"] = ()
    category: tuple[str, ...] | Literal["rest"] = ()
    drop: tuple[str, ...] | Literal["rest"] = ()
    date: dict[str, Form] = Field({})  # column -> its form, such as %Y-%m-%d; becomes days, month, weekday, hour
    derive: dict[str, Annotated[str, AfterValidator(arithmetic)]] = Field({})  # new column -> formula over others
    max_categories: Annotated[int, Field(ge=1)] | None = None  # of a column: rarer ones count as unseen ones
    scaling: Literal["none", "standard", "min_max", "asinh"] = "standard"  # of numeric columns; asinh: of long tails
    missing: MissingCells = MissingCells()

    def named(self) -> set[str]:
        """The columns that a list names."""
        lists = (self.numeric, self.category, self.drop, self.date)
        return {column for columns in lists if columns != "rest" for column in columns}


def assign_columns(features: TableFeatures, table: Table, not_features: Sequence[str]) -> tuple[RawInput, ...]:
    """The raw inputs: numeric columns, then categories, each in the order given, parts of dates last.

    not_features: columns with another use, such as the target. Raises `UserError` for a column that is unknown,
    named twice, or named nowhere.
    """
    known = [*table.columns, *features.derive]
    for column in features.derive:
        if column in table.columns:
            found = f"{table.file} already has a column {column!r}"
            raise UserError(f"features.derive.{column}", found, "a new name", TASK_FILE)
    lists = {"numeric": features.numeric, "category": features.category, "drop": features.drop}
    lists["date"] = tuple(features.date)
    rests = [name for name, columns in lists.items() if columns == "rest"]
    if len(rests) > 1:
        raise UserError("features", f"{' and '.join(rests)} both say rest", "one of them at most", TASK_FILE)
    use: dict[str, str] = dict.fromkeys(not_features, "another use (target or split)")
    for name, columns in lists.items():
        for column in () if columns == "rest" else columns:
            if column not in known:
                hint = nearest(column, known)
                raise UserError(
                    f"features.{name}",
                    f"{table.file} has no column {column!r}{hint}",
                    f"one of {listed(known)}",
                    TASK_FILE,
                )
            if column in use:
                raise UserError(
                    f"features.{name}", f"{column!r} already stands in {use[column]}", "one place", TASK_FILE
                )
            use[column] = name
    left = [column for column in known if column not in use]
    if left and not rests:
        raise UserError(
            "features",
            f"{table.file} has columns that no list names: {listed(left)}",
            "each in numeric, category, date or drop",
            f"{TASK_FILE}; drop: rest leaves out all that are not named",
        )
    use |= dict.fromkeys(left, rests[0] if rests else "")
    order = {name: left if columns == "rest" else columns for name, columns in lists.items()}
    chosen = [RawInput(name=c, kind=kind) for kind in ("numeric", "category") for c in order[kind]]
    chosen += _parts_of_dates(features, known)
    if not chosen:
        raise UserError("features", "no column is left to learn from", "one in numeric, category or date", TASK_FILE)
    chosen.sort(key=lambda column: column.kind, reverse=True)  # stable; "numeric" before "category"
    for raw_input in chosen:
        _check_input(raw_input, features, table)
    return tuple(chosen)


def _parts_of_dates(features: TableFeatures, known: Sequence[str]) -> list[RawInput]:
    inputs = [
        RawInput(name=f"{column}.{part}", kind=DATE_PARTS[part], date=column, part=part)
        for column, form in features.date.items()
        for part in date_parts(form)
    ]
    for part in inputs:
        if part.name in known:
            found = f"its part {part.name!r} is the name of another column"
            raise UserError(f"features.date.{part.date}", found, "a new name", "rename one of the two columns")
    return inputs


def _check_input(column: RawInput, features: TableFeatures, table: Table) -> None:
    if column.kind == "category" and column.name in features.derive:
        where = "features.category"
        raise UserError(where, f"{column.name!r} is derived, so a number", "columns of the file", TASK_FILE)
    if column.name in ("", "prediction", "decision", "auxiliary"):  # these are what the shipped file gives
        found = f"{table.file}: no input can be named {column.name!r}"
        advice = f"put {column.name!r} into features.drop (a column without a name is often row numbers), or rename it"
        raise UserError(f"features.{column.kind}", found, "another name", advice)


def read_numbers(table: Table, column: str) -> NDArray[np.float64]:
    """(rows,) with NaN for a missing cell. Raises `UserError` naming the line of a cell that is no finite number."""
    numbers = parse_numbers(table.columns[column])
    advice = "move the column to features.category or features.drop, or add the text to source.missing"
    _check_all_read(table, column, numbers, "not numbers", "a finite float32 number", advice)
    return numbers


def read_dates(table: Table, column: str, form: str) -> NDArray[np.float64]:
    """(rows,) days since 1970, NaN for a missing cell. Raises `UserError` naming the line of a cell of another form."""
    days = parse_dates(table.columns[column], form)
    advice = "correct features.date, move the column to features.category or features.drop, or correct the cells"
    _check_all_read(table, column, days, "not dates", f"a date such as {form} reads", advice)
    return days


def _check_all_read(
    table: Table, column: str, values: NDArray[np.float64], found: str, expected: str, advice: str
) -> None:
    cells = table.columns[column]
    wrong = np.flatnonzero(np.isnan(values) & (cells != ""))
    if len(wrong):
        lines = ", ".join(f"{table.place(row)}: {cells[row]!r}" for row in wrong[:3])
        raise UserError(
            f"{table.file}, column {column!r}",
            f"{len(wrong)} of {len(cells)} cells are {found} ({lines}{', ...' if len(wrong) > 3 else ''})",
            f"{expected} in each cell, or an empty cell",
            advice,
        )


def raw_columns(
    features: TableFeatures, table: Table, inputs: Sequence[RawInput]
) -> dict[str, NDArray[np.float32] | NDArray[np.object_]]:
    """Each raw input as the shipped file takes it: (rows, 1) float32 with NaN, or text with "" for a missing cell."""
    numeric = [column.name for column in inputs if column.kind == "numeric" and not column.date]
    numbers = {name: read_numbers(table, name) for name in numeric if name not in features.derive}
    numbers |= derived_columns(features, table, [name for name in numeric if name in features.derive])
    dates = dict.fromkeys(column.date for column in inputs if column.date)
    days = {name: read_dates(table, name, features.date[name]) for name in dates}
    return as_raw_inputs(inputs, table.columns, numbers, days)


def derived_columns(features: TableFeatures, table: Table, names: Sequence[str]) -> dict[str, NDArray[np.float64]]:
    """(rows,) for each derived column, NaN where an operand is missing or the divisor is 0. Raises `UserError`."""
    columns = {}
    for name in names:
        formula = features.derive[name]
        operands = column_names(formula)
        for unknown in sorted(operands - set(table.columns)):
            raise UserError(
                f"features.derive.{name}",
                f"{table.file} has no column {unknown!r}{nearest(unknown, table.columns)}",
                f"columns out of {listed(table.columns)}",
                TASK_FILE,
            )
        columns[name] = derived(formula, {operand: read_numbers(table, operand) for operand in sorted(operands)})
    return columns


def rows_to_drop(
    features: TableFeatures, table: Table, columns: dict[str, NDArray], inputs: Sequence[RawInput]
) -> dict[str, NDArray[np.bool_]]:
    """Reason -> (rows,) mask of rows that the `drop` policy takes out. Raises `UserError` for the `error` policy."""
    reasons = {}
    for column in inputs:
        values = columns[column.name][:, 0]
        empty = values == "" if column.kind == "category" else np.isnan(values)
        policy = getattr(features.missing, column.kind)
        if not empty.any() or policy not in ("drop", "error"):
            continue
        if policy == "error":
            rows = np.flatnonzero(empty)
            raise UserError(
                f"{table.file}, column {column.name!r}",
                f"{len(rows)} of {len(empty)} cells are missing, the first in {table.place(rows[0])}",
                f"no missing cell (features.missing.{column.kind}: error)",
                f"fill the cells, or set features.missing.{column.kind} to another policy",
            )
        reasons[f"{column.name} is missing"] = empty
    return reasons
