"""Tables: the options of their columns, and the numbers, days and texts of the raw inputs."""

from collections.abc import Mapping, Sequence
from functools import cache, partial
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field

from percept.dataset.cells import LARGEST, Form, parse_dates, parse_numbers
from percept.dataset.formula import Formula, column_names, compute, derived
from percept.dataset.stored import Columns, kept
from percept.dataset.table import Table
from percept.errors import UserError, listed, nearest
from percept.names import by_name
from percept.params import Section
from percept.prepared.raw_inputs import as_raw_input
from percept.prepared.spec import RawInput

TASK_FILE = "correct it in conf/task/"
MAX_CHARS = 2**28  # of a column of texts, each as wide as the longest: 1 GiB

Period = Annotated[float, Field(ge=1e-6, le=1e12)]  # float32 can divide by it


class MissingCells(Section):
    """What happens to a row with a missing cell."""

    numeric: Literal["median", "mean", "drop", "error"] = "median"
    category: Literal["own_category", "most_frequent", "drop", "error"] = "own_category"
    indicator: bool = False  # 0 or 1 beside each numeric column that has gaps in the training rows


class TableFeatures(Section):
    """Every column but the target stands in exactly one of numeric, category, date, text, drop.

    One of numeric, category, drop may say `rest`.
    """

    kind: Literal["table"]
    numeric: tuple[str, ...] | Literal["rest"] = ()
    category: tuple[str, ...] | Literal["rest"] = ()
    text: tuple[str, ...] = ()  # free texts: whether a frequent word stands in them is an input for each such word
    drop: tuple[str, ...] | Literal["rest"] = ()
    # column -> its form, such as %Y-%m-%d, or key -> {name: column, format: form}; becomes days, month, weekday, hour
    date: Annotated[dict[str, Form], BeforeValidator(partial(by_name, option="format"))] = Field({})
    # new column -> formula over others, or key -> {name: new column, formula: ...}
    derive: Annotated[dict[str, Formula], BeforeValidator(partial(by_name, option="formula"))] = Field({})
    # numeric column -> period, or key -> {name: column, period: ...}; adds its sine and cosine: {hour: 24, month: 12}
    cyclic: Annotated[dict[str, Period], BeforeValidator(partial(by_name, option="period"))] = Field({})
    cyclic_dates: bool = False  # add sine and cosine of month, weekday and hour of each date
    max_categories: Annotated[int, Field(ge=1)] | None = None  # of a column: rarer ones count as unseen ones
    # categories with fewer training rows, those beyond max_categories and unseen ones are one level of their own;
    # null: they are none
    min_frequency: Annotated[int, Field(ge=1)] | None = None
    words: Annotated[int, Field(ge=1)] = 200  # of a column of text, at most: those that most training rows have
    # categories of more levels also are the mean target of each level, fitted across folds; null: none is
    target_mean: Annotated[int, Field(ge=1)] | None = None
    # of numeric columns; asinh: of long tails; robust: by median and interquartile range, never beyond 3
    scaling: Literal["none", "standard", "min_max", "asinh", "robust"] = "standard"
    bins: Annotated[int, Field(ge=2)] | None = None  # of each numeric column, at most, for the networks that have a use
    missing: MissingCells = MissingCells()

    def lists(self) -> dict[str, tuple[str, ...] | Literal["rest"]]:
        """Return the columns of each list that can name some."""
        lists = {"numeric": self.numeric, "category": self.category, "text": self.text, "drop": self.drop}
        return lists | {"date": tuple(self.date)}

    def named(self) -> set[str]:
        """Return the columns that a list names."""
        return {column for columns in self.lists().values() if columns != "rest" for column in columns}


def read_numbers(table: Table, column: str) -> NDArray[np.float64]:
    """Return (rows,) numbers, NaN for a missing cell. Raises `UserError` that names lines of other cells."""
    numbers = parse_numbers(table.columns[column])
    advice = "move the column to features.category or features.drop, or add the text to source.missing"
    check_all_read(table, column, numbers, "not numbers", "a finite float32 number", advice)
    return numbers


