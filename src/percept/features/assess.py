"""What is odd about the rows of each part: data/prepared/quality.json. Nothing is fitted to it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from percept.dataset.table import Table
from percept.features.drift import compare, flag
from percept.features.duplicates import Keys, contradicting, picture_keys, repeated, row_keys
from percept.features.split import Same, Split, SplitIndices
from percept.objective import Objective, Regression
from percept.prepared.quality import AffectedRows, Drift, Quality
from percept.prepared.spec import RawInput


def assess_pictures(pixels: NDArray[np.uint8], y: NDArray, split: Split, parts: SplitIndices) -> Quality:
    """Of pictures (pictures, height, width, channels) and their classes (pictures,)."""
    keys, numbers = picture_keys(pixels), np.arange(len(pixels)) + 1
    found = _repeated(keys, numbers, split, parts)
    return Quality(unit="picture", **found, contradicting=contradicting(keys, y, numbers))


def assess_table(
    columns: dict[str, NDArray],
    inputs: Sequence[RawInput],
    y: NDArray,
    table: Table,
    objective: Objective,
    split: Split,
    parts: SplitIndices,
) -> Quality:
    """Of raw inputs (rows, 1) by name, targets (rows,) or (rows, targets), and the table they stand in."""
    keys = row_keys(column[:, 0] for column in columns.values())
    targets = row_keys(y.reshape(len(y), -1).T)
    return Quality(
        unit=table.unit,
        **_repeated(keys, table.lines, split, parts),
        contradicting=contradicting(keys, targets, table.lines),
        targets_are_labels=not isinstance(objective, Regression),
        drift=() if isinstance(split.test, Same) else _drift(columns, inputs, parts),
    )


def _repeated(
    keys: Keys, places: NDArray[np.int64], split: Split, parts: SplitIndices
) -> dict[str, AffectedRows | None]:
    found = {"validation": parts.validation, "test": parts.test[:0] if isinstance(split.test, Same) else parts.test}
    train = keys[parts.train]
    return {part: repeated(keys[rows], train, places[rows]) if len(rows) else None for part, rows in found.items()}


def _drift(columns: dict[str, NDArray], inputs: Sequence[RawInput], parts: SplitIndices) -> tuple[Drift, ...]:
    found = []
    for column in inputs:
        if column.part in (None, "days"):  # a date's other parts follow from its day
            cells = columns[column.name][:, 0]
            kind = {"numeric": "number", "category": "category"}[column.kind] if column.part is None else "date"
            found.append(compare(column.source, kind, cells[parts.train], cells[parts.test]))
    return flag(found)
