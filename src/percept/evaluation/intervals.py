"""How far a metric may lie from its value on endless rows like these: 95 % confidence intervals.

Means over rows, and what follows from them, by the normal distribution; shares by Wilson (1927); ratios of counts by
resampling the confusion matrix, which is the same as resampling rows; areas under the ROC curve by Hanley & McNeil
(1982). Each function returns (low, high), or None where the rows allow no interval. All are deterministic.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from percept.evaluation.outcome import Outcome

LEVEL = 0.95
Z = 1.959964  # of the normal distribution
NUM_RESAMPLES = 2000
Interval = tuple[float, float]


def share(count: int, num_rows: int) -> Interval:
    """Return the Wilson interval of the share `count` / `num_rows`."""
    from scipy.stats import binomtest

    found = binomtest(count, num_rows).proportion_ci(LEVEL, method="wilson")
    return float(found.low), float(found.high)


def mean(values: NDArray[np.float64]) -> Interval:
    """Return the interval of a mean over independent rows; it is infinite for one row."""
    half = Z * values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.inf
    return float(values.mean() - half), float(values.mean() + half)


def accuracy(outcome: Outcome) -> Interval:
    return share(int((outcome.y == outcome.decisions).sum()), len(outcome.y))


def subset_accuracy(outcome: Outcome) -> Interval:
    return share(int((outcome.y == outcome.decisions).all(axis=1).sum()), len(outcome.y))


def hamming_loss(outcome: Outcome) -> Interval:
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


def precision(outcome: Outcome) -> Interval:
    return _of_confusion(outcome, lambda right, actual, chosen: (right / chosen)[:, 1])


def recall(outcome: Outcome) -> Interval:
    return _of_confusion(outcome, lambda right, actual, chosen: (right / actual)[:, 1])


def f1(outcome: Outcome) -> Interval:
    return _of_confusion(outcome, lambda right, actual, chosen: (2 * right / (actual + chosen))[:, 1])


def macro_f1(outcome: Outcome) -> Interval | None:
    if outcome.kind == "multilabel":
        return None
    known = np.unique([outcome.y, outcome.decisions])
    return _of_confusion(
        outcome, lambda right, actual, chosen: np.nan_to_num(2 * right / (actual + chosen))[:, known].mean(axis=1)
    )


def _of_confusion(outcome: Outcome, function: Callable[[NDArray, NDArray, NDArray], NDArray]) -> Interval:
    """Return the quantiles of a metric over resampled confusion matrices.

    function: counts of right rows, rows of the class, and rows predicted as the class, each (resamples, classes), to
    values of the metric, (resamples,).
    """
    y, decisions = outcome.y, outcome.decisions
    size = int(max(y.max(), decisions.max(), 1)) + 1
    counts = np.bincount(y * size + decisions, minlength=size * size)
    draws = np.random.default_rng(0).multinomial(len(y), counts / len(y), NUM_RESAMPLES).reshape(-1, size, size)
    with np.errstate(invalid="ignore"):
        values = function(np.diagonal(draws, axis1=1, axis2=2), draws.sum(axis=2), draws.sum(axis=1))
    low, high = np.quantile(np.nan_to_num(values), (0.025, 0.975))
    return float(low), float(high)


def roc_auc(outcome: Outcome) -> Interval | None:
    from sklearn.metrics import roc_auc_score

    y = outcome.y
    if outcome.kind != "binary" or not 0 < y.sum() < len(y):
        return None
    area = float(roc_auc_score(y, outcome.predicted[:, 0]))
    num_positive, num_negative = int(y.sum()), int((1 - y).sum())
    both, one = area / (2 - area), 2 * area**2 / (1 + area)
    variance = area * (1 - area) + (num_positive - 1) * (both - area**2) + (num_negative - 1) * (one - area**2)
    half = Z * np.sqrt(variance / (num_positive * num_negative))
    return float(max(0, area - half)), float(min(1, area + half))


def mse(outcome: Outcome) -> Interval:
    return mean(((outcome.y - outcome.predicted) ** 2).mean(axis=1))


def mae(outcome: Outcome) -> Interval:
    return mean(np.abs(outcome.y - outcome.predicted).mean(axis=1))


def rmse(outcome: Outcome) -> Interval | None:
    if outcome.y.shape[1] > 1 or len(outcome.y) < 2:
        return None
    low, high = mse(outcome)
    return max(0, low) ** 0.5, high**0.5


def r2(outcome: Outcome) -> Interval | None:
    """Return the interval of 1 minus a ratio of two means, by the delta method."""
    spread = (outcome.y - outcome.y.mean()) ** 2
    if outcome.y.shape[1] > 1 or len(outcome.y) < 2 or not spread.any():
        return None
    errors = (outcome.y - outcome.predicted) ** 2
    ratio = errors.mean() / spread.mean()
    low, high = mean((errors - ratio * spread)[:, 0] / spread.mean())
    half = (high - low) / 2
    return float(1 - ratio - half), float(1 - ratio + half)
