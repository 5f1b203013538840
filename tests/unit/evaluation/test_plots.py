import csv
from pathlib import Path

import numpy as np
import pytest

from percept.evaluation.plots import MAX_POINTS, MAX_ROWS, read_history, write_history, write_plots
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
        ["actual", "predicted"],
        ["no", "yes, now"],
        ["yes, now", "no"],
        ["yes, now", "yes, now"],
    ]
    assert cells(tmp_path / "roc.csv") == [
        ["false_positive_rate", "true_positive_rate"],
        ["0.0", "0.0"],
        ["0.0", "0.5"],
        ["1.0", "0.5"],
        ["1.0", "1.0"],
    ]
    header, *points = cells(tmp_path / "precision_recall.csv")
    assert header == ["recall", "precision"]
    assert points[0] == ["1.0", str(2 / 3)] and points[-1] == ["0.0", "1.0"]


def test_several_classes_draw_confusion_and_micro_averaged_curves(tmp_path):
    predicted = np.array([[0.5, 0.25, 0.25], [0.25, 0.5, 0.25], [0.5, 0.25, 0.25]], dtype=np.float32)
    write_plots(tmp_path, MULTICLASS, ("ä", "b", "c"), np.array([0, 1, 2]), predicted)
    assert names(tmp_path) == ["confusion.csv", "precision_recall.csv", "reliability.csv", "roc.csv"]
    # The likeliest class has one half each time, and is right in two of three rows.
    assert cells(tmp_path / "reliability.csv")[1:] == [["0.5", str(2 / 3), "0.5"]]
    assert cells(tmp_path / "confusion.csv")[1:] == [["ä", "ä"], ["b", "b"], ["c", "ä"]]
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
    assert cells(tmp_path / "confusion.csv")[1:] == [["yes", "no"], ["yes", "yes"]]


def test_a_curve_of_one_class_is_left_out(tmp_path):
    write_plots(tmp_path, BINARY, ("no", "yes"), np.array([1, 1]), column(0.2, 0.9))
    assert names(tmp_path) == ["confusion.csv", "reliability.csv"]


@pytest.mark.parametrize("name", ["roc.csv", "precision_recall.csv"])
def test_long_curves_are_thinned_and_keep_their_ends_and_order(tmp_path, name):
    random = np.random.default_rng(0)
    y = random.integers(0, 2, 5000)
    write_plots(tmp_path, BINARY, ("no", "yes"), y, random.random((5000, 1)))
    points = np.array(cells(tmp_path / name)[1:], dtype=float)
    assert len(points) == MAX_POINTS
    ends = {"roc.csv": ([0, 0], [1, 1]), "precision_recall.csv": ([1, y.mean()], [0, 1])}[name]
    np.testing.assert_allclose(points[[0, -1]], ends)
    assert (np.diff(points[:, 0]) >= 0).all() or (np.diff(points[:, 0]) <= 0).all()


def history(folder: Path, header: str, num_epochs: int) -> Path:
    path = folder / "history.csv"
    names = header.split(",")
    lines = [
        ",".join([str(epoch), *(f"{epoch}.{index}" for index in range(1, len(names)))]) for epoch in range(num_epochs)
    ]
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


def test_history_is_drawn_apart_for_training_and_validation(tmp_path):
    plots = tmp_path / "plots"
    plots.mkdir()
    write_history(read_history(history(tmp_path, "epoch,accuracy,loss,val_accuracy,val_loss", 2)), plots)
    assert cells(plots / "history_train.csv") == [["epoch", "loss", "metric"], ["0", "0.2", "0.1"], ["1", "1.2", "1.1"]]
    assert cells(plots / "history_validation.csv")[1:] == [["0", "0.4", "0.3"], ["1", "1.4", "1.3"]]


def test_history_without_validation_rows_is_drawn_for_training_alone(tmp_path):
    plots = tmp_path / "plots"
    plots.mkdir()
    write_history(read_history(history(tmp_path, "epoch,mse,loss", 1)), plots)
    assert names(plots) == ["history_train.csv"]


def test_a_long_history_is_thinned_and_keeps_the_first_and_last_epoch(tmp_path):
    plots = tmp_path / "plots"
    plots.mkdir()
    write_history(read_history(history(tmp_path, "epoch,accuracy,loss", MAX_POINTS * 2 + 1)), plots)
    points = cells(plots / "history_train.csv")[1:]
    assert (len(points), points[0][0], points[-1][0]) == (MAX_POINTS, "0", str(MAX_POINTS * 2))
