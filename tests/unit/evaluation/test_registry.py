"""The registry of metrics decides alone: what is scored, what may be primary, what is better."""

import numpy as np
import pytest

from percept.errors import UserError
from percept.evaluation.metrics import METRICS, Metric, check_primary, score
from percept.objective import Binary, Multiclass, Multilabel, Regression

OBJECTIVES = {
    "binary": Binary(kind="binary", target="y", positive="1"),
    "multiclass": Multiclass(kind="multiclass"),
    "multilabel": Multilabel(kind="multilabel", target=("a", "b")),
    "regression": Regression(kind="regression", target=("a", "b")),
}
NAMES = {"binary": ("no", "yes"), "multiclass": ("a", "b", "c"), "multilabel": ("a", "b"), "regression": ("a", "b")}
NUM_ROWS = 40


def rows_of(kind: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return targets of a kind of task, perfect predictions, and worse ones."""
    random, index = np.random.default_rng(0), np.arange(NUM_ROWS)
    if kind == "regression":
        y = np.stack([index, -index], axis=1).astype(float)
        return y, y, y + 9 * random.random(y.shape)
    y = {
        "binary": index % 2,
        "multiclass": index % 3,
        "multilabel": np.stack([index % 2, index % 3 == 0], 1).astype(int),
    }
    perfect = np.eye(3)[y[kind]] if kind == "multiclass" else y[kind].reshape(NUM_ROWS, -1).astype(float)
    worse = np.abs(perfect - 0.9 * random.random(perfect.shape))
    return y[kind], perfect, worse / worse.sum(axis=1, keepdims=True) if kind == "multiclass" else worse


def scores_of(kind: str, predicted: np.ndarray) -> dict:
    return score(OBJECTIVES[kind], NAMES[kind], rows_of(kind)[0], predicted)


@pytest.mark.parametrize("kind", OBJECTIVES)
def test_the_scores_are_those_of_the_registry_in_its_order(kind):
    found = scores_of(kind, rows_of(kind)[1])
    of_each = [metric.name for metric in METRICS.values() if kind in metric.of_each]
    for scores in found.pop("by_target", {}).values():
        assert list(scores) == of_each
    assert list(found) == [metric.name for metric in METRICS.values() if kind in metric.kinds]


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name, metric in METRICS.items() for kind in metric.kinds])
def test_the_better_of_two_predictions_is_told_by_the_direction_of_a_metric(name, kind):
    _, perfect, noisy = rows_of(kind)
    best, worse = (scores_of(kind, predicted)[name] for predicted in (perfect, noisy))
    assert best > worse if METRICS[name].higher_is_better else best < worse


@pytest.fixture
def errors(monkeypatch):
    """A metric that is in the registry, and nowhere else."""

    def count(outcome):
        return float((outcome.y != outcome.decisions).sum())

    monkeypatch.setitem(METRICS, "errors", Metric("errors", count, False, "rows", ("binary",), ("multilabel",)))


@pytest.mark.usefixtures("errors")
def test_a_metric_that_is_added_is_scored():
    _, perfect, _ = rows_of("binary")
    assert scores_of("binary", perfect)["errors"] == 0
    assert scores_of("binary", 1 - perfect)["errors"] == NUM_ROWS
    assert scores_of("multilabel", np.zeros((NUM_ROWS, 2)))["by_target"]["a"]["errors"] == NUM_ROWS / 2


@pytest.mark.usefixtures("errors")
def test_a_metric_that_is_added_may_be_primary_in_tasks_of_its_kinds_alone():
    check_primary(OBJECTIVES["binary"].model_copy(update={"primary": "errors"}))
    with pytest.raises(
        UserError, match=r"objective\.primary = 'errors': no metric of a multiclass task\n.*accuracy, m"
    ):
        check_primary(OBJECTIVES["multiclass"].model_copy(update={"primary": "errors"}))
