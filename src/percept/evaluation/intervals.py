"""How far a metric may lie from what more rows like these would give: 95 % confidence intervals.

Means over rows, and what follows from them, by the normal distribution; shares by Wilson (1927); counts by resampling
the confusion matrix, which resamples its rows; areas under the ROC curve by Hanley & McNeil (1982).
"""

import numpy as np
from numpy.typing import NDArray

from percept.objective import Objective

Z = 1.959964  # of the normal distribution, 95 %
NUM_RESAMPLES = 2000
Interval = tuple[float, float]


def intervals(objective: Objective, y: NDArray, predicted: NDArray, decided: NDArray | None) -> dict[str, Interval]:
    """(low, high) of the metrics that have one; arguments as for `scoring.score`. Deterministic."""
    predicted = predicted.astype(np.float64)
    match objective.kind:
        case "binary":
            found = _of_confusion(y, decided, ("precision", "recall", "f1"), positive=True)
            losses = -np.log(np.clip(np.where(y == 1, predicted[:, 0], 1 - predicted[:, 0]), 1e-15, 1))
            found |= {"roc_auc": _of_area(y, predicted[:, 0])} if 0 < y.sum() < len(y) else {}
            return {"accuracy": share(int((y == decided).sum()), len(y)), "log_loss": mean(losses)} | found
        case "multiclass":
            found = _of_confusion(y, decided, ("macro_f1",), positive=False)
            right = predicted[np.arange(len(y)), y] / predicted.sum(axis=1)
            losses = -np.log(np.clip(right, 1e-15, 1))
            return {"accuracy": share(int((y == decided).sum()), len(y)), "log_loss": mean(losses)} | found
        case "multilabel":
            subset = share(int((y == decided).all(axis=1).sum()), len(y))
            return {"subset_accuracy": subset, "hamming_loss": mean((y != decided).mean(axis=1))}
        case "regression":
            return _of_values(y.astype(np.float64), predicted)


def share(count: int, num_rows: int) -> Interval:
    """Of `count` out of `num_rows`."""
    observed, spread = count / num_rows, Z**2 / num_rows
    middle = observed + spread / 2
    half = Z * np.sqrt(observed * (1 - observed) / num_rows + spread / (4 * num_rows))
    return max(0.0, float((middle - half) / (1 + spread))), min(1.0, float((middle + half) / (1 + spread)))


def mean(values: NDArray[np.float64]) -> Interval:
    """Of a mean over independent rows."""
    half = Z * values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.inf
    return float(values.mean() - half), float(values.mean() + half)


def _of_confusion(y: NDArray, decided: NDArray, names: tuple[str, ...], *, positive: bool) -> dict[str, Interval]:
    size = int(max(y.max(), decided.max(), 1)) + 1
    counts = np.bincount(y * size + decided, minlength=size * size)
    draws = np.random.default_rng(0).multinomial(len(y), counts / len(y), NUM_RESAMPLES).reshape(-1, size, size)
    right = np.diagonal(draws, axis1=1, axis2=2)  # (resamples, classes)
    actual, said = draws.sum(axis=2), draws.sum(axis=1)
    with np.errstate(invalid="ignore"):
        scores = {
            "precision": np.nan_to_num(right / said),
            "recall": np.nan_to_num(right / actual),
            "f1": np.nan_to_num(2 * right / (actual + said)),
        }
    known = (counts.reshape(size, size).sum(axis=0) + counts.reshape(size, size).sum(axis=1)) > 0
    columns = (
        {name: scores[name][:, 1] for name in scores} if positive else {"macro_f1": scores["f1"][:, known].mean(1)}
    )
    return {name: tuple(np.quantile(columns[name], (0.025, 0.975)).tolist()) for name in names}


def _of_area(y: NDArray, probability: NDArray) -> Interval:
    from sklearn.metrics import roc_auc_score

    area = float(roc_auc_score(y, probability))
    num_positive, num_negative = int(y.sum()), int((1 - y).sum())
    both, one = area / (2 - area), 2 * area**2 / (1 + area)
    variance = area * (1 - area) + (num_positive - 1) * (both - area**2) + (num_negative - 1) * (one - area**2)
    half = Z * np.sqrt(variance / (num_positive * num_negative))
    return float(max(0, area - half)), float(min(1, area + half))


def _of_values(y: NDArray, values: NDArray) -> dict[str, Interval]:
    errors = (y - values) ** 2
    if y.shape[1] > 1 or len(y) < 2:
        return {"mse": mean(errors.mean(axis=1)), "mae": mean(np.abs(y - values).mean(axis=1))}
    low, high = mean(errors[:, 0])
    found = {"mse": (low, high), "rmse": (max(0, low) ** 0.5, high**0.5), "mae": mean(np.abs(y - values)[:, 0])}
    spread = (y[:, 0] - y.mean()) ** 2
    if not spread.any():
        return found
    # r2 is 1 - a ratio of two means: the delta method.
    ratio = errors.mean() / spread.mean()
    low, high = mean((errors[:, 0] - ratio * spread) / spread.mean())
    return found | {"r2": (float(1 - ratio - (high - low) / 2), float(1 - ratio + (high - low) / 2))}
