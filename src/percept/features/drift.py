"""How far the test rows of each column lie from its training rows, and whether chance explains it."""

import warnings
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
    """Give the greatest distance of the two distribution functions and its p-value; a missing number is the least."""
    from scipy.stats import ks_2samp

    train, test = (np.where(np.isnan(cells), -np.inf, cells) for cells in (train, test))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # where the exact calculation fails it takes the asymptotic one
        found = ks_2samp(train, test)  # exact up to 10,000 rows, then asymptotic
    return float(found.statistic), float(found.pvalue)


def _total_variation(train: NDArray[np.object_], test: NDArray[np.object_]) -> tuple[float, float]:
    """Give half of the sum of |share in train - share in test|, and the p-value of a G-test; "" is a category."""
    import pandas as pd

    codes, names = pd.factorize(np.concatenate([train, test]))
    counts = np.array([np.bincount(cells, minlength=len(names)) for cells in np.split(codes, [len(train)])])
    shares = counts / counts.sum(axis=1, keepdims=True)
    return float(np.abs(shares[0] - shares[1]).sum() / 2), _g_test(counts)


def _g_test(counts: NDArray[np.int64]) -> float:
    """Give the p-value of (2, categories) counts coming from one distribution; rare categories are put together."""
    from scipy.stats import chi2_contingency

    shares = counts.sum(axis=1, keepdims=True) / counts.sum()
    rare = (shares * counts.sum(axis=0)).min(axis=0) < FEWEST
    if rare.any():
        counts = np.column_stack([counts[:, ~rare], counts[:, rare].sum(axis=1)])
    return float(chi2_contingency(counts, correction=False, lambda_="log-likelihood").pvalue)


def _fisher(counts: list[list[int]]) -> float:
    from scipy.stats import fisher_exact

    return float(fisher_exact(counts).pvalue)
