"""Target means: how much the target of each level of a long category differs, learned without a row's own target."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from percept.features.added import Lookup
from percept.features.levels import filled_levels, lookup
from percept.features.table import TableFeatures
from percept.prepared.spec import RawInput

NUM_FOLDS = 5
MAX_OUTPUTS = 10  # targets or classes; of more, target means would be more columns than they are worth
NO_SPREAD = 1e-12  # of the largest value: less is rounding


@dataclass(frozen=True)
class LearnedTarget:
    """The targets of the training rows, and how the rows are divided for cross-fitting."""

    values: NDArray[np.float64]  # (rows, outputs): a number, or 0 and 1 of each class or label
    names: tuple[str, ...]  # of the outputs
    folds: NDArray[np.int64]  # (rows,)
    weight: NDArray[np.float64] | None = None  # (rows,)


@dataclass(frozen=True, eq=False)
class TargetMean:
    """The target means of a column: as they are shipped, and of the training rows."""

    shipped: Lookup
    cross_fitted: NDArray[np.float32]  # (rows, outputs)


def draw_folds(num_rows: int, seed: int, groups: NDArray | None = None) -> NDArray[np.int64]:
    """Return the fold of each row, (rows,), drawn at random; rows of one group, (rows,), share theirs.

    They are not stratified: the target would decide about a row's fold, and so about its own encoding.
    """
    units = np.arange(num_rows) if groups is None else np.unique(groups.astype(str), return_inverse=True)[1]
    return np.random.default_rng(seed).permutation(units.max() + 1)[units] % NUM_FOLDS


def target_means(
    features: TableFeatures, inputs: Sequence[RawInput], train: Mapping[str, NDArray], target: LearnedTarget
) -> list[TargetMean]:
    """Return those of the categories with more levels in the training rows than `features.target_mean`."""
    found: list[TargetMean] = []
    for column in inputs:
        if column.kind == "category":
            levels, fill = filled_levels(features, train[column.name][:, 0])
            if features.target_mean is not None and len(set(levels)) > features.target_mean:
                found.append(_fit(column, levels, fill, target))
    return found


def _fit(column: RawInput, levels: list[str], fill: str | None, target: LearnedTarget) -> TargetMean:
    names = sorted(set(levels))
    place = {name: index for index, name in enumerate(names)}
    places = np.array([place[level] for level in levels])
    weight = np.ones(len(levels)) if target.weight is None else target.weight
    cross_fitted = np.empty(target.values.shape, np.float32)
    for fold in np.unique(target.folds):
        own = target.folds == fold
        cross_fitted[own] = shrunk_means(places[~own], target.values[~own], weight[~own], len(names))[places[own]]
    shipped = shrunk_means(places, target.values, weight, len(names) + 1).astype(np.float32)  # the last: unseen levels
    ends = [""] if len(target.names) == 1 else [f".{name}" for name in target.names]
    outputs = tuple(f"{column.name}.mean{end}" for end in ends)
    return TargetMean(lookup(column, outputs, names, shipped, fill), cross_fitted)


def shrunk_means(
    levels: NDArray[np.int64], values: NDArray[np.float64], weight: NDArray[np.float64], num_levels: int
) -> NDArray[np.float64]:
    """Return the mean of each level, (levels, outputs), in deviations from the mean of all, drawn towards it.

    levels, values, weight: of each row (rows,), (rows, outputs), (rows,). A mean of n rows is taken n / (n + m) times;
    m, at least 1, is the variance within levels over that between them, by the method of moments of the analysis of
    variance (Searle, Casella & McCulloch 1992, chapter 3), so levels that tell nothing are 0, as one without a row is.
    """
    counts = np.bincount(levels, weight, num_levels).astype(np.float64)[:, np.newaxis]
    if not counts.any():
        return np.zeros((num_levels, values.shape[1]))
    distances = values - np.average(values, axis=0, weights=weight)
    deviations = np.sqrt(np.average(distances**2, axis=0, weights=weight))
    has_spread = deviations > NO_SPREAD * np.abs(values).max(axis=0)
    scaled = np.where(has_spread, distances / np.where(has_spread, deviations, 1), 0) * weight[:, np.newaxis]
    sums = np.column_stack([np.bincount(levels, column, num_levels) for column in scaled.T])
    means = sums / np.where(counts > 0, counts, 1)
    return means * _trust(counts, means)


def _trust(counts: NDArray[np.float64], means: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return n / (n + m) for each level and output, 0 where means differ by no more than chance makes them.

    counts: (levels, 1); means: (levels, outputs) of values with mean 0 and variance 1.
    """
    total, num = counts.sum(), (counts > 0).sum()
    between = (counts * means**2).sum(axis=0)
    if not 1 < num < total:
        return np.zeros_like(means)
    within = np.maximum(total - between, 0) / (total - num)
    usual = (total - (counts**2).sum() / total) / (num - 1)
    variance = (between / (num - 1) - within) / usual
    tells = variance > 0
    m = np.maximum(within / np.where(tells, variance, 1), 1)
    return np.where(tells, counts / (counts + m), 0)
