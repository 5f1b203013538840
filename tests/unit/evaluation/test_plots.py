import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from percept.evaluation.plots import (
    MAX_CLASSES,
    MAX_EPOCHS,
    MAX_ROWS,
    STEP,
    best_epoch,
    read_history,
    thinned,
    write_history,
    write_plots,
)
from percept.objective import Binary, Multiclass, Multilabel, Regression

BINARY = Binary(kind="binary", target="y", positive="yes")
MULTICLASS = Multiclass(kind="multiclass")
REGRESSION = Regression(kind="regression", target="y")


def cells(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.reader(stream))


def names(folder: Path) -> list[str]:
    """Plots that have rows; the others are there with their header alone, which DVC leaves out."""
    return sorted(file.name for file in folder.iterdir() if len(cells(file)) > 1)


def column(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)[:, np.newaxis]


def test_a_binary_task_draws_confusion_and_curves(tmp_path):
    write_plots(tmp_path, BINARY, ("no", "yes, now"), np.array([0, 1, 1]), column(0.5625, 0.5, 1))
    assert names(tmp_path) == ["confusion.csv", "precision_recall.csv", "reliability.csv", "roc.csv"]
    assert cells(tmp_path / "confusion.csv") == [
        ["actual", "predicted", "count"],
        ["no", "no", "0"],
        ["no", "yes, now", "1"],
        ["yes, now", "no", "1"],
        ["yes, now", "yes, now", "1"],
    ]
    assert cells(tmp_path / "roc.csv") == [
        ["false_positive_rate", "true_positive_rate"],
        ["0.0", "0.0"],
        ["0.0", "0.5"],
        ["1.0", "0.5"],
        ["1.0", "1.0"],
    ]
    header, *points = cells(tmp_path / "precision_recall.csv")
    assert header == ["recall", "precision", "positive"]
    assert points[0] == ["0.0", "1.0", str(2 / 3)] and points[-1] == ["1.0", str(2 / 3), str(2 / 3)]


def test_several_classes_draw_confusion_and_micro_averaged_curves(tmp_path):
    predicted = np.array([[0.5, 0.25, 0.25], [0.25, 0.5, 0.25], [0.5, 0.25, 0.25]], dtype=np.float32)
    write_plots(tmp_path, MULTICLASS, ("ä", "b", "c"), np.array([0, 1, 2]), predicted)
    assert names(tmp_path) == ["confusion.csv", "precision_recall.csv", "reliability.csv", "roc.csv"]
    # The likeliest class has one half each time, and is right in two of three rows.
    ((probability, observed, low, high, events),) = cells(tmp_path / "reliability.csv")[1:]
    assert (probability, observed, events) == ("0.5", str(2 / 3), "3") and float(low) < 2 / 3 < float(high)
    counts = [row for row in cells(tmp_path / "confusion.csv")[1:] if row[2] != "0"]
    assert counts == [["ä", "ä", "1"], ["b", "b", "1"], ["c", "ä", "1"]]
    # Of 9 questions 3 are true; at 0.5 two of the true and one of the 6 others are said to be.
    assert [str(1 / 6), str(2 / 3)] in cells(tmp_path / "roc.csv")


def test_regression_draws_predicted_against_actual(tmp_path):
    write_plots(tmp_path, REGRESSION, ("y",), column(1.5, 2), column(1.25, 3))
    assert names(tmp_path) == ["predicted_vs_actual.csv"]
    header, *points = cells(tmp_path / "predicted_vs_actual.csv")
    assert (header, points) == (["actual", "predicted", "target"], [["1.5", "1.25", "y"], ["2.0", "3.0", "y"]])


def test_several_targets_are_drawn_in_standard_deviations(tmp_path):
    objective = Regression(kind="regression", target=("a", "b"))
    y = np.array([[1.0, 100], [3, 300]])
    write_plots(tmp_path, objective, ("a", "b"), y, np.array([[2.0, 100], [3, 500]], np.float32))
    points = cells(tmp_path / "predicted_vs_actual.csv")[1:]
    assert [tuple(map(float, point[:2])) for point in points] == [(-1, 0), (1, 1), (-1, -1), (1, 3)]
    assert [point[2] for point in points] == ["a", "a", "b", "b"]


def test_labels_draw_curves_over_all_and_no_confusion(tmp_path):
    objective = Multilabel(kind="multilabel", target=("a", "b"))
    write_plots(
        tmp_path, objective, ("a", "b"), np.array([[1, 0], [1, 1]]), np.array([[0.9, 0.2], [0.7, 0.6]], np.float32)
    )
    assert names(tmp_path) == ["precision_recall.csv", "reliability.csv", "roc.csv"]


def test_a_scatter_plot_is_cut_to_the_first_rows(tmp_path):
    y = np.arange(MAX_ROWS + 5, dtype=np.float64)
    write_plots(tmp_path, REGRESSION, ("y",), y[:, np.newaxis], y[:, np.newaxis])
    points = cells(tmp_path / "predicted_vs_actual.csv")[1:]
    assert (len(points), points[0], points[-1]) == (MAX_ROWS, ["0.0", "0.0", "y"], [*[f"{MAX_ROWS - 1}.0"] * 2, "y"])


@pytest.mark.parametrize(("objective", "predicted"), [(BINARY, column(0.2, 0.9)), (MULTICLASS, np.eye(2))])
def test_test_rows_of_one_class_still_give_a_confusion_matrix(tmp_path, objective, predicted):
    write_plots(tmp_path, objective, ("no", "yes"), np.array([1, 1]), predicted)
    counts = {(actual, found): count for actual, found, count in cells(tmp_path / "confusion.csv")[1:]}
    assert counts == {("no", "no"): "0", ("no", "yes"): "0", ("yes", "no"): "1", ("yes", "yes"): "1"}


