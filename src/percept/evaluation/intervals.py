"""How far a metric may lie from its value on endless rows like these: 95 % confidence intervals.

Means over rows, and what follows from them, by the normal distribution; shares, which precision and recall are, too, by
Clopper & Pearson (1934), who are right for 0 of 6 as well; macro F1 by resampling the confusion matrix, which is the
same as resampling rows; areas under the ROC curve by Hanley & McNeil (1982). Each function returns (low, high), or None
where the rows allow no interval. All are deterministic.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from percept.evaluation.outcome import Outcome

if TYPE_CHECKING:
    from scipy.sparse import csr_array

LEVEL = 0.95
Z = 1.959964  # of the normal distribution
NUM_RESAMPLES = 2000
MAX_CELLS = 4_000_000  # of confusion matrices that are resampled at once
Interval = tuple[float, float]


def share(count: int, num_rows: int) -> Interval:
    """Return the exact interval of the share `count` / `num_rows`."""
    from scipy.stats import binomtest

    found = binomtest(count, num_rows).proportion_ci(LEVEL, method="exact")
    return float(found.low), float(found.high)


def mean(values: NDArray[np.float64]) -> Interval | None:
    """Return the interval of a mean over independent rows; None of equal ones, whose spread says nothing of others."""
    if values.min() == values.max():
        return None
    half = Z * values.std(ddof=1) / np.sqrt(len(values))
    return float(values.mean() - half), float(values.mean() + half)


def accuracy(outcome: Outcome) -> Interval:
    return share(int((outcome.y == outcome.decisions).sum()), len(outcome.y))


def subset_accuracy(outcome: Outcome) -> Interval:
    return share(int((outcome.y == outcome.decisions).all(axis=1).sum()), len(outcome.y))


def hamming_loss(outcome: Outcome) -> Interval | None:
    return mean((outcome.y != outcome.decisions).mean(axis=1))


def log_loss(outcome: Outcome) -> Interval | None:
    match outcome.kind:
        case "binary":
            probability = outcome.predicted[:, 0]
            right = np.where(outcome.y == 1, probability, 1 - probability)
        case "multiclass":
            right = outcome.predicted[np.arange(len(outcome.y)), outcome.y] / outcome.predicted.sum(axis=1)
        case _:
            return None
    return mean(-np.log(np.clip(right, 1e-15, 1)))


def precision(outcome: Outcome) -> Interval | None:
    right, _, chosen = _positive_counts(outcome)
    return share(right, chosen) if chosen else None


def recall(outcome: Outcome) -> Interval | None:
    right, actual, _ = _positive_counts(outcome)
    return share(right, actual) if actual else None


def f1(outcome: Outcome) -> Interval | None:
    """Return the interval of f1, 2 p / (1 + p) of the share p of right ones among positive and called ones."""
    right, actual, chosen = _positive_counts(outcome)
    if not actual + chosen:
        return None
    low, high = share(right, actual + chosen - right)
    return 2 * low / (1 + low), 2 * high / (1 + high)


def _positive_counts(outcome: Outcome) -> tuple[int, int, int]:
    """Return how many positive rows are predicted as such, are positive, and are predicted as positive."""
    y, decisions = outcome.y, outcome.decisions
    return int((y & decisions).sum()), int(y.sum()), int(decisions.sum())


def macro_f1(outcome: Outcome) -> Interval | None:
    """Return the interval of macro F1; that of accuracy where all rows are right or all wrong."""
    if outcome.kind == "multilabel":
        return None
    low, high = np.quantile(_resampled_macro_f1(outcome.y, outcome.decisions), (0.025, 0.975))
    return (float(low), float(high)) if low < high else accuracy(outcome)


def _resampled_macro_f1(y: NDArray[np.int64], decisions: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return macro F1 of resampled confusion matrices, of which only cells with rows are kept: (resamples,)."""
    classes, index = np.unique(np.concatenate([y, decisions]), return_inverse=True)
    size = len(classes)
    cells, counts = np.unique(index[: len(y)] * size + index[len(y) :], return_counts=True)
    actual, chosen = _membership(cells // size, size), _membership(cells % size, size)
    right = _membership(cells // size, size, cells // size == cells % size)
    random, block = np.random.default_rng(0), max(1, MAX_CELLS // (len(cells) + size))
    values = []
    for start in range(0, NUM_RESAMPLES, block):
        draws = random.multinomial(len(y), counts / len(y), min(block, NUM_RESAMPLES - start))
        of_class = (actual + chosen).T.dot(draws.T)  # (classes, resamples)
        values.append((2 * right.T.dot(draws.T) / np.maximum(of_class, 1)).mean(axis=0))
    found = (2 * right.T.dot(counts) / (actual + chosen).T.dot(counts)).mean()
    # A class of few rows is often absent from a resample, which lowers the mean: the spread counts, about the score.
    return np.clip(np.concatenate(values) - np.mean(np.concatenate(values)) + found, 0, 1)


def _membership(groups: NDArray[np.int64], size: int, counted: NDArray[np.bool_] | None = None) -> "csr_array":
    """Return a matrix (cells, groups) with 1 where a cell that is counted belongs to a group."""
    from scipy.sparse import csr_array

    ones = np.ones(len(groups), np.int64) if counted is None else counted.astype(np.int64)
    return csr_array((ones, (np.arange(len(groups)), groups)), (len(groups), size))


def roc_auc(outcome: Outcome) -> Interval | None:
    """Return the interval of the area; at 0 and 1, where the formula knows no spread, that of a share of few rows."""
    from sklearn.metrics import roc_auc_score

    y = outcome.y
    if outcome.kind != "binary" or not 0 < y.sum() < len(y):
        return None
    area = float(roc_auc_score(y, outcome.predicted[:, 0]))
    num_positive, num_negative = int(y.sum()), int((1 - y).sum())
    if area in (0, 1):
        fewest = min(num_positive, num_negative)
        return share(int(area) * fewest, fewest)
    both, one = area / (2 - area), 2 * area**2 / (1 + area)
    variance = area * (1 - area) + (num_positive - 1) * (both - area**2) + (num_negative - 1) * (one - area**2)
    half = Z * np.sqrt(variance / (num_positive * num_negative))
    return float(max(0, area - half)), float(min(1, area + half))


def mse(outcome: Outcome) -> Interval | None:
    return mean(((outcome.y - outcome.predicted) ** 2).mean(axis=1))


def mae(outcome: Outcome) -> Interval | None:
    return mean(np.abs(outcome.y - outcome.predicted).mean(axis=1))


def rmse(outcome: Outcome) -> Interval | None:
    found = mse(outcome) if outcome.y.shape[1] == 1 else None
    return (max(0, found[0]) ** 0.5, found[1] ** 0.5) if found else None


def r2(outcome: Outcome) -> Interval | None:
    """Return the interval of 1 minus a ratio of two means, by the delta method."""
    spread = (outcome.y - outcome.y.mean()) ** 2
    if outcome.y.shape[1] > 1 or not spread.any():
        return None
    errors = (outcome.y - outcome.predicted) ** 2
    ratio = errors.mean() / spread.mean()
    found = mean((errors - ratio * spread)[:, 0] / spread.mean())
    if found is None:
        return None
    half = (found[1] - found[0]) / 2
    return float(1 - ratio - half), float(1 - ratio + half)
