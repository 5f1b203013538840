"""What is said of a run, each on a case that deserves it, and nothing of one that does not."""

from dataclasses import replace

import numpy as np
import pytest

from percept.evaluation.predictions import Predictions
from percept.evaluation.warnings import Evidence, score_warnings
from percept.logs.fit_warnings import beginning_loss, dead_units, exploding_loss, slower_rate, still_improving
from percept.objective import Binary, Multiclass, Multilabel, Regression
from percept.prepared.examples import Examples
from percept.prepared.spec import DatasetSpec, RowCounts, TargetScale

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(400, 3)).astype(np.float32)
CLASSES = (X[:, 0] > 0.5).astype(int) + (X[:, 0] > 1.5)  # 0 is the commonest
VALUES = (3 * X[:, :1] - X[:, 1:2] + 5).astype(np.float64)
LABELS = (X[:, :2] > 0.3).astype(int)


def evidence(objective, y, predicted, scales=(), test_is_train=False) -> Evidence:
    """These predictions of the last 200 rows, the first 200 being the training rows."""
    spec = DatasetSpec(
        task="t",
        raw_inputs=(),
        shape=(3,),
        feature_sources=("a", "b", "c"),
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
    train = Examples(X[:200], y[:200])
    return Evidence(predictions, None, None, train, test, [{"loss": 1.0}], {}, "loss", 10, 0.1)


def warned(objective, y, predicted, scales=(), test_is_train=False) -> str:
    """The warnings for them."""
    return "\n".join(score_warnings(evidence(objective, y, predicted, scales, test_is_train)))


MULTICLASS = Multiclass(kind="multiclass")
REGRESSION = Regression(kind="regression", target="y", primary="r2")
SCALES = (TargetScale(),)


def test_good_scores_are_no_warning():
    assert warned(MULTICLASS, CLASSES, np.eye(3)[CLASSES[200:]]) == ""
    assert warned(REGRESSION, VALUES, VALUES[200:] + RANDOM.normal(0, 0.01, (200, 1)), SCALES) == ""


def test_always_the_same_class_is_the_same_answer_for_each_row():
    found = warned(MULTICLASS, CLASSES, np.eye(3)[np.zeros(200, int)])
    assert (
        "all 200 test rows get the same answer (1, 0, 0)" in found and "`dvc exp run -S task=t -S optimizer.l" in found
    )
    nearly = np.eye(3)[np.zeros(200, int)] + RANDOM.normal(0, 0.001, (200, 3))
    assert "get the same answer" in warned(MULTICLASS, CLASSES, nearly)
    assert "get the same answer" in warned(REGRESSION, VALUES, np.full((200, 1), 5.0), SCALES)


@pytest.mark.parametrize("primary", ["accuracy", "roc_auc", "f1", "log_loss"])
def test_chance_is_no_better_than_a_guess_by_any_metric(primary):
    objective = Binary(kind="binary", target="y", positive="yes", primary=primary)
    y = (CLASSES > 0).astype(int)
    chance = np.where(np.random.default_rng(1).random((200, 1)) < 0.5, 0.05, 0.9)
    if primary == "roc_auc":  # 0.5 at most
        chance = np.where(y[200:, np.newaxis] == 1, np.minimum(chance, 0.5), chance)
    if primary == "f1":
        chance = np.minimum(chance, 0.2)
    assert "is no better than the commonest class" in warned(objective, y, chance)


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
    few = np.where(np.arange(200)[:, np.newaxis] == 0, 1 - LABELS[200:], 0).astype(float)
    assert "is no better than the same labels" in warned(objective, LABELS, few)
    assert warned(objective, LABELS, LABELS[200:].astype(float)) == ""


def test_a_truth_table_is_compared_with_nothing():
    assert warned(MULTICLASS, CLASSES, np.eye(3)[CLASSES[200:][::-1]], test_is_train=True) == ""


OTHER = (2 * X[:, 0] + X[:, 1] > 0).astype(int)  # two columns tell it
BINARY = Binary(kind="binary", target="y", positive="yes")


def test_a_model_that_knows_what_one_column_tells_is_told_which():
    by_one = (X[200:, :1] > 0).astype(float)
    found = warned(BINARY, OTHER, by_one)
    assert "is no better than a tree of depth 3 on column 'a' alone" in found and "baselines.py" in found
    assert warned(BINARY, OTHER, OTHER[200:, np.newaxis].astype(float)) == ""
    linear = Regression(kind="regression", target="y", primary="mse")
    found = warned(linear, VALUES, 3 * X[200:, :1].astype(float) + 5 + RANDOM.normal(0, 1, (200, 1)), SCALES)
    assert "on column 'a' alone" in found


def test_few_rows_do_not_tell_a_model_from_a_column():
    few = evidence(BINARY, OTHER, (X[200:, :1] > 0).astype(float))
    test = few.test.take(slice(0, 90))
    found = score_warnings(replace(few, test=test, test_examples=few.test_examples.take(np.arange(90))))
    assert not [line for line in found if "alone" in line]


def right_in(share: float, num_rows: int = 200) -> Predictions:
    """Predictions of which this share is right."""
    y = OTHER[np.arange(num_rows) % 400]
    wrong = np.arange(num_rows) >= share * num_rows
    return Predictions(
        BINARY, evidence(BINARY, OTHER, y[:200, np.newaxis]).test.spec, {}, y, (y ^ wrong)[:, np.newaxis], None
    )


@pytest.mark.parametrize(("validation", "test", "said"), [(0.95, 0.75, "worse"), (0.75, 0.95, "better")])
def test_a_test_score_far_from_that_of_the_validation_rows_is_told(validation, test, said):
    far = replace(
        evidence(BINARY, OTHER, OTHER[200:, np.newaxis]), validation=right_in(validation), test=right_in(test)
    )
    other = "better" if said == "worse" else "worse"
    (line,) = [line for line in score_warnings(far) if "far from that of the validation rows" in line]
    assert f"accuracy {test}" in line and f"({validation}), which is {other} by more than chance" in line
    near = replace(far, validation=right_in(0.85), test=right_in(0.8))
    assert not [line for line in score_warnings(near) if "far from" in line]
    rows = Examples(np.tile(X, (100, 1)), np.tile(OTHER, 100))
    little = replace(far, validation=right_in(0.90, 40_000), test=right_in(0.89, 40_000), test_examples=rows)
    assert not [line for line in score_warnings(little) if "far from" in line]


def test_validation_rows_that_are_told_far_better_than_training_rows_are_said_to_be():
    found = replace(
        evidence(BINARY, OTHER, OTHER[200:, np.newaxis]),
        validation=right_in(0.99),
        training=right_in(0.8),
        test=right_in(0.97),
    )
    (line,) = [line for line in score_warnings(found) if "training rows" in line]
    assert "accuracy of the validation rows (0.99) is far better than that of the training rows (0.8)" in line
    as_usual = replace(found, validation=right_in(0.95), training=right_in(0.99))
    assert not [line for line in score_warnings(as_usual) if "training rows" in line]


def test_a_training_loss_far_above_that_of_a_network_that_knows_nothing_is_told_with_a_lower_rate():
    losses = [{"loss": loss} for loss in (0.7, 0.5, 3.0, 900.0, 2.0)]
    begin = beginning_loss(BINARY, OTHER, 2)
    (line,) = exploding_loss(losses, begin, 0.05, "leaves")
    assert "900 in epoch 4 of 5, and 0.693 without learning anything" in line
    assert "`dvc exp run -S task=leaves -S optimizer.learning_rate=0.05`" in line
    assert exploding_loss([{"loss": loss} for loss in (0.7, 0.01, 3.0, 0.4)], begin, 0.05, "leaves") == []


def test_the_rate_to_try_is_a_tenth_and_never_above_a_usual_one():
    assert slower_rate(0.008, "adamw") == pytest.approx(0.0008)
    assert (slower_rate(1e6, "adamw"), slower_rate(1e6, "sgd")) == (0.001, 0.01)


def test_a_target_that_is_not_scaled_begins_with_a_large_loss():
    values = np.array([[300.0], [302.0]])
    assert beginning_loss(REGRESSION, values, 0) == pytest.approx(90602)
    assert beginning_loss(REGRESSION.model_copy(update={"loss": "mae"}), values, 0) == 301
    assert beginning_loss(MULTICLASS, CLASSES, 3) == pytest.approx(np.log(3))


def test_a_layer_half_of_which_is_dead_is_told():
    (line,) = dead_units({"dense": 0.49, "dense_1": 0.5, "dense_2": 1.0})
    assert "50% of layer 'dense_1', 100% of layer 'dense_2'; try a lower" in line
    assert dead_units({"dense": 0.49}) == []


def history(losses, name="val_loss"):
    return [{"epoch": epoch, name: loss} for epoch, loss in enumerate(losses, 1)]


def test_a_fit_that_gained_until_its_last_epoch_is_told_of_more():
    (line,) = still_improving(history([1.0, 0.8, 0.6, 0.4]), "loss", 4, "leaves")
    assert "after 4 epochs (val_loss 0.6 -> 0.4)" in line and "-S task=leaves -S fit.epochs=8" in line
    assert still_improving(history([0.2, 0.5, 0.9], "val_accuracy"), "accuracy", 3, "leaves")


@pytest.mark.parametrize(
    "losses", [[1.0, 0.5, 0.4, 0.4], [1.0, 0.2, 0.3, 0.3], [1.0, 0.4, 0.399, 0.398], [0.19, 0.18, 0.1771, 0.1768]]
)
def test_a_fit_that_had_come_to_its_end_is_not(losses):
    assert still_improving(history(losses), "loss", 4, "leaves") == []


def test_a_fit_that_stopped_early_or_had_no_validation_rows_is_not():
    assert still_improving(history([1.0, 0.5]), "loss", 4, "leaves") == []
    assert still_improving(history([1.0, 0.5], "loss"), "loss", 2, "leaves") == []
