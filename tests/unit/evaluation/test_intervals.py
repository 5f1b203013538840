"""An interval holds what endless rows would give about 95 times in 100."""

import tracemalloc

import numpy as np
import pytest
from sklearn.metrics import f1_score

from percept.evaluation.intervals import macro_f1, share
from percept.evaluation.metrics import metrics_for, score
from percept.evaluation.outcome import Outcome
from percept.objective import Binary, Multiclass, Multilabel, Regression

BINARY = Binary(kind="binary", target="y", positive="1")
MULTICLASS = Multiclass(kind="multiclass")
MULTILABEL = Multilabel(kind="multilabel", target=("a", "b"))
REGRESSION = Regression(kind="regression", target="y")
NUM_DRAWS = 200


def intervals(objective, y, predicted):
    outcome = Outcome.of(objective, y, predicted)
    found = {metric.name: metric.interval(outcome) for metric in metrics_for(objective.kind)}
    return {name: ends for name, ends in found.items() if ends}


def binary_rows(random: np.random.Generator, num_rows: int):
    logits = random.normal(0, 1.5, num_rows)
    probability = 1 / (1 + np.exp(-logits))
    return (random.random(num_rows) < probability).astype(int), probability[:, np.newaxis]


def class_rows(random: np.random.Generator, num_rows: int):
    logits = random.normal(0, 1.5, (num_rows, 3))
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return (random.random((num_rows, 1)) > probabilities.cumsum(axis=1)).sum(axis=1), probabilities


def label_rows(random: np.random.Generator, num_rows: int):
    probabilities = random.random((num_rows, 2))
    return (random.random((num_rows, 2)) < probabilities).astype(int), probabilities


def value_rows(random: np.random.Generator, num_rows: int):
    values = random.normal(0, 2, (num_rows, 1))
    return values + random.normal(0, 1, (num_rows, 1)), values


@pytest.mark.parametrize(
    ("objective", "rows", "metrics"),
    [
        (BINARY, binary_rows, {"accuracy", "roc_auc", "precision", "recall", "f1", "log_loss"}),
        (MULTICLASS, class_rows, {"accuracy", "macro_f1", "log_loss"}),
        (MULTILABEL, label_rows, {"subset_accuracy", "hamming_loss"}),
        (REGRESSION, value_rows, {"mse", "rmse", "mae", "r2"}),
    ],
)
def test_an_interval_holds_the_true_metric_as_often_as_it_says(objective, rows, metrics):
    random, names = np.random.default_rng(0), ("a", "b", "c")
    y, predicted = rows(random, 200_000)
    truth = score(objective, names[: y.shape[1]] if y.ndim == 2 else names, y, predicted)
    held = dict.fromkeys(metrics, 0)
    for _ in range(NUM_DRAWS):
        y, predicted = rows(random, 250)
        found = intervals(objective, y, predicted)
        assert set(found) == metrics
        for name, (low, high) in found.items():
            held[name] += low <= truth[name] <= high
    # 95 of 100; by chance alone 200 draws lie between 91 and 98.5 in all but one of ten thousand tests.
    for name, count in held.items():
        assert 0.90 <= count / NUM_DRAWS <= 0.99, name


def test_a_share_of_all_rows_is_not_certain():
    low, high = share(20, 20)
    assert (low, high) == (pytest.approx(0.025 ** (1 / 20)), 1)


def test_rows_of_one_class_have_no_interval_of_the_area():
    y, predicted = np.array([1, 1, 1]), np.array([[0.2], [0.7], [0.9]])
    assert "roc_auc" not in intervals(BINARY, y, predicted)


def test_no_hit_among_few_positive_rows_leaves_room_for_chance():
    y, probability = np.array([1] * 6 + [0] * 30), np.array([[0.1]] * 36)
    probability[-1] = 0.9
    low, high = intervals(BINARY, y, probability)["recall"]
    assert low == 0 and high == pytest.approx(1 - 0.025 ** (1 / 6))  # Clopper & Pearson: all six miss once in 40
    assert intervals(BINARY, y, probability)["precision"] == (0, pytest.approx(0.975))
    low, high = intervals(BINARY, y, probability)["f1"]
    assert low == 0 and 0.4 < high < 0.7


def test_a_share_of_no_rows_has_no_interval():
    assert "precision" not in intervals(BINARY, np.array([1, 0]), np.array([[0.1], [0.2]]))
    assert "recall" not in intervals(BINARY, np.array([0, 0]), np.array([[0.1], [0.9]]))


def test_classes_that_are_all_right_are_not_certain():
    y = np.array([0, 1, 2] * 4)
    low, high = intervals(MULTICLASS, y, np.eye(3)[y])["macro_f1"]
    assert 0.6 < low < 0.8 and high == 1


def test_thousands_of_classes_take_little_memory():
    random = np.random.default_rng(0)
    y = random.integers(0, 5000, 4000)
    decisions = np.where(random.random(4000) < 0.5, y, random.integers(0, 5000, 4000))
    outcome = Outcome("multiclass", y, np.empty((4000, 0)), decisions)
    tracemalloc.start()
    low, high = macro_f1(outcome)
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert 0.3 < low < f1_score(y, decisions, average="macro") < high < 0.6 and peak_bytes < 500e6


def test_rows_that_are_all_alike_are_not_certain():
    y = np.array([0.0, 1.0, 2.0, 4.0])[:, np.newaxis]
    assert intervals(REGRESSION, y, y) == {} == intervals(REGRESSION, y[:1], y[:1])
    assert "log_loss" not in intervals(BINARY, np.array([1, 1]), np.array([[0.5], [0.5]]))


@pytest.mark.parametrize("order", [1, -1])
def test_an_area_at_its_end_is_not_certain(order):
    y, predicted = np.array([0] * 8 + [1] * 4), np.linspace(0.1, 0.9, 12)[::order, np.newaxis]
    low, high = intervals(BINARY, y, predicted)["roc_auc"]
    ends = (low, high) if order == 1 else (1 - high, 1 - low)
    assert ends == (pytest.approx(0.025 ** (1 / 4)), 1)
