"""What is odd about the rows of each subset: data/prepared/quality.json. Nothing is fitted to it."""

import numpy as np
from numpy.typing import NDArray

from percept.dataset.stored import Array, columns_of
from percept.features.drift import compare, flag
from percept.features.duplicates import Keys, contradicting, picture_keys, repeated, row_keys
from percept.features.precision import lost_in_32_bits
from percept.features.rows import TableRows
from percept.features.split import Same, Split, SplitIndices
from percept.objective import Objective, Regression
from percept.prepared.quality import AffectedRows, Contents, Drift, Indistinct, Quality
from percept.prepared.spec import RawInput

EXACT = 2.0**53  # whole numbers above it lose digits when they are read, too


def assess_pictures(pixels: NDArray[np.uint8], y: NDArray, split: Split, indices: SplitIndices) -> Quality:
    """Assess pictures (pictures, height, width, channels) and their classes (pictures,)."""
    keys, numbers = picture_keys(pixels), np.arange(len(pixels)) + 1
    found = _repeated(keys, numbers, split, indices)
    return Quality(unit="picture", **found, contradicting=contradicting(keys, y, numbers))


def assess_table(rows: TableRows, objective: Objective, split: Split, indices: SplitIndices, encoded: Array) -> Quality:
    """Assess raw inputs and targets, and how far the test rows lie from the training rows.

    encoded: the training rows as the network is given them, (rows, width), numeric columns first.
    """
    keys = row_keys(column[:, 0] for column in rows.columns.values())
    targets = row_keys(rows.y.reshape(len(rows.y), -1).T)
    return Quality(
        unit=rows.table.unit,
        **_repeated(keys, rows.table.lines, split, indices),
        contradicting=contradicting(keys, targets, rows.table.lines),
        targets_are_labels=not isinstance(objective, Regression),
        indistinct=_indistinct(rows, indices.train, encoded),
        drift=() if isinstance(split.test, Same) else _drift(rows, indices),
    )


def _repeated(
    keys: Keys, places: NDArray[np.int64], split: Split, indices: SplitIndices
) -> dict[str, AffectedRows | None]:
    """Find the validation and the test rows that also stand in the training rows."""
    test = indices.test[:0] if isinstance(split.test, Same) else indices.test
    found = {"validation": indices.validation, "test": test}
    train = keys[indices.train]
    return {subset: repeated(keys[rows], train, places[rows]) if len(rows) else None for subset, rows in found.items()}


def _indistinct(rows: TableRows, train: NDArray[np.int64], encoded: Array) -> tuple[Indistinct, ...]:
    """Return the numeric columns of which the network can tell less than half of the values apart."""
    found = []
    numeric = [column for column in rows.inputs if column.kind == "numeric"]
    for column, told_values in zip(numeric, columns_of(encoded, np.arange(len(numeric))), strict=True):
        values, table = rows.columns[column.name][train, 0], rows.table.columns
        is_long = bool((np.abs(values) > EXACT).any())
        if is_long or (lost_in_32_bits(values) > 0).any():
            written = table[column.name][train] if is_long and column.name in table else values
            there, parsed, told = (len(np.unique(given)) for given in (written, values, told_values))
            if 2 * told < there:
                found.append(Indistinct(name=column.name, values=there, told=told, too_long=2 * parsed < there))
    return tuple(found)


def _drift(rows: TableRows, indices: SplitIndices) -> tuple[Drift, ...]:
    found = []
    for column in rows.inputs:
        if column.part in (None, "days"):  # a date's other parts follow from its day
            cells = rows.columns[column.name][:, 0]
            found.append(compare(column.source, _kind(column), cells[indices.train], cells[indices.test]))
    return flag(found)


def _kind(column: RawInput) -> Contents:
    if column.part is not None:
        return "date"
    match column.kind:
        case "category" | "text":
            return column.kind
    return "number"
