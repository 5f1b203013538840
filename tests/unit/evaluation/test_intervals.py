"""An interval holds what endless rows would give about 95 times in 100."""

import numpy as np
import pytest
from scipy.stats import norm

from percept.evaluation.intervals import share
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
    assert (low, high) == (pytest.approx(1 / (1 + norm.ppf(0.975) ** 2 / 20)), 1)


def test_rows_of_one_class_have_no_interval_of_the_area():
    y, predicted = np.array([1, 1, 1]), np.array([[0.2], [0.7], [0.9]])
    assert "roc_auc" not in intervals(BINARY, y, predicted)
