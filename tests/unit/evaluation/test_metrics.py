import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn import metrics

from percept.evaluation.metrics import metrics_for, score
from percept.evaluation.outcome import decide
from percept.objective import Binary, Multiclass, Multilabel, Regression

BINARY = Binary(kind="binary", target="y", positive="1")
MULTICLASS = Multiclass(kind="multiclass")
REGRESSION = Regression(kind="regression", target="y")
BINARY_METRICS = ("accuracy", "roc_auc", "precision", "recall", "f1", "log_loss", "calibration_error")
MULTICLASS_METRICS = ("accuracy", "macro_f1", "log_loss", "calibration_error")
MULTILABEL_METRICS = ("subset_accuracy", "hamming_loss", "micro_f1", "macro_f1", "roc_auc", "log_loss")
REGRESSION_METRICS = ("mse", "rmse", "mae", "r2")


def score_binary(y: list[int], probabilities: list[float]) -> dict:
    return score(BINARY, ("no", "yes"), np.array(y), np.array(probabilities, dtype=np.float32)[:, np.newaxis])


def score_classes(y: list[int], probabilities: list[list[float]]) -> dict:
    return score(MULTICLASS, tuple("abcdef"), np.array(y), np.array(probabilities, dtype=np.float32))


def score_values(y: list[float], values: list[float]) -> dict:
    return score(REGRESSION, ("y",), np.array(y)[:, np.newaxis], np.array(values, dtype=np.float32)[:, np.newaxis])


def test_binary_metrics_of_a_case_worked_out_by_hand():
    found = score_binary([1, 1, 1, 0, 0], [0.9, 0.8, 0.25, 0.6, 0.1])  # 2 of 3 found, 1 false alarm
    pairs = 5 / 6  # of a positive and a negative row, those in the right order
    surprise = -np.log([0.9, 0.8, 0.25, 0.4, 0.9]).mean()
    assert found == pytest.approx(
        {"accuracy": 0.6, "roc_auc": pairs, "precision": 2 / 3, "recall": 2 / 3, "f1": 2 / 3, "log_loss": surprise}
        | {"calibration_error": (0.1 + 0.2 + 0.75 + 0.6 + 0.1) / 5}  # each row is in a bin of its own
    )
    assert tuple(found) == BINARY_METRICS


def test_a_probability_of_one_half_is_no_yes():
    assert score_binary([0, 1], [0.5, 0.5])["accuracy"] == 0.5
    assert score_binary([0, 1], [0.5, 0.5])["recall"] == 0


def test_perfect_binary_predictions():
    found = score_binary([0, 1, 1], [0, 1, 1])
    assert found == pytest.approx(dict.fromkeys(BINARY_METRICS, 1) | {"log_loss": 0, "calibration_error": 0}, abs=1e-12)


@pytest.mark.parametrize(("label", "recall"), [(1, 0.5), (0, 0)])
def test_rows_of_one_class_have_no_area_under_the_curve_and_the_other_metrics_stay(label, recall):
    found = score_binary([label, label], [0.9, 0.2])
    assert found.pop("roc_auc") is None
    precision, f1 = (1, 2 / 3) if label else (0, 0)
    surprise = -np.log([0.9, 0.2] if label else [0.1, 0.8]).mean()
    error = 0.45 if label else 0.55
    scores = {"accuracy": 0.5, "precision": precision, "recall": recall, "f1": f1, "log_loss": surprise}
    assert found == pytest.approx(scores | {"calibration_error": error}, rel=1e-6)


def test_certain_and_wrong_costs_much_but_not_infinity():
    assert 10 < score_binary([1, 0], [0, 1])["log_loss"] < 1000


