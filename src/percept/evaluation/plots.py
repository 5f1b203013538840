"""The numbers behind DVC's plots, one CSV for each curve; dvc.yaml says how they are drawn."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from percept.evaluation.calibration import confidences, reliability
from percept.evaluation.outcome import Outcome
from percept.objective import AUXILIARY, Objective

# Every file is there for every task: DVC complains of a missing one, and leaves out one without rows.
HEADERS = {
    "history_train.csv": ("epoch", "loss", "metric"),
    "history_validation.csv": ("epoch", "loss", "metric"),
    "confusion.csv": ("actual", "predicted"),
    "roc.csv": ("false_positive_rate", "true_positive_rate"),
    "precision_recall.csv": ("recall", "precision"),
    "reliability.csv": ("probability", "observed", "ideal"),
    "predicted_vs_actual.csv": ("actual", "predicted", "target"),
}
MAX_POINTS = 500  # of a curve
MAX_ROWS = 2000  # of a scatter plot
MAX_PAIRS = 2_000_000  # of row and class for a curve; of more, every second, third, ... row


def write_plots(
    folder: Path,
    objective: Objective,
    names: tuple[str, ...],
    y: NDArray,
    predicted: NDArray,
    decisions: NDArray | None = None,
) -> None:
    """Write the plots, with rows where they suit the objective; arguments as for `metrics.score`."""
    outcome = Outcome.of(objective, y, predicted, decisions)
    for file in ("confusion.csv", "roc.csv", "precision_recall.csv", "reliability.csv", "predicted_vs_actual.csv"):
        _write(folder / file, ())
    if objective.kind == "regression":
        _write(folder / "predicted_vs_actual.csv", _scatter(names, y, predicted))
        return
    if objective.kind != "multilabel":
        pairs = zip((names[label] for label in y), (names[label] for label in outcome.decisions), strict=True)
        _write(folder / "confusion.csv", pairs)
    # Several classes or labels: each pair of row and class counts as one binary row (micro average).
    some = slice(None, None, -(-predicted.size // MAX_PAIRS))
    truth = y[some, np.newaxis] == np.arange(len(names)) if objective.kind == "multiclass" else y[some]
    if 0 < truth.sum() < truth.size:
        _write_curves(folder, truth.ravel().astype(int), predicted[some].ravel())
    bins = reliability(*confidences(outcome))
    _write(folder / "reliability.csv", [(bin.probability, bin.observed, bin.probability) for bin in bins])


def _scatter(targets: tuple[str, ...], y: NDArray, predicted: NDArray) -> list[tuple[float, float, str]]:
    """Return (actual, predicted, target); several targets share a plot, in standard deviations from their means."""
    y, predicted = y[:MAX_ROWS], predicted[:MAX_ROWS]
    if len(targets) > 1:
        mean, deviation = y.mean(axis=0), y.std(axis=0) + (y.std(axis=0) == 0)
        y, predicted = (y - mean) / deviation, (predicted - mean) / deviation
    columns = zip(targets, y.T.tolist(), predicted.T.tolist(), strict=True)
    return [(*pair, name) for name, actual, found in columns for pair in zip(actual, found, strict=True)]


def read_history(path: Path) -> list[dict[str, float]]:
    """Read results/history.csv: a row for each epoch."""
    with path.open(newline="", encoding="utf-8") as stream:
        return [
            {name: int(value) if name == "epoch" else float(value) for name, value in row.items()}
            for row in csv.DictReader(stream)
        ]


def write_history(rows: Sequence[Mapping[str, float]], folder: Path) -> None:
    """Write loss and metric of each epoch, in one file for the training rows and one for the validation rows."""
    names = [name for name in rows[0] if name not in ("epoch", "learning_rate") and not name.endswith("loss")]
    metric = next(name for name in names if not name.startswith(("val_", AUXILIARY)))
    for part, prefix in (("train", ""), ("validation", "val_")):
        seen = _thinned(list(rows)) if f"{prefix}loss" in rows[0] else []
        points = [(row["epoch"], row[f"{prefix}loss"], row[f"{prefix}{metric}"]) for row in seen]
        _write(folder / f"history_{part}.csv", points)


def _write_curves(folder: Path, truth: NDArray, probability: NDArray) -> None:
    from sklearn import metrics

    false_positive, true_positive, _ = metrics.roc_curve(truth, probability)
    _write(
        folder / "roc.csv",
        _thinned(list(zip(false_positive.tolist(), true_positive.tolist(), strict=True))),
    )
    precision, recall, _ = metrics.precision_recall_curve(truth, probability)
    points = list(zip(recall.tolist(), precision.tolist(), strict=True))
    _write(folder / "precision_recall.csv", _thinned(points))


def _thinned(points: list) -> list:
    if len(points) <= MAX_POINTS:
        return points
    return [points[index] for index in np.linspace(0, len(points) - 1, MAX_POINTS).astype(int)]


def _write(path: Path, rows: Iterable[tuple]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADERS[path.name])
        writer.writerows(rows)
