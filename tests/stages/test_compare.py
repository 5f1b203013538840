"""Runs stand by task, and the best of a task stands first."""

import pytest

import compare
from percept.evaluation.metrics import METRICS, Metric


def run_of(score: float | None, metric: str, task: str = "churn") -> dict:
    return {"metrics": {"task": task, "primary": metric, "test": {metric: score}}}


def order_of(metric: str, *scores: float | None) -> list[float | None]:
    runs = sorted([run_of(score, metric) for score in scores], key=compare.order)
    return [run["metrics"]["test"][metric] for run in runs]


@pytest.mark.parametrize("name", METRICS)
def test_the_direction_of_a_metric_says_which_run_stands_first(name):
    best_first = [0.9, 0.5, 0.1] if METRICS[name].higher_is_better else [0.1, 0.5, 0.9]
    assert order_of(name, 0.5, 0.9, 0.1) == best_first


def test_a_metric_that_is_added_to_the_registry_orders_runs(monkeypatch):
    metric = Metric("errors", lambda outcome: 0.0, False, "rows", ("binary",))
    monkeypatch.setitem(METRICS, "errors", metric)
    assert order_of("errors", 7, 3, 5) == [3, 5, 7]


@pytest.mark.parametrize("name", ["roc_auc", "log_loss", "r2"])
def test_a_run_on_whose_rows_the_metric_is_not_defined_stands_last(name):
    assert order_of(name, None, 0.5, -0.5)[-1] is None


def test_a_run_by_a_metric_that_this_code_does_not_have_stands_last_in_its_task():
    runs = [run_of(0.1, "unknown"), run_of(0.2, "accuracy"), run_of(0.9, "unknown", task="bikes")]
    assert sorted(runs, key=compare.order) == [runs[2], runs[1], runs[0]]
