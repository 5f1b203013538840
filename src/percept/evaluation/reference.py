"""What a score is measured against: a guess that looks at no column, and a straight line.

Both learn from the training rows and are judged on the test rows. Nothing here needs scikit-learn.
"""

import numpy as np
from numpy.typing import NDArray

from percept.dataset.stored import Array
from percept.evaluation.outcome import Outcome, decide
from percept.objective import EVEN, Objective
from percept.prepared.examples import Examples
from percept.prepared.spec import DatasetSpec

MAX_ROWS = 10_000  # from which a line is fitted, of more, every second, third, ...; and for which it answers at a time
MAX_COLUMNS = 1000  # more take it more than a second
MAX_CLASSES = 100
NEEDS_PROBABILITIES = ("log_loss", "calibration_error")  # a line gives scores, which are none
RIDGE = 1.0  # on standardised columns


def guess(objective: Objective, spec: DatasetSpec, train_y: NDArray, test_y: NDArray) -> Outcome:
    """Return what the mean of the training rows, or their commonest class, gives; of labels those of most rows."""
    if objective.kind == "multiclass":
        shares = np.bincount(train_y, minlength=len(spec.classes)) / len(train_y)
    elif objective.kind == "regression" and objective.primary == "mae":
        shares = np.median(train_y, axis=0)
    else:
        shares = np.atleast_1d(train_y.mean(axis=0))
    predicted = np.broadcast_to(shares, (len(test_y), len(shares)))
    decisions = None if objective.kind == "regression" else decide(objective, predicted, (EVEN,) * len(shares))
    return Outcome.of(objective, test_y, predicted, decisions)


def line(objective: Objective, spec: DatasetSpec, train: Examples, test: Examples) -> Outcome | None:
    """Return what ridge regression on the prepared columns gives; None where it is too large or suits no metric."""
    width, num_outputs = int(np.prod(spec.shape)), len(spec.names)
    if width > MAX_COLUMNS or num_outputs > MAX_CLASSES or objective.primary in NEEDS_PROBABILITIES:
        return None
    some = slice(None, None, -(-len(train) // MAX_ROWS))
    y = learned(train.y[some], objective, spec)
    return outcome_of(_ridge(_flat(train.x[some]), y, test.x), y, test.y, objective, spec)


def outcome_of(predicted: NDArray, learned: NDArray, y: NDArray, objective: Objective, spec: DatasetSpec) -> Outcome:
    """Bring predictions of what is learned, (rows, outputs), beside the targets y of these rows.

    learned: of the training rows, beyond which no logarithm is predicted.
    """
    if objective.kind == "regression":
        logs = np.array([scale.log for scale in spec.target_scales])
        predicted = np.where(logs, np.expm1(np.where(logs, np.minimum(predicted, learned.max(axis=0)), 0)), predicted)
        return Outcome.of(objective, y, predicted)
    return Outcome.of(objective, y, predicted, decide(objective, predicted, (EVEN,) * predicted.shape[1]))


def learned(y: NDArray, objective: Objective, spec: DatasetSpec) -> NDArray[np.float64]:
    """Return what a model learns in place of targets, (rows, outputs): 0 and 1 of each class or label, or values."""
    match objective.kind:
        case "multiclass":
            return (y[:, np.newaxis] == np.arange(len(spec.classes))).astype(np.float64)
        case "regression":
            logs = np.array([scale.log for scale in spec.target_scales])
            return np.where(logs, np.log1p(np.where(logs, y, 0)), y)
    return y.reshape(len(y), -1).astype(np.float64)


def _flat(x: NDArray) -> NDArray[np.float64]:
    return x.reshape(len(x), -1).astype(np.float64)


def _ridge(x: NDArray[np.float64], y: NDArray[np.float64], new: Array) -> NDArray[np.float64]:
    """Return the predictions for new rows (rows, ...), (rows, outputs)."""
    mean, deviation, offset = x.mean(axis=0), x.std(axis=0), y.mean(axis=0)
    deviation[deviation == 0] = 1
    x = (x - mean) / deviation
    weights = np.linalg.solve(x.T @ x + RIDGE * np.eye(x.shape[1]), x.T @ (y - offset))
    parts = (_flat(new[start : start + MAX_ROWS]) for start in range(0, len(new), MAX_ROWS))
    return np.concatenate([(part - mean) / deviation @ weights + offset for part in parts])
