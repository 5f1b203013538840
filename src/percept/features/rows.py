"""The rows of a table that take part: their raw inputs, targets and weights, and why the others were dropped."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from percept.dataset.stored import Columns, taken
from percept.dataset.table import Table
from percept.errors import UserError
from percept.features.columns import assign_columns
from percept.features.split import SplitIndices
from percept.features.table import TableFeatures, raw_columns, rows_to_drop
from percept.features.target import encode_targets, missing_targets, read_targets, read_weights
from percept.objective import Objective
from percept.prepared.spec import RawInput
from percept.prepared.violations import Violations


@dataclass(frozen=True)
class TableRows:
    """Rows that keep the contract and have a target, and what is known of them."""

    table: Table
    features: TableFeatures  # as which they were read
    inputs: tuple[RawInput, ...]
    columns: Columns  # (rows, 1) for each input, float64 or text
    y: NDArray  # as in `Examples`
    classes: tuple[str, ...]
    weight: NDArray[np.float64] | None  # (rows,), as the file has it
    num_source: int  # rows of the source, with those that are not here
    dropped: dict[str, int]  # reason -> rows of the source that are not here
    violations: Violations | None  # of the contract, by some of the rows that are not here

    @property
    def cells(self) -> Columns:
        """Return the columns that a split may read, (rows,) by name."""
        return self.table.columns

    @property
    def is_test(self) -> NDArray[np.bool_] | None:
        """Return which rows the publisher set apart for tests, (rows,); None: it did not."""
        return self.table.is_test

    def take(self, chosen: NDArray[np.int64], reason: str) -> Self:
        """Return the rows with these numbers; the others are dropped for this reason."""
        return replace(
            self,
            table=self.table.take(chosen),
            columns=taken(self.columns, chosen),
            y=self.y[chosen],
            weight=None if self.weight is None else self.weight[chosen],
            dropped=with_reason(self.dropped, reason, len(self.y) - len(chosen)),
        )


def with_reason(dropped: dict[str, int], reason: str, count: int) -> dict[str, int]:
    """Return how many rows are dropped for which reason, with those of one more."""
    return dropped | ({reason: dropped.get(reason, 0) + count} if count else {})


def read_rows(
    source: Table,
    violations: Violations | None,
    features: TableFeatures,
    objective: Objective,
    split_columns: tuple[str, ...],
) -> TableRows:
    """Drop the rows that break the contract, read targets and inputs, and drop rows as `features.missing` says.

    split_columns: columns that decide the split, which are no inputs unless `features` names them too.
    Raises `UserError`.
    """
    keeping, broken = keep_rows(source, violations.reasons() if violations else {})
    table = source.take(keeping)
    targets, weight = read_targets(table, features, objective), read_weights(table, objective)
    for_split = [column for column in split_columns if column not in features.named()]
    inputs = assign_columns(features, table, not_features=(*objective.columns(), *for_split))
    columns = raw_columns(features, table, inputs)
    required = targets if weight is None else targets | {str(objective.weight): weight}
    kept, missing = keep_rows(table, missing_targets(required) | rows_to_drop(features, table, columns, inputs))
    y, classes = encode_targets({name: values[kept] for name, values in targets.items()}, objective, table.file)
    return TableRows(
        table=table.take(kept),
        features=features,
        inputs=inputs,
        columns=taken(columns, kept),
        y=y,
        classes=classes,
        weight=None if weight is None else weight[kept],
        num_source=source.num_rows,
        dropped=broken | missing,
        violations=violations,
    )


def keep_rows(table: Table, reasons: dict[str, NDArray[np.bool_]]) -> tuple[NDArray[np.int64], dict[str, int]]:
    """Return the numbers of the rows that stay, and how many went for each reason; a row counts for its first reason.

    reasons: (rows,) mask of rows to drop by reason. Raises `UserError` where no row is left.
    """
    gone = np.zeros(table.num_rows, dtype=bool)
    dropped = {}
    for reason, rows in reasons.items():
        if (rows & ~gone).any():
            dropped[reason] = int((rows & ~gone).sum())
        gone |= rows
    if gone.all():
        advice = "change features.missing or the contract"
        raise UserError(table.file, f"no row is left; dropped: {dropped}", "rows to learn from", advice)
    return np.flatnonzero(~gone), dropped


def relative_weight(
    weight: NDArray[np.float64] | None, indices: SplitIndices, objective: Objective
) -> NDArray[np.float32] | None:
    """Bring the mean of the training rows to 1: a loss of another size would want another learning rate.

    Raises `UserError` where no training row counts, or no validation row.
    """
    if weight is None:
        return None
    for subset in ("train", "validation"):
        chosen = weight[getattr(indices, subset)]
        if len(chosen) and not chosen.any():
            found = f"{objective.weight!r} is 0 in all {len(chosen)} rows of {subset}"
            expected = "a weight above 0 in some rows to learn from, and in some to choose by"
            raise UserError("objective.weight", found, expected, "correct the column, or split otherwise (split.*)")
    with np.errstate(over="ignore"):  # `check_finite` names the row
        return (weight / weight[indices.train].mean()).astype(np.float32)
