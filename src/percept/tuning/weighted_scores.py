"""Metrics of rows that count more than once, or not at all: what a bootstrap computes thousands of times, at once.

With every weight 1 they are those of `METRICS`. Expected calibration error has none: it needs bins that are full.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from percept.evaluation.outcome import Outcome

Weights = NDArray[np.float64]  # (resamples, rows): how often each row counts
Values = NDArray[np.float64]  # (resamples,), NaN where a metric is not defined
Score = Callable[[Weights], Values]


def _mean(values: NDArray) -> Score:
    """Return the score that is a mean of (rows,) values."""
    return lambda weights: weights @ values / weights.sum(axis=1)


def _log_loss(outcome: Outcome) -> Score:
    if outcome.kind == "multiclass":
        right = outcome.predicted[np.arange(len(outcome.y)), outcome.y] / outcome.predicted.sum(axis=1)
    else:
        y = outcome.y.reshape(outcome.predicted.shape)
        right = np.where(y == 1, outcome.predicted, 1 - outcome.predicted)
    smallest = np.finfo(np.float64).eps
    return _mean(-np.log(np.clip(right, smallest, 1 - smallest)).reshape(len(outcome.y), -1).mean(axis=1))


def _ratio(over: Values, under: Values) -> Values:
    """Divide, and give 0 where there is nothing to divide by, as scikit-learn does for shares."""
    return np.divide(over, under, out=np.zeros_like(over), where=under > 0)


def _f1(y: NDArray, decisions: NDArray) -> Score:
    """Return F1 of 0 and 1, (rows,) or pooled over (rows, labels)."""
    right, either = ((part.reshape(len(y), -1).sum(axis=1)) for part in (y & decisions, y + decisions))
    return lambda weights: _ratio(2 * weights @ right, weights @ either)


def _macro_f1(outcome: Outcome) -> Score:
    if outcome.kind == "multilabel":
        return _mean_of([_f1(label.y, label.decisions) for label in outcome.targets()])
    classes = np.unique(np.concatenate([outcome.y, outcome.decisions]))
    actual, chosen = ((part[:, np.newaxis] == classes).astype(np.float64) for part in (outcome.y, outcome.decisions))

    def score(weights: Weights) -> Values:
        right, either = weights @ (actual * chosen), weights @ (actual + chosen)
        return _ratio(2 * right, either).sum(axis=1) / (either > 0).sum(axis=1)  # of the classes that are there

    return score


def _roc_auc(outcome: Outcome) -> Score:
    """Return the share of pairs of a positive and a negative row in the right order; equal ones count half."""
    order = np.argsort(outcome.predicted[:, 0], kind="stable")
    y, ordered = outcome.y[order], outcome.predicted[order, 0]
    starts = np.flatnonzero(np.append(True, np.diff(ordered) > 0))

    def score(weights: Weights) -> Values:
        counted = weights[:, order]
        positive, negative = (np.add.reduceat(counted * (y == label), starts, axis=1) for label in (1, 0))
        below = negative.cumsum(axis=1) - negative / 2
        pairs = positive.sum(axis=1) * negative.sum(axis=1)
        return np.where(pairs > 0, _ratio((positive * below).sum(axis=1), pairs), np.nan)

    return score


def _rmse(outcome: Outcome) -> Score:
    mse = _mean((outcome.y - outcome.predicted)[:, 0] ** 2)
    return lambda weights: mse(weights) ** 0.5


def _r2(outcome: Outcome) -> Score:
    y = outcome.y[:, 0] - outcome.y.mean()
    error, mean, square = _mean((outcome.y - outcome.predicted)[:, 0] ** 2), _mean(y), _mean(y**2)

    def score(weights: Weights) -> Values:
        variance = square(weights) - mean(weights) ** 2
        return np.where(variance > 0, 1 - error(weights) / np.where(variance > 0, variance, 1), np.nan)

    return score


def _mean_of(scores: list[Score]) -> Score:
    """Return the mean of the scores of several targets, where they are defined."""

    def score(weights: Weights) -> Values:
        values = np.array([one(weights) for one in scores])
        count = (~np.isnan(values)).sum(axis=0)
        return np.where(count > 0, np.nansum(values, axis=0) / np.maximum(count, 1), np.nan)

    return score


def _of_targets(make: Callable[[Outcome], Score]) -> Callable[[Outcome], Score]:
    return lambda outcome: _mean_of([make(target) for target in outcome.targets()])


OF_DECISIONS: dict[str, Callable[[Outcome], Score]] = {
    "accuracy": lambda outcome: _mean(outcome.y == outcome.decisions),
    "subset_accuracy": lambda outcome: _mean((outcome.y == outcome.decisions).all(axis=1)),
    "hamming_loss": lambda outcome: _mean((outcome.y != outcome.decisions).mean(axis=1)),
    "micro_f1": lambda outcome: _f1(outcome.y, outcome.decisions),
    "macro_f1": _macro_f1,
    "f1": lambda outcome: _f1(outcome.y, outcome.decisions),
    "precision": lambda outcome: (
        lambda weights: _ratio(weights @ (outcome.y & outcome.decisions), weights @ outcome.decisions)
    ),
    "recall": lambda outcome: lambda weights: _ratio(weights @ (outcome.y & outcome.decisions), weights @ outcome.y),
}
OF_PREDICTED: dict[str, Callable[[Outcome], Score]] = {
    "roc_auc": _of_targets(_roc_auc),
    "log_loss": _log_loss,
    "mse": lambda outcome: _mean(((outcome.y - outcome.predicted) ** 2).mean(axis=1)),
    "mae": lambda outcome: _mean(np.abs(outcome.y - outcome.predicted).mean(axis=1)),
    "rmse": _of_targets(_rmse),
    "r2": _of_targets(_r2),
}


def weighted_score(metric: str, outcome: Outcome) -> Score | None:
    """Return a metric as a function of the weights of the rows; None where it has no such form, or no probabilities."""
    if metric in OF_PREDICTED and outcome.predicted.shape[1]:
        return OF_PREDICTED[metric](outcome)
    return OF_DECISIONS[metric](outcome) if metric in OF_DECISIONS else None