def test_multiclass_metrics_of_a_case_worked_out_by_hand():
    rows = [[0.75, 0.15, 0.1], [0.65, 0.25, 0.1], [0.1, 0.85, 0.05], [0.2, 0.15, 0.65]]
    found = score_classes([0, 1, 1, 2], rows)  # row 1 is taken for class 0
    surprise = -np.log([0.75, 0.25, 0.85, 0.65]).mean()
    assert found == pytest.approx(
        {"accuracy": 0.75, "macro_f1": (2 / 3 + 2 / 3 + 1) / 3, "log_loss": surprise}
        | {"calibration_error": (0.25 + abs(1 - 0.65 - 0.65) + 0.15) / 4},  # 0.65 once right and once wrong
        rel=1e-6,
    )
    assert tuple(found) == MULTICLASS_METRICS


def test_perfect_multiclass_predictions():
    assert score_classes([2, 0, 1], np.eye(3)[[2, 0, 1]].tolist()) == pytest.approx(
        {"accuracy": 1, "macro_f1": 1, "log_loss": 0, "calibration_error": 0}, abs=1e-12
    )


def test_rows_of_one_class_out_of_three_can_be_scored():
    found = score_classes([1, 1], [[0.1, 0.8, 0.1], [0.5, 0.25, 0.25]])
    assert found["accuracy"] == 0.5
    assert found["log_loss"] == pytest.approx(-np.log([0.8, 0.25]).mean(), rel=1e-6)


def test_regression_metrics_of_a_case_worked_out_by_hand():
    found = score_values([1, 2, 3, 6], [1, 3, 3, 4])  # errors 0, 1, 0, -2 around a mean of 3
    assert found == pytest.approx({"mse": 5 / 4, "rmse": (5 / 4) ** 0.5, "mae": 3 / 4, "r2": 1 - 5 / 14})
    assert tuple(found) == REGRESSION_METRICS


def test_perfect_regression_predictions():
    assert score_values([1, 2, 4], [1, 2, 4]) == {"mse": 0, "rmse": 0, "mae": 0, "r2": 1}


def test_one_row_has_no_share_of_explained_variance():
    assert score_values([2], [5]) == {"mse": 9, "rmse": 3, "mae": 3, "r2": None}


@given(rows=st.lists(st.tuples(st.integers(0, 1), st.floats(0, 1, width=32)), min_size=2, max_size=30))
@settings(deadline=None)
def test_binary_metrics_are_those_of_scikit_learn(rows):
    y, probability = (np.array(column) for column in zip(*rows, strict=True))
    assume(len(set(y)) == 2)
    decided = np.where(probability > 0.5, 1, 0)
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(y, decided, average="binary", zero_division=0)
    found = score_binary(y, probability)
    assert 0 <= found.pop("calibration_error") <= 1
    assert found == pytest.approx(
        {
            "accuracy": np.mean(y == decided),
            "roc_auc": metrics.roc_auc_score(y, probability),
            "precision": precision,
            "recall": recall,
            "f1": f1,
            "log_loss": metrics.log_loss(y, np.stack([1 - probability, probability], axis=1)),
        }
    )


@given(y=st.lists(st.integers(0, 3), min_size=1, max_size=20), seed=st.integers(0, 999))
@settings(deadline=None)
def test_multiclass_metrics_are_those_of_scikit_learn(y, seed):
    logits = np.random.default_rng(seed).normal(size=(len(y), 4)).astype(np.float32)
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    found = score_classes(y, probabilities.tolist())
    assert found["accuracy"] == metrics.accuracy_score(y, logits.argmax(axis=1))
    assert found["macro_f1"] == metrics.f1_score(y, logits.argmax(axis=1), average="macro")
    own = probabilities[np.arange(len(y)), y]
    assert found["log_loss"] == pytest.approx(-np.log(own).mean(), rel=1e-5)


@given(rows=st.lists(st.tuples(st.integers(-999, 999), st.integers(-999, 999)), min_size=2, max_size=20))
@settings(deadline=None)
def test_regression_metrics_are_those_of_scikit_learn(rows):
    y, values = (list(column) for column in zip(*rows, strict=True))
    assert score_values(y, values) == pytest.approx(
        {
            "mse": metrics.mean_squared_error(y, values),
            "rmse": metrics.root_mean_squared_error(y, values),
            "mae": metrics.mean_absolute_error(y, values),
            "r2": metrics.r2_score(y, values),
        }
    )


