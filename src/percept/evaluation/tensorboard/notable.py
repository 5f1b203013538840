"""Test rows that are worth a look: the worst, the least certain, and some at random."""

import numpy as np
from numpy.typing import NDArray

from percept.evaluation.predictions import Predictions

Rows = NDArray[np.int64]


def errors(test: Predictions) -> NDArray[np.float64]:
    """Return how wrong each row is: log loss, or absolute error in standard deviations of the target; (rows,)."""
    y, predicted = test.y, test.predicted.astype(np.float64)
    match test.objective.kind:
        case "multiclass":
            right = predicted[np.arange(len(y)), y]
        case "regression":
            spread = y.std(axis=0) + (y.std(axis=0) == 0)
            return (np.abs(y - predicted) / spread).mean(axis=1)
        case _:
            truth = y.reshape(predicted.shape)
            right = np.where(truth == 1, predicted, 1 - predicted)
    return -np.log(np.clip(right, 1e-15, 1)).reshape(len(y), -1).mean(axis=1)


def notable(test: Predictions, most: int) -> dict[str, Rows]:
    """Return rows by what is notable of them."""
    found = {"worst": np.argsort(-errors(test), kind="stable")[:most]}
    if test.objective.kind != "regression":
        found["least certain"] = np.argsort(_certainty(test), kind="stable")[:most]
    random = np.random.default_rng(0).permutation(len(test.y))
    return found | {"at random": random[:most]}


def _certainty(test: Predictions) -> NDArray[np.float64]:
    """Return how far the answer is from another one, (rows,)."""
    if test.objective.kind == "multiclass":
        ordered = np.sort(test.predicted, axis=1)
        return ordered[:, -1] - ordered[:, -2]
    return np.abs(test.predicted - 0.5).min(axis=1)