def read_dates(table: Table, column: str, form: str) -> NDArray[np.float64]:
    """Return (rows,) days since 1970, NaN for a missing cell. Raises `UserError` that names lines of other cells."""
    days = parse_dates(table.columns[column], form)
    advice = "correct the cells or features.date, move the column to features.category or features.drop, "
    advice += "or add the text to source.missing"
    check_all_read(table, column, days, "not dates", f"a date such as {form} reads", advice)
    return days


def check_all_read(
    table: Table, column: str, values: NDArray[np.float64], found: str, expected: str, advice: str
) -> None:
    """Check that each cell that is there has a value, (rows,). Raises `UserError` that names lines of others."""
    if not np.isnan(values).any():
        return
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


def raw_columns(features: TableFeatures, table: Table, inputs: Sequence[RawInput]) -> Columns:
    """Return each raw input, (rows, 1) float64 or text; NaN or "" where it is missing."""

    days = cache(lambda name: read_dates(table, name, features.date[name]))  # several inputs come from a date

    def values(column: RawInput) -> dict[str, NDArray]:
        if column.date:
            return {column.date: days(column.date)}
        if column.name in features.derive:
            return derived_columns(features, table, [column.name])
        if column.kind == "numeric":
            return {column.name: read_numbers(table, column.name)}
        check_lengths(table, column.name)
        return {column.name: table.columns[column.name]}

    return kept(table.columns, ((column.name, as_raw_input(column, values(column))) for column in inputs))


def check_lengths(table: Table, column: str) -> None:
    """Refuse a column of texts or labels with a very long one: an array has all as wide. Raises `UserError`."""
    cells = table.columns[column]
    longest = max(range(len(cells)), key=lambda row: len(cells[row]))
    if len(cells) * len(cells[longest]) > MAX_CHARS:
        raise UserError(
            f"{table.file}, column {column!r}",
            f"{table.place(longest)} holds a text of {len(cells[longest]):,} characters",
            f"at most {MAX_CHARS // len(cells):,} in a column of texts or labels with {len(cells):,} rows",
            "correct the cell, or put the column into features.drop in conf/task/",
        )


def derived_columns(features: TableFeatures, table: Table, names: Sequence[str]) -> dict[str, NDArray[np.float64]]:
    """Return (rows,) for each derived column, NaN where an operand is missing or the divisor is 0.

    Raises `UserError` for a column that is not there or holds other text than numbers.
    """
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
        numbers = {operand: read_numbers(table, operand) for operand in sorted(operands)}
        columns[name] = derived(formula, numbers)
        _check_not_too_large(name, formula, numbers, columns[name], table)
    return columns


def _check_not_too_large(
    name: str, formula: str, numbers: Mapping[str, NDArray[np.float64]], values: NDArray[np.float64], table: Table
) -> None:
    """Check that no formula leaves float32 by its size; where a divisor is 0 it has no value. Raises `UserError`."""
    without = np.flatnonzero(np.isnan(values) & ~np.any([np.isnan(cells) for cells in numbers.values()], axis=0))
    if not len(without):
        return
    with np.errstate(all="ignore"):
        found = np.broadcast_to(
            compute(formula, {key: cells[without] for key, cells in numbers.items()}), without.shape
        )
    too_large = np.flatnonzero(np.isfinite(found))
    if len(too_large):
        row, value = without[too_large[0]], found[too_large[0]]
        raise UserError(
            f"features.derive.{name}, {table.file}, {table.place(row)}",
            f"{formula} = {value:.3g}" + (f", and so in {len(too_large) - 1} other rows" if len(too_large) > 1 else ""),
            f"at most {LARGEST:.3g}, the largest number of 32 bits",
            f"divide a column by its unit in the formula, or {TASK_FILE}",
        )


def rows_to_drop(
    features: TableFeatures, table: Table, columns: Columns, inputs: Sequence[RawInput]
) -> dict[str, NDArray[np.bool_]]:
    """Return the (rows,) masks of the rows that the `drop` policy takes out, by reason.

    Raises `UserError` where a cell is missing and the policy is `error`.
    """
    reasons = {}
    for column in inputs:
        if column.kind == "text":
            continue  # an empty text has no words, and that is known of it
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
