"""A score that a guess reaches, that a line exceeds, and a fit that was not at its end, are said; good ones are not."""

import numpy as np
import pytest

from percept.evaluation.predictions import Predictions
from percept.evaluation.warnings import fit_warnings, score_warnings
from percept.objective import Binary, Multiclass, Multilabel, Regression
from percept.prepared.examples import Examples
from percept.prepared.spec import DatasetSpec, RowCounts, TargetScale

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(400, 3)).astype(np.float32)
CLASSES = (X[:, 0] > 0.5).astype(int) + (X[:, 0] > 1.5)  # 0 is the commonest
VALUES = (3 * X[:, :1] - X[:, 1:2] + 5).astype(np.float64)
LABELS = (X[:, :2] > 0.3).astype(int)


def warned(objective, y, predicted, scales=(), test_is_train=False) -> str:
    """Warnings for these predictions of the last 200 rows, the first 200 being the training rows."""
    spec = DatasetSpec(
        task="t",
        raw_inputs=(),
        shape=(3,),
        targets=objective.targets,
        classes={"multiclass": ("a", "b", "c"), "binary": ("no", "yes")}.get(objective.kind, ()),
        target_scales=scales,
        rows=RowCounts(
            source=200 if test_is_train else 400,
            dropped={},
            train=200,
            validation=0,
            test=200,
            test_is_train=test_is_train,
        ),
    )
    test = Examples(X[200:], y[200:])
    decisions = (predicted > 0.5).astype(int) if objective.kind == "multilabel" else None
    predictions = Predictions(objective, spec, {}, test.y, predicted, decisions)
    return "\n".join(score_warnings(predictions, Examples(X[:200], y[:200]), test))


MULTICLASS = Multiclass(kind="multiclass")
REGRESSION = Regression(kind="regression", target="y", primary="r2")
SCALES = (TargetScale(),)


def test_good_scores_are_no_warning():
    assert warned(MULTICLASS, CLASSES, np.eye(3)[CLASSES[200:]]) == ""
    assert warned(REGRESSION, VALUES, VALUES[200:] + RANDOM.normal(0, 0.01, (200, 1)), SCALES) == ""


def test_always_the_commonest_class_is_no_better_than_the_commonest_class():
    assert "is no better than the commonest class" in warned(MULTICLASS, CLASSES, np.eye(3)[np.zeros(200, int)])


@pytest.mark.parametrize("primary", ["accuracy", "roc_auc", "f1", "log_loss"])
def test_chance_is_no_better_than_a_guess_by_any_metric(primary):
    objective = Binary(kind="binary", target="y", positive="yes", primary=primary)
    predicted = np.full((200, 1), 0.3) if primary == "log_loss" else np.full((200, 1), 0.1)
    assert "is no better than the commonest class" in warned(objective, (CLASSES > 0).astype(int), predicted)


@pytest.mark.parametrize("primary", ["mse", "rmse", "mae", "r2"])
def test_values_beside_the_point_are_no_better_than_the_mean_and_behind_a_line(primary):
    objective = Regression(kind="regression", target="y", primary=primary)
    found = warned(objective, VALUES, RANDOM.normal(5, 3, (200, 1)), SCALES)
    assert "is no better than the mean" in found and "is behind a straight line" in found


def test_a_line_through_a_target_over_powers_of_ten_is_one_through_its_logarithm():
    objective = Regression(kind="regression", target="y", primary="r2", log_target=True)
    found = warned(objective, np.exp(VALUES), np.full((200, 1), np.exp(VALUES).mean()), (TargetScale(log=True),))
    assert "is behind a straight line" in found


def test_a_gain_within_the_interval_may_be_chance():
    y = np.array([0, 1] * 200)
    predicted = np.where(np.arange(200) < 8, y[200:], 0)[:, np.newaxis].astype(float)  # 104 of 200 are right
    objective = Binary(kind="binary", target="y", positive="yes")
    assert "by no more than chance may give" in warned(objective, y, predicted)


def test_several_labels_are_compared_with_the_same_labels_for_each_row():
    objective = Multilabel(kind="multilabel", target=("a", "b"))
    assert "is no better than the same labels" in warned(objective, LABELS, np.zeros((200, 2)))
    assert warned(objective, LABELS, LABELS[200:].astype(float)) == ""


def test_a_truth_table_is_compared_with_nothing():
    assert warned(MULTICLASS, CLASSES, np.eye(3)[np.zeros(200, int)], test_is_train=True) == ""


def history(losses, name="val_loss"):
    return [{"epoch": epoch, name: loss} for epoch, loss in enumerate(losses, 1)]


def test_a_fit_that_gained_until_its_last_epoch_is_told_of_more():
    (line,) = fit_warnings(history([1.0, 0.8, 0.6, 0.4]), "loss", 4, "leaves")
    assert "after 4 epochs (val_loss 0.6 -> 0.4)" in line and "-S task=leaves -S fit.epochs=8" in line
    assert fit_warnings(history([0.2, 0.5, 0.9], "val_accuracy"), "accuracy", 3, "leaves")


@pytest.mark.parametrize(
    "losses", [[1.0, 0.5, 0.4, 0.4], [1.0, 0.2, 0.3, 0.3], [1.0, 0.4, 0.399, 0.398], [0.19, 0.18, 0.1771, 0.1768]]
)
def test_a_fit_that_had_come_to_its_end_is_not(losses):
    assert fit_warnings(history(losses), "loss", 4, "leaves") == []


def test_a_fit_that_stopped_early_or_had_no_validation_rows_is_not():
    assert fit_warnings(history([1.0, 0.5]), "loss", 4, "leaves") == []
    assert fit_warnings(history([1.0, 0.5], "loss"), "loss", 2, "leaves") == []