LABELS = Multilabel(kind="multilabel", target=("sad", "calm"))
APPLIES = np.array([[1, 0], [1, 1], [0, 0]])
LIKELY = np.array([[0.9, 0.2], [0.6, 0.4], [0.7, 0.1]], np.float32)


def test_multilabel_metrics_of_a_case_worked_out_by_hand():
    found = score(LABELS, ("sad", "calm"), APPLIES, LIKELY)  # said: sad in all three rows, calm in none
    assert tuple(found) == (*MULTILABEL_METRICS, "by_target")
    assert found["subset_accuracy"] == pytest.approx(1 / 3)
    assert found["hamming_loss"] == pytest.approx(2 / 6)
    assert found["micro_f1"] == pytest.approx(2 * 2 / (2 * 2 + 1 + 1))
    assert [found["by_target"][name]["f1"] for name in ("sad", "calm")] == pytest.approx([4 / 5, 0])
    assert found["macro_f1"] == pytest.approx(2 / 5)
    assert [found["by_target"][name]["roc_auc"] for name in ("sad", "calm")] == pytest.approx([1 / 2, 1])
    assert found["roc_auc"] == pytest.approx(3 / 4)
    assert found["log_loss"] == pytest.approx(-np.log([0.9, 0.8, 0.6, 0.4, 0.3, 0.9]).mean())


def test_each_label_has_a_threshold_of_its_own():
    decided = decide(LABELS, LIKELY, (0.65, 0.3))
    assert decided.tolist() == [[1, 0], [0, 1], [1, 0]]
    assert score(LABELS, ("sad", "calm"), APPLIES, LIKELY, decided)["by_target"]["calm"]["f1"] == 1


def test_a_label_that_never_applies_leaves_the_area_to_the_others():
    found = score(LABELS, ("sad", "calm"), APPLIES * [1, 0], LIKELY)
    assert found["by_target"]["calm"]["roc_auc"] is None
    assert found["roc_auc"] == found["by_target"]["sad"]["roc_auc"]


@given(y=st.lists(st.tuples(*[st.integers(0, 1)] * 3), min_size=2, max_size=20), seed=st.integers(0, 999))
@settings(deadline=None)
def test_multilabel_metrics_are_those_of_scikit_learn(y, seed):
    y, probabilities = np.array(y), np.random.default_rng(seed).random((len(y), 3), np.float32)
    objective = Multilabel(kind="multilabel", target=("a", "b", "c"))
    found, decided = score(objective, ("a", "b", "c"), y, probabilities), probabilities > 0.5
    assert found["subset_accuracy"] == pytest.approx(metrics.accuracy_score(y, decided))
    assert found["hamming_loss"] == pytest.approx(metrics.hamming_loss(y, decided))
    for average in ("micro", "macro"):
        expected = metrics.f1_score(y, decided, average=average, zero_division=0)
        assert found[f"{average}_f1"] == pytest.approx(expected)


def test_several_targets_are_scored_each_and_in_the_mean():
    objective = Regression(kind="regression", target=("a", "b"))
    y, values = np.array([[1.0, 10], [3, 30]]), np.array([[2, 10], [4, 20]], np.float32)
    found = score(objective, ("a", "b"), y, values)
    assert found["by_target"]["a"] == {"mse": 1, "rmse": 1, "mae": 1, "r2": 0}
    assert found["by_target"]["b"] == pytest.approx({"mse": 50, "rmse": 50**0.5, "mae": 5, "r2": 0.5})
    assert (found["mse"], found["mae"], found["r2"]) == (25.5, 3, 0.25)


def test_metrics_have_an_order_for_each_kind():
    assert [metric.name for metric in metrics_for("binary")] == list(BINARY_METRICS)
