"""Predictions to metrics, by scikit-learn."""

import numpy as np
from numpy.typing import NDArray

from percept.evaluation.calibration import calibration_error, confidences
from percept.objective import EVEN, Objective

Metrics = dict[str, float | None]
Scores = dict[str, float | dict[str, Metrics] | None]


def decide(objective: Objective, predicted: NDArray, thresholds: tuple[float, ...] = (EVEN,)) -> NDArray[np.int64]:
    """Class index of each row, (rows,), or which labels apply, (rows, labels), from probabilities (rows, outputs)."""
    match objective.kind:
        case "binary":
            return (predicted[:, 0] > np.float32(thresholds[0])).astype(np.int64)
        case "multilabel":
            return (predicted > np.float32(thresholds)).astype(np.int64)
        case _:
            return predicted.argmax(axis=1)


def score(
    objective: Objective,
    names: tuple[str, ...],
    y: NDArray,
    predicted: NDArray[np.float32],
    decided: NDArray | None = None,
) -> Scores:
    """Metrics by name; with several labels or targets also those of each, under `by_target`.

    names: as `DatasetSpec.names`; y: as in `Examples`; predicted: (rows, outputs) probabilities or values; decided:
    what `decide` gives, None for even thresholds. A metric that is not defined on these rows (the area under a curve
    of one class) is None.
    """
    predicted = predicted.astype(np.float64)
    if objective.kind == "regression":
        return _regression(y.astype(np.float64), predicted, names)
    decided = decide(objective, predicted) if decided is None else decided
    if objective.kind == "multilabel":
        return _multilabel(y, predicted, decided, names)
    scores = _binary(y, predicted[:, 0], decided) if objective.kind == "binary" else _multiclass(y, predicted, decided)
    return scores | {"calibration_error": calibration_error(*confidences(objective, y, predicted))}


def _binary(y: NDArray, probability: NDArray, decided: NDArray) -> Metrics:
    from sklearn import metrics

    return {
        "accuracy": float(metrics.accuracy_score(y, decided)),
        "roc_auc": _roc_auc(y, probability),
        "precision": float(metrics.precision_score(y, decided, zero_division=0)),
        "recall": float(metrics.recall_score(y, decided, zero_division=0)),
        "f1": float(metrics.f1_score(y, decided, zero_division=0)),
        "log_loss": float(metrics.log_loss(y, probability, labels=[0, 1])),
    }


def _roc_auc(y: NDArray, probability: NDArray) -> float | None:
    from sklearn import metrics

    return float(metrics.roc_auc_score(y, probability)) if len(np.unique(y)) == 2 else None


def _multiclass(y: NDArray, probabilities: NDArray, decided: NDArray) -> Metrics:
    from sklearn import metrics

    probabilities = probabilities / probabilities.sum(axis=1, keepdims=True)  # float32 sums are not quite 1
    return {
        "accuracy": float(metrics.accuracy_score(y, decided)),
        "macro_f1": float(metrics.f1_score(y, decided, average="macro", zero_division=0)),
        "log_loss": float(metrics.log_loss(y, probabilities, labels=np.arange(probabilities.shape[1]))),
    }


def _multilabel(y: NDArray, probabilities: NDArray, decided: NDArray, names: tuple[str, ...]) -> Scores:
    from sklearn import metrics

    labels = [_label(*columns) for columns in zip(y.T, probabilities.T, decided.T, strict=True)]
    areas = [label["roc_auc"] for label in labels if label["roc_auc"] is not None]
    return {
        "subset_accuracy": float((y == decided).all(axis=1).mean()),
        "hamming_loss": float((y != decided).mean()),
        "micro_f1": float(metrics.f1_score(y.ravel(), decided.ravel(), zero_division=0)),
        "macro_f1": float(np.mean([label["f1"] for label in labels])),
        "roc_auc": float(np.mean(areas)) if areas else None,  # mean of the labels that have one
        "log_loss": float(np.mean([label["log_loss"] for label in labels])),
        "by_target": dict(zip(names, labels, strict=True)),
    }


def _label(y: NDArray, probability: NDArray, decided: NDArray) -> Metrics:
    from sklearn import metrics

    return {
        "roc_auc": _roc_auc(y, probability),
        "f1": float(metrics.f1_score(y, decided, zero_division=0)),
        "log_loss": float(metrics.log_loss(y, probability, labels=[0, 1])),
    }


def _regression(y: NDArray, values: NDArray, names: tuple[str, ...]) -> Scores:
    targets = [_values(*columns) for columns in zip(y.T, values.T, strict=True)]
    if len(targets) == 1:
        return targets[0]
    columns = {name: [found[name] for found in targets] for name in targets[0]}
    mean = {name: None if None in found else float(np.mean(found)) for name, found in columns.items()}
    return mean | {"by_target": dict(zip(names, targets, strict=True))}


def _values(y: NDArray, value: NDArray) -> Metrics:
    from sklearn import metrics

    mse = float(metrics.mean_squared_error(y, value))
    return {
        "mse": mse,
        "rmse": mse**0.5,
        "mae": float(metrics.mean_absolute_error(y, value)),
        "r2": float(metrics.r2_score(y, value)) if len(y) > 1 else None,
    }
