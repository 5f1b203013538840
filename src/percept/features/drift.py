"""How far the test rows of each column lie from its training rows, and whether chance explains it."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from percept.prepared.quality import Drift

ALPHA = 0.001  # how often a table is flagged in which train and test differ by chance alone
FEWEST = 5  # expected rows of a category in each part; rarer ones are put together


class Difference(NamedTuple):
    """Of one column."""

    name: str
    kind: str  # number, category or date
    missing: tuple[float, float]  # share in train and test
    distance: float  # 0 to 1
    p_value: float  # the smaller one: of the distance, or of the missing cells


def compare(name: str, kind: str, train: NDArray, test: NDArray) -> Difference:
    """Two parts of a column: float32 with NaN, or text with "" where a cell is missing."""
    counts = [
        np.bincount(part == "" if kind == "category" else np.isnan(part), minlength=2).tolist()
        for part in (train, test)
    ]
    measure = _total_variation if kind == "category" else _kolmogorov_smirnov
    distance, p_value = measure(train, test)
    shares = tuple(missing / (there + missing) for there, missing in counts)
    return Difference(name, kind, shares, distance, min(p_value, _fisher(counts)))


def flag(found: Iterable[Difference]) -> tuple[Drift, ...]:
    """The greatest distance first; what chance alone would give less often than ALPHA is flagged."""
    found = sorted(found, key=lambda column: (-column.distance, column.name))
    limit = ALPHA / max(1, 2 * len(found))  # Bonferroni: two p-values for each column
    return tuple(
        Drift(
            name=column.name,
            kind=column.kind,
            missing_train=round(column.missing[0], 6),
            missing_test=round(column.missing[1], 6),
            drift=round(column.distance, 6),
            flagged=column.p_value < limit,
        )
        for column in found
    )


def _kolmogorov_smirnov(train: NDArray[np.float32], test: NDArray[np.float32]) -> tuple[float, float]:
    """(greatest distance of the two distribution functions, p-value); a missing number is the least of all."""
    from scipy.special import kolmogorov

    train, test = (np.sort(np.where(np.isnan(part), -np.inf, part)) for part in (train, test))
    values = np.sort(np.concatenate([train, test]))
    below = [np.searchsorted(part, values, side="right") / len(part) for part in (train, test)]
    distance = float(np.abs(below[0] - below[1]).max())
    return distance, float(kolmogorov(distance * np.sqrt(len(train) * len(test) / len(values))))


def _total_variation(train: NDArray[np.object_], test: NDArray[np.object_]) -> tuple[float, float]:
    """(half of the sum of |share in train - share in test|, p-value of a G-test); "" is a category of its own."""
    import pandas as pd

    codes, names = pd.factorize(np.concatenate([train, test]))
    counts = np.array([np.bincount(part, minlength=len(names)) for part in np.split(codes, [len(train)])])
    shares = counts / counts.sum(axis=1, keepdims=True)
    return float(np.abs(shares[0] - shares[1]).sum() / 2), _g_test(counts)


def _g_test(counts: NDArray[np.int64]) -> float:
    """p-value of (2, categories) counts coming from one distribution, with the correction of Williams (1976)."""
    from scipy.special import chdtrc

    num_rows = counts.sum()
    sizes = counts.sum(axis=1, keepdims=True) / num_rows
    rare = (sizes * counts.sum(axis=0)).min(axis=0) < FEWEST
    if rare.any():
        counts = np.column_stack([counts[:, ~rare], counts[:, rare].sum(axis=1)])
    freedom = counts.shape[1] - 1
    if not freedom:
        return 1.0
    totals = counts.sum(axis=0)
    statistic = 2 * (counts * np.log(np.maximum(counts, 1) / (sizes * totals))).sum()
    correction = 1 + ((1 / sizes).sum() - 1) * ((num_rows / totals).sum() - 1) / (6 * num_rows * freedom)
    return float(chdtrc(freedom, statistic / correction))


def _fisher(counts: list[list[int]]) -> float:
    from scipy.stats import fisher_exact

    return float(fisher_exact(counts).pvalue)
