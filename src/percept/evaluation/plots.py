"""The numbers behind the plots of DVC and of the report, one CSV for each; reporting/charts.py draws them."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from percept.evaluation import intervals
from percept.evaluation.calibration import confidences, reliability
from percept.evaluation.explanations import Importance
from percept.evaluation.groups import Group
from percept.evaluation.outcome import Outcome
from percept.objective import AUXILIARY, Objective

# Every file is there for every task: DVC complains of a missing one, and leaves out one without rows.
HEADERS = {
    "loss.csv": ("epoch", "value", "rows", "measure", "best"),
    "score.csv": ("epoch", "value", "rows", "measure", "best"),
    "confusion.csv": ("actual", "predicted", "count"),
    "roc.csv": ("false_positive_rate", "true_positive_rate"),
    "precision_recall.csv": ("recall", "precision", "positive"),
    "reliability.csv": ("probability", "observed", "low", "high", "events"),
    "predicted_vs_actual.csv": ("actual", "predicted", "target"),
    "importance.csv": ("column", "value", "low", "high", "measure"),
    "groups.csv": ("group", "value", "low", "high", "measure", "whole"),
}
OF_TEST = ("confusion.csv", "roc.csv", "precision_recall.csv", "reliability.csv", "predicted_vs_actual.csv")
MAX_EPOCHS = 500  # that are drawn
MAX_ROWS = 2000  # of a scatter plot
MAX_PAIRS = 2_000_000  # of row and class for a curve; of more, every second, third, ... row
MAX_CLASSES = 30  # of a confusion matrix; of more, those with the most errors
MAX_NAMES = 15  # groups, and columns, that are drawn
STEP = 1 / 1000  # of a curve: no point that is left out lies further from one that is kept, in each direction


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
    for file in OF_TEST:
        _write(folder / file, ())
    if objective.kind == "regression":
        _write(folder / "predicted_vs_actual.csv", _scatter(names, y, predicted))
        return
    if objective.kind != "multilabel":
        _write(folder / "confusion.csv", _confusion(names, y, outcome.decisions))
    # Several classes or labels: each pair of row and class counts as one binary row (micro average).
    some = slice(None, None, -(-predicted.size // MAX_PAIRS))
    truth = y[some, np.newaxis] == np.arange(len(names)) if objective.kind == "multiclass" else y[some]
    if 0 < truth.sum() < truth.size:
        _write_curves(folder, truth.ravel().astype(int), predicted[some].ravel())
    _write(folder / "reliability.csv", _reliability(outcome))


def _confusion(names: tuple[str, ...], y: NDArray, decisions: NDArray) -> Iterator[tuple[str, str, int]]:
    """Yield (actual, predicted, count), those without rows too."""
    counts = np.zeros((len(names), len(names)), np.int64)
    np.add.at(counts, (y, decisions), 1)
    errors = counts.sum(axis=0) + counts.sum(axis=1) - 2 * counts.diagonal()
    for actual in (shown := np.sort(np.argsort(-errors, kind="stable")[:MAX_CLASSES])):
        yield from ((names[actual], names[other], int(counts[actual, other])) for other in shown)


def _reliability(outcome: Outcome) -> Iterator[tuple[float, ...]]:
    observed, probability = confidences(outcome)
    for bin in reliability(observed, probability):
        events = round(bin.weight * len(observed))
        yield bin.probability, bin.observed, *intervals.share(round(bin.observed * events), events), events


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


def write_history(rows: Sequence[Mapping[str, float]], folder: Path, monitor: str) -> None:
    """Write loss and metric of each epoch, of training and validation rows. monitor: what told the better epoch."""
    names = [name for name in rows[0] if name not in ("epoch", "learning_rate") and not name.endswith("loss")]
    metric = next(name for name in names if not name.startswith(("val_", AUXILIARY)))
    best = best_epoch(rows, monitor)
    for file, measure in (("loss.csv", "loss"), ("score.csv", metric)):
        shown = [row for row in _some(list(rows), MAX_EPOCHS) if row["epoch"] != best]
        shown = sorted([*shown, *(row for row in rows if row["epoch"] == best)], key=lambda row: row["epoch"])
        parts = [("training", measure), ("validation", f"val_{measure}")]
        points = [
            (row["epoch"], row[name], part, measure, int(row["epoch"] == best))
            for part, name in parts
            if name in rows[0]
            for row in shown
        ]
        _write(folder / file, points)


def best_epoch(rows: Sequence[Mapping[str, float]], monitor: str) -> int | None:
    """Return the epoch that was best on the validation rows; None where there are none."""
    name = f"val_{monitor}"
    if name not in rows[0]:
        return None
    best = (max if monitor.endswith("accuracy") else min)(rows, key=lambda row: row[name])
    return int(best["epoch"])


def _some(rows: list, most: int) -> list:
    if len(rows) <= most:
        return rows
    return [rows[index] for index in np.linspace(0, len(rows) - 1, most).astype(int)]


def write_importances(found: Sequence[Importance], folder: Path, measure: str) -> None:
    """Write how much worse the primary metric, `measure`, is without a column."""
    _write(folder / "importance.csv", [(*each, measure) for each in found[:MAX_NAMES]])


def write_groups(found: Sequence[Group], folder: Path, measure: str, whole: float | None) -> None:
    """Write the primary metric, `measure`, of groups of test rows. whole: of all of them; None: it is not defined."""
    rows = [
        (f"{each.name} ({each.num_rows})", each.value, *(each.interval or (each.value, each.value)), measure, whole)
        for each in found[:MAX_NAMES]
    ]
    _write(folder / "groups.csv", [] if whole is None else rows)


def _write_curves(folder: Path, truth: NDArray, probability: NDArray) -> None:
    from sklearn import metrics

    false_positive, true_positive, _ = metrics.roc_curve(truth, probability)
    _write(folder / "roc.csv", thinned(false_positive, true_positive).tolist())
    precision, recall, _ = metrics.precision_recall_curve(truth, probability)
    points = thinned(recall, precision)
    _write(folder / "precision_recall.csv", [(*point, truth.mean()) for point in points[::-1].tolist()])


def thinned(x: NDArray, y: NDArray) -> NDArray[np.float64]:
    """Return points of a curve, (points, 2): the first and last of those that lie in one square of width `STEP`."""
    points = np.column_stack([x, y])
    square = np.floor(points / STEP)
    changes = (square[1:] != square[:-1]).any(axis=1)
    return points[np.append(True, changes) | np.append(changes, True)]


def _write(path: Path, rows: Iterable[Sequence]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADERS[path.name])
        writer.writerows(rows)
