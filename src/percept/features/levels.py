"""The levels of a category: which have a place of their own, and which share one."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from percept.features.added import Added, Lookup
from percept.features.table import TableFeatures
from percept.prepared.spec import RawInput


def filled_levels(features: TableFeatures, cells: NDArray[np.object_]) -> tuple[list[str], str | None]:
    """Return the training cells of a column, (rows,), as they are encoded, and what fills an empty one, if it does."""
    levels = cells.tolist()
    if features.missing.category != "most_frequent":
        return levels, None
    (fill,) = frequent([level for level in levels if level], None, 1)  # as scikit-learn's SimpleImputer does
    return [level or fill for level in levels], fill


def frequent(levels: Iterable[str], fewest: int | None, most: int | None) -> list[str]:
    """Return the most frequent levels with `fewest` rows each, `most` of them, sorted; one at least, however rare.

    Of equally frequent ones the first in the alphabet is taken.
    """
    counts = Counter(levels)
    order = sorted(counts, key=lambda level: (-counts[level], level))[:most]
    return sorted([level for level in order if counts[level] >= (fewest or 1)] or order[:1])


def others(features: TableFeatures, inputs: Sequence[RawInput], train: Mapping[str, NDArray]) -> list[Added]:
    """Return, for each category with rare levels in the training rows, the level that these share with unseen ones."""
    found: list[Added] = []
    for column in inputs:
        if column.kind == "category":
            levels, fill = filled_levels(features, train[column.name][:, 0])
            kept = frequent(levels, features.min_frequency, features.max_categories)
            if len(kept) < len(set(levels)):
                numbers = np.array([[0]] * len(kept) + [[1]], np.float32)
                found.append(lookup(column, (f"{column.name}.other",), kept, numbers, fill))
    return found


def lookup(
    column: RawInput, names: tuple[str, ...], levels: list[str], numbers: NDArray[np.float32], fill: str | None
) -> Lookup:
    """Return a lookup of numbers (levels + 1, names), in which an empty cell is as `fill`, where that is given."""
    if fill is None:
        return Lookup(column, names, tuple(levels), numbers)
    return Lookup(column, names, ("", *levels), np.concatenate([numbers[[levels.index(fill)]], numbers]))
