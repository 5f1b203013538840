"""How far the test rows of each column lie from its training rows, and whether chance explains it."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from percept.prepared.quality import Contents, Drift

ALPHA = 0.001  # how often a table is flagged in which train and test differ by chance alone
FEWEST = 5  # rows of a category that are expected in train and in test; rarer ones are put together


class Difference(NamedTuple):
    """How the training and the test rows of a column differ."""

    name: str
    kind: Contents
    missing: tuple[float, float]  # share of the cells in train and test
    distance: float  # 0 to 1
    p_value: float  # the smaller of two: of the distance, and of the share of missing cells


def compare(name: str, kind: Contents, train: NDArray, test: NDArray) -> Difference:
    """Compare the training and the test cells of a column: numbers with NaN, or text with "" where one is missing.

    Of free texts, most of which are there once, the number of characters is compared.
    """
    if kind == "text":
        train, test = _lengths(train), _lengths(test)
    counts = [
        np.bincount(cells == "" if kind == "category" else np.isnan(cells), minlength=2).tolist()
        for cells in (train, test)
    ]
    measure = _total_variation if kind == "category" else _kolmogorov_smirnov
    distance, p_value = measure(train, test)
    of_train, of_test = (missing / (there + missing) for there, missing in counts)
    return Difference(name, kind, (of_train, of_test), distance, min(p_value, _fisher(counts)))


def _lengths(texts: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return how many characters each text has, NaN where it is missing."""
    return np.array([len(text) or np.nan for text in texts.tolist()])


def flag(found: Iterable[Difference]) -> tuple[Drift, ...]:
    """Sort columns, the greatest distance first, and flag what chance alone would give less often than ALPHA."""
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


def _kolmogorov_smirnov(train: NDArray[np.float64], test: NDArray[np.float64]) -> tuple[float, float]:
    """Return the greatest distance of the two distribution functions and its p-value; a missing number is the least.

    The p-value is that of Smirnov's limit, too large where rows are few. The exact one of ks_2samp takes up to half a
    second for a column of 8000 rows, and it warns where it is rounded to more than 1.
    """
    from scipy.stats import ks_2samp, kstwobign

    train, test = (np.where(np.isnan(cells), -np.inf, cells) for cells in (train, test))
    with np.errstate(divide="ignore"):  # its own p-value of one row against one, which is not used
        distance = float(ks_2samp(train, test, method="asymp").statistic)
    size = len(train) * len(test) / (len(train) + len(test))
    return distance, float(kstwobign.sf(distance * np.sqrt(size)))


def _total_variation(train: NDArray[np.object_], test: NDArray[np.object_]) -> tuple[float, float]:
    """Return half of the sum of |share in train - share in test|, and the p-value of a G-test; "" is a category."""
    import pandas as pd

    codes, names = pd.factorize(np.concatenate([train, test]))
    counts = np.array([np.bincount(cells, minlength=len(names)) for cells in np.split(codes, [len(train)])])
    shares = counts / counts.sum(axis=1, keepdims=True)
    return float(np.abs(shares[0] - shares[1]).sum() / 2), _g_test(counts)


def _g_test(counts: NDArray[np.int64]) -> float:
    """Return the p-value of (2, categories) counts coming from one distribution; rare categories are put together."""
    from scipy.stats import chi2_contingency

    shares = counts.sum(axis=1, keepdims=True) / counts.sum()
    rare = (shares * counts.sum(axis=0)).min(axis=0) < FEWEST
    if rare.any():
        counts = np.column_stack([counts[:, ~rare], counts[:, rare].sum(axis=1)])
    return float(chi2_contingency(counts, correction=False, lambda_="log-likelihood").pvalue)


def _fisher(counts: list[list[int]]) -> float:
    """Return the p-value of ((present, missing) of train, of test) coming from one share of missing cells."""
    from scipy.stats import fisher_exact

    return float(fisher_exact(counts).pvalue)
