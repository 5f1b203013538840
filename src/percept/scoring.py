"""Predictions to metrics, by scikit-learn."""

import numpy as np
from numpy.typing import NDArray

from percept.objective import Objective

THRESHOLD = 0.5  # of the positive class


def decide(objective: Objective, predicted: NDArray) -> NDArray[np.int64]:
    """Class index of each row, (rows,), from probabilities (rows, outputs)."""
    return (predicted[:, 0] > THRESHOLD).astype(np.int64) if objective.kind == "binary" else predicted.argmax(axis=1)


def score(
    objective: Objective, y: NDArray, predicted: NDArray[np.float32], num_classes: int
) -> dict[str, float | None]:
    """Metrics by name.

    y: (rows,) class index or value; predicted: (rows, outputs) probabilities or values. A metric that is not
    defined on these rows (the area under a curve of one class) is None.
    """
    predicted = predicted.astype(np.float64)
    match objective.kind:
        case "binary":
            return _binary(y, predicted[:, 0], decide(objective, predicted))
        case "multiclass":
            return _multiclass(y, predicted, decide(objective, predicted), num_classes)
        case "regression":
            return _regression(y.astype(np.float64), predicted[:, 0])


def _binary(y: NDArray, probability: NDArray, decided: NDArray) -> dict[str, float | None]:
    from sklearn import metrics

    return {
        "accuracy": float(metrics.accuracy_score(y, decided)),
        "roc_auc": float(metrics.roc_auc_score(y, probability)) if len(np.unique(y)) == 2 else None,
        "precision": float(metrics.precision_score(y, decided, zero_division=0)),
        "recall": float(metrics.recall_score(y, decided, zero_division=0)),
        "f1": float(metrics.f1_score(y, decided, zero_division=0)),
        "log_loss": float(metrics.log_loss(y, probability, labels=[0, 1])),
    }


def _multiclass(y: NDArray, probabilities: NDArray, decided: NDArray, num_classes: int) -> dict[str, float | None]:
    from sklearn import metrics

    probabilities = probabilities / probabilities.sum(axis=1, keepdims=True)  # float32 sums are not quite 1
    return {
        "accuracy": float(metrics.accuracy_score(y, decided)),
        "macro_f1": float(metrics.f1_score(y, decided, average="macro", zero_division=0)),
        "log_loss": float(metrics.log_loss(y, probabilities, labels=np.arange(num_classes))),
    }


def _regression(y: NDArray, value: NDArray) -> dict[str, float | None]:
    from sklearn import metrics

    mse = float(metrics.mean_squared_error(y, value))
    return {
        "mse": mse,
        "rmse": mse**0.5,
        "mae": float(metrics.mean_absolute_error(y, value)),
        "r2": float(metrics.r2_score(y, value)) if len(y) > 1 else None,
    }
