"""The levels of a category: which have a place of their own, and which share one."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from percept.features.added import Added, Lookup
from percept.features.table import TableFeatures
from percept.prepared.spec import RawInput


def filled_levels(features: TableFeatures, cells: NDArray) -> tuple[NDArray[np.str_], str | None]:
    """Return the training cells of a column, (rows,), as they are encoded, and what fills an empty one, if it does."""
    levels = cells.astype(str)
    if features.missing.category != "most_frequent":
        return levels, None
    values, counts = np.unique(levels[levels != ""], return_counts=True)
    fill = str(values[counts.argmax()])  # of equals the first, as scikit-learn's SimpleImputer does
    return np.where(levels == "", fill, levels), fill


def frequent(levels: NDArray[np.str_], fewest: int | None, most: int | None = None) -> NDArray[np.str_]:
    """Return the most frequent levels of the training cells, (rows,), with `fewest` rows each: `most` of them, sorted.

    The most frequent one always is among them.
    """
    values, counts = np.unique(levels, return_counts=True)
    order = np.argsort(-counts, kind="stable")[:most]
    enough = counts[order] >= (fewest or 1)
    enough[0] = True
    return np.sort(values[order[enough]])


def others(features: TableFeatures, inputs: Sequence[RawInput], train: dict[str, NDArray]) -> list[Added]:
    """Return, for each category with rare levels in the training rows, the level that these share with unseen ones."""
    found: list[Added] = []
    for column in inputs:
        if column.kind == "category":
            levels, fill = filled_levels(features, train[column.name][:, 0])
            kept = frequent(levels, features.min_frequency, features.max_categories)
            if not np.isin(levels, kept).all():
                numbers = np.array([[0]] * len(kept) + [[1]], np.float32)
                found.append(lookup(column, (f"{column.name}.other",), kept, numbers, fill))
    return found


def lookup(
    column: RawInput, names: tuple[str, ...], levels: NDArray[np.str_], numbers: NDArray[np.float32], fill: str | None
) -> Lookup:
    """Return a lookup of numbers (levels + 1, names), in which an empty cell is as `fill`, where that is given."""
    texts = levels.tolist()
    if fill in texts:
        return Lookup(column, names, ("", *texts), np.concatenate([numbers[[texts.index(fill)]], numbers]))
    return Lookup(column, names, tuple(texts), numbers)