def test_of_many_classes_those_with_the_most_errors_are_drawn(tmp_path):
    names = tuple(f"c{number}" for number in range(MAX_CLASSES + 10))
    y = np.arange(len(names)).repeat(2)
    decisions = y.copy()
    decisions[-2:] = [3, 3]  # the last class is taken for another
    write_plots(tmp_path, MULTICLASS, names, y, np.eye(len(names))[decisions], decisions)
    rows = cells(tmp_path / "confusion.csv")[1:]
    assert len(rows) == MAX_CLASSES**2 and [names[-1], "c3", "2"] in rows


def test_a_curve_of_one_class_is_left_out(tmp_path):
    write_plots(tmp_path, BINARY, ("no", "yes"), np.array([1, 1]), column(0.2, 0.9))
    assert names(tmp_path) == ["confusion.csv", "reliability.csv"]


@pytest.mark.parametrize("name", ["roc.csv", "precision_recall.csv"])
def test_long_curves_keep_their_ends_and_every_point_is_one_of_the_true_curve(tmp_path, name):
    random = np.random.default_rng(0)
    y, probability = random.integers(0, 2, 50_000), random.random(50_000)
    write_plots(tmp_path, BINARY, ("no", "yes"), y, probability[:, np.newaxis])
    points = np.array(cells(tmp_path / name)[1:], dtype=float)
    precision, recall, _ = metrics.precision_recall_curve(y, probability)
    true = {"roc.csv": metrics.roc_curve(y, probability)[:2], "precision_recall.csv": (recall[::-1], precision[::-1])}
    exact = np.column_stack(true[name])
    assert len(points) < len(exact)
    assert {tuple(point[:2]) for point in points} <= {tuple(point) for point in exact}
    np.testing.assert_array_equal(points[[0, -1], :2], exact[[0, -1]])


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=200))
def test_what_is_left_out_of_a_curve_lies_next_to_what_is_kept(points):
    x, y = np.array(points).T
    kept = thinned(x, y)
    distance = np.abs(np.array(points)[:, np.newaxis] - kept[np.newaxis]).max(axis=2).min(axis=1)
    assert (distance <= STEP).all()


def test_the_area_under_a_thinned_curve_is_that_of_the_metric(tmp_path):
    random = np.random.default_rng(1)
    y = random.integers(0, 2, 20_000)
    probability = np.clip(0.3 * y + random.random(20_000) * 0.7, 0, 1)
    write_plots(tmp_path, BINARY, ("no", "yes"), y, probability[:, np.newaxis])
    across, up = np.array(cells(tmp_path / "roc.csv")[1:], dtype=float).T
    assert np.trapezoid(up, across) == pytest.approx(metrics.roc_auc_score(y, probability), abs=STEP)


def history(folder: Path, header: str, num_epochs: int) -> Path:
    path = folder / "history.csv"
    names = header.split(",")
    lines = [
        ",".join([str(epoch), *(f"{epoch}.{index}" for index in range(1, len(names)))]) for epoch in range(num_epochs)
    ]
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


def test_the_history_has_training_and_validation_rows_and_the_best_epoch(tmp_path):
    plots = tmp_path / "plots"
    plots.mkdir()
    write_history(read_history(history(tmp_path, "epoch,accuracy,loss,val_accuracy,val_loss", 2)), plots, "loss")
    assert cells(plots / "loss.csv") == [
        ["epoch", "value", "rows", "measure", "best"],
        ["0", "0.2", "training", "loss", "1"],
        ["1", "1.2", "training", "loss", "0"],
        ["0", "0.4", "validation", "loss", "1"],
        ["1", "1.4", "validation", "loss", "0"],
    ]
    assert cells(plots / "score.csv")[1] == ["0", "0.1", "training", "accuracy", "1"]


@pytest.mark.parametrize(("monitor", "best"), [("loss", 0), ("accuracy", 2)])
def test_what_was_monitored_says_which_epoch_was_best(tmp_path, monitor, best):
    rows = read_history(history(tmp_path, "epoch,accuracy,loss,val_accuracy,val_loss", 3))
    assert best_epoch(rows, monitor) == best


def test_history_without_validation_rows_has_training_rows_alone_and_no_best_epoch(tmp_path):
    plots = tmp_path / "plots"
    plots.mkdir()
    write_history(read_history(history(tmp_path, "epoch,mse,loss", 1)), plots, "loss")
    assert cells(plots / "loss.csv")[1:] == [["0", "0.2", "training", "loss", "0"]]


def test_a_long_history_is_thinned_and_keeps_the_first_the_last_and_the_best_epoch(tmp_path):
    plots = tmp_path / "plots"
    plots.mkdir()
    rows = read_history(history(tmp_path, "epoch,accuracy,loss,val_accuracy,val_loss", MAX_EPOCHS * 2 + 1))
    rows[333]["val_loss"] = -1.0
    write_history(rows, plots, "loss")
    training = [row for row in cells(plots / "loss.csv")[1:] if row[2] == "training"]
    assert MAX_EPOCHS <= len(training) <= MAX_EPOCHS + 1
    assert (training[0][0], training[-1][0]) == ("0", str(MAX_EPOCHS * 2))
    assert [row[0] for row in training if row[4] == "1"] == ["333"]
