"""The levels of a category: which have a place of their own, and which share one."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from percept.features.added import Added, Lookup
from percept.features.table import TableFeatures
from percept.prepared.spec import RawInput


def training_levels(features: TableFeatures, cells: NDArray) -> tuple[NDArray[np.str_], str | None]:
    """Return the training cells of a column, (rows,), as they are encoded, and what fills an empty one, if it does."""
    levels = cells.astype(str)
    if features.missing.category != "most_frequent":
        return levels, None
    values, counts = np.unique(levels[levels != ""], return_counts=True)
    fill = str(values[counts.argmax()])  # of equals the first, as scikit-learn's SimpleImputer does
    return np.where(levels == "", fill, levels), fill


def frequent(features: TableFeatures, levels: NDArray[np.str_]) -> NDArray[np.str_]:
    """Return the levels that have a place of their own, sorted; the most frequent one always has."""
    values, counts = np.unique(levels, return_counts=True)
    most = np.argsort(-counts, kind="stable")[: features.max_categories]
    enough = counts[most] >= (features.min_frequency or 1)
    enough[0] = True
    return np.sort(values[most[enough]])


def others(features: TableFeatures, inputs: Sequence[RawInput], train: dict[str, NDArray]) -> list[Added]:
    """Return, for each category with rare levels in the training rows, the level that these share with unseen ones."""
    found: list[Added] = []
    for column in inputs:
        if column.kind == "category":
            levels, fill = training_levels(features, train[column.name][:, 0])
            kept = frequent(features, levels)
            if not np.isin(levels, kept).all():
                keys = kept.tolist() if fill is None else ["", *kept.tolist()]
                numbers = np.array([0] * len(keys) + [1], np.float32)[:, np.newaxis]
                found.append(Lookup(column, (f"{column.name}.other",), tuple(keys), numbers))
    return found
