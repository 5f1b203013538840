"""Scores of rows that count several times are those of the rows repeated."""

import numpy as np
import pytest

from percept.evaluation.metrics import METRICS, metrics_for
from percept.evaluation.outcome import Outcome
from percept.objective import Binary, Multiclass, Multilabel, Regression
from percept.tuning.weighted_scores import weighted_score

NUM_ROWS = 60
OBJECTIVES = {
    "binary": Binary(kind="binary", target="y", positive="1"),
    "multiclass": Multiclass(kind="multiclass"),
    "multilabel": Multilabel(kind="multilabel", target=("a", "b")),
    "regression": Regression(kind="regression", target="y"),
    "regressions": Regression(kind="regression", target=("a", "b")),
}


def outcome_of(name: str, rows: np.ndarray | None = None) -> Outcome:
    """Rows with equal predictions among them, and a class that few rows have."""
    random = np.random.default_rng(0)
    probabilities = random.integers(1, 9, (NUM_ROWS, 4)) / 10
    match name:
        case "binary":
            y, predicted = random.integers(0, 2, NUM_ROWS), probabilities[:, :1]
        case "multiclass":
            y = np.where(np.arange(NUM_ROWS) == 7, 3, random.integers(0, 3, NUM_ROWS))
            predicted = probabilities / probabilities.sum(axis=1, keepdims=True)
        case "multilabel":
            y, predicted = random.integers(0, 2, (NUM_ROWS, 2)), probabilities[:, :2]
        case _:
            y = random.normal(size=(NUM_ROWS, 1 if name == "regression" else 2))
            predicted = y + random.normal(size=y.shape)
    rows = np.arange(NUM_ROWS) if rows is None else rows
    return Outcome.of(OBJECTIVES[name], y[rows], predicted[rows])


@pytest.mark.parametrize("name", OBJECTIVES)
def test_a_weight_is_how_often_a_row_counts(name):
    random, whole = np.random.default_rng(1), outcome_of(name)
    draws = [np.arange(NUM_ROWS), *(np.sort(random.integers(0, NUM_ROWS, NUM_ROWS)) for _ in range(20))]
    weights = np.array([np.bincount(rows, minlength=NUM_ROWS) for rows in draws], np.float64)
    scored = {metric.name: weighted_score(metric.name, whole) for metric in metrics_for(whole.kind)}
    assert [metric for metric, score in scored.items() if score is None] in ([], ["calibration_error"])
    for metric, score in scored.items():
        if score is not None:
            expected = [METRICS[metric].function(outcome_of(name, rows)) for rows in draws]
            np.testing.assert_allclose(score(weights), expected, rtol=1e-9, err_msg=metric)


def test_what_is_not_defined_on_a_resample_is_no_number():
    one_class = (outcome_of("binary").y == 1).astype(np.float64)[np.newaxis]
    assert np.isnan(weighted_score("roc_auc", outcome_of("binary"))(one_class)[0])
    assert np.isnan(weighted_score("r2", outcome_of("regression"))(np.eye(NUM_ROWS)[:1])[0])


def test_without_probabilities_there_are_the_scores_of_decisions():
    whole = outcome_of("multiclass")
    decided = Outcome("multiclass", whole.y, np.empty((NUM_ROWS, 0)), whole.decisions)
    assert weighted_score("log_loss", decided) is None
    assert weighted_score("accuracy", decided)(np.ones((1, NUM_ROWS)))[0] == METRICS["accuracy"].function(whole)
