"""Above which probability a logistic unit says yes."""

import numpy as np
from numpy.typing import NDArray

from percept.objective import EVEN


def choose_thresholds(metric: str, y: NDArray[np.int64], probability: NDArray[np.float32]) -> tuple[float, ...]:
    """For each unit the one that makes its accuracy, balanced_accuracy or f1 greatest; of equal ones the most even.

    y: (rows, units) of 0 and 1; probability: (rows, units). A unit that has seen one answer alone keeps one half.
    """
    return tuple(_best_threshold(metric, *columns) for columns in zip(y.T, probability.T, strict=True))


def _best_threshold(metric: str, y: NDArray[np.int64], probability: NDArray[np.float32]) -> float:
    num_positive, num_negative = int(y.sum()), int((1 - y).sum())
    if not num_positive or not num_negative:
        return EVEN
    values, index = np.unique(probability, return_inverse=True)
    # Above values[i] lie the rows of all later values: so many of them are positive, so many negative.
    true_positive = num_positive - np.cumsum(np.bincount(index, weights=y))
    false_positive = num_negative - np.cumsum(np.bincount(index, weights=1 - y))
    true_negative = num_negative - false_positive
    match metric:
        case "accuracy":
            score = true_positive + true_negative
        case "balanced_accuracy":
            score = true_positive / num_positive + true_negative / num_negative
        case "f1":
            score = 2 * true_positive / (true_positive + false_positive + num_positive)
    # Halfway to the next value, or the value itself where float32 has nothing between the two.
    halfway = values + (np.append(values[1:], values[-1]) - values) / 2
    candidates = np.where(halfway < np.append(values[1:], np.inf), halfway, values)
    best = np.flatnonzero(score >= score.max() - 1e-12)
    return float(candidates[best[np.argmin(np.abs(candidates[best] - EVEN))]])
