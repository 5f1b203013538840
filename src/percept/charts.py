"""The numbers behind DVC's plots, one CSV for each curve; dvc.yaml says how they are drawn."""

import csv
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from percept.objective import AUXILIARY, Objective
from percept.scoring import decide

# Every file is there for every task: DVC complains of a missing one, and leaves out one without rows.
HEADERS = {
    "history_train.csv": ("epoch", "loss", "metric"),
    "history_validation.csv": ("epoch", "loss", "metric"),
    "confusion.csv": ("actual", "predicted"),
    "roc.csv": ("false_positive_rate", "true_positive_rate"),
    "precision_recall.csv": ("recall", "precision"),
    "predicted_vs_actual.csv": ("actual", "predicted"),
}
MAX_POINTS = 500  # of a curve
MAX_ROWS = 2000  # of a scatter plot


def draw(folder: Path, objective: Objective, classes: tuple[str, ...], y: NDArray, predicted: NDArray) -> None:
    """Write the plots, with rows where they suit the objective. y: (rows,); predicted: (rows, outputs)."""
    for name in ("confusion.csv", "roc.csv", "precision_recall.csv", "predicted_vs_actual.csv"):
        _write(folder / name, ())
    if objective.kind == "regression":
        rows = zip(y[:MAX_ROWS].tolist(), predicted[:MAX_ROWS, 0].tolist(), strict=True)
        _write(folder / "predicted_vs_actual.csv", rows)
        return
    binary = objective.kind == "binary"
    decided = decide(objective, predicted)
    names = zip((classes[label] for label in y), (classes[label] for label in decided), strict=True)
    _write(folder / "confusion.csv", names)
    # Several classes: every (row, class) pair counts as one yes/no question, the micro average.
    truth = y if binary else np.eye(len(classes), dtype=int)[y].ravel()
    if 0 < truth.sum() < len(truth):
        _curves(folder, truth, predicted.ravel())


def draw_history(history: Path, folder: Path) -> None:
    """Loss and metric of each epoch, apart for training and validation rows."""
    with history.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    names = [name for name in rows[0] if name not in ("epoch", "learning_rate") and not name.endswith("loss")]
    metric = next(name for name in names if not name.startswith(("val_", AUXILIARY)))
    for part, prefix in (("train", ""), ("validation", "val_")):
        seen = _thinned(rows) if f"{prefix}loss" in rows[0] else []
        points = [(row["epoch"], row[f"{prefix}loss"], row[f"{prefix}{metric}"]) for row in seen]
        _write(folder / f"history_{part}.csv", points)


def _curves(folder: Path, truth: NDArray, probability: NDArray) -> None:
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
