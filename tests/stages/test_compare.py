"""Runs stand by task and metric, the best by validation first, with the settings in which they differ."""

import json
from typing import Any

import pytest

import compare
from percept.errors import UserError
from percept.evaluation.metrics import METRICS, Metric
from percept.params import read
from percept.paths import ROOT
from percept.tuning import runs

PARAMS = read(ROOT / "params.yaml")


def run_of(
    validation: float | None = None, metric: str = "accuracy", task: str = "churn", test: float = 0.5, **fit: Any
) -> dict:
    metrics = {"task": task, "primary": metric, "validation": {metric: validation}, "test": {metric: test}}
    composed = {"digest": task, "changed": [f"fit.{name}" for name in fit]}
    params = {**PARAMS, "conf": composed, "task": task, "fit": {**PARAMS["fit"], **fit}}
    return {"name": "some", "commit": "1234567", "is_commit": False, "metrics": metrics, "params": params}


def column(name: str, rows: list[tuple[str, ...]]) -> list[str]:
    return [row[compare.HEADER.index(name)] for row in rows]


@pytest.mark.parametrize("name", METRICS)
def test_the_direction_of_a_metric_says_which_run_stands_first(name):
    best_first = ["0.9", "0.5", "0.1"] if METRICS[name].higher_is_better else ["0.1", "0.5", "0.9"]
    rows = compare.table([run_of(score, name) for score in (0.5, 0.9, 0.1)], "validation")
    assert column("validation", rows) == best_first


def test_a_metric_that_is_added_to_the_registry_orders_runs(monkeypatch):
    metric = Metric("errors", lambda outcome: 0.0, False, "rows", ("binary",))
    monkeypatch.setitem(METRICS, "errors", metric)
    rows = compare.table([run_of(score, "errors") for score in (7, 3, 5)], "validation")
    assert column("validation", rows) == ["3", "5", "7"]


def test_the_test_score_orders_runs_only_where_it_is_asked_for():
    runs = [run_of(0.9, test=0.1), run_of(0.8, test=0.7)]
    assert column("test", compare.table(runs, "validation")) == ["0.1", "0.7"]
    assert column("test", compare.table(runs, "test")) == ["0.7", "0.1"]


@pytest.mark.parametrize("metric", ["accuracy", "unknown"])
def test_a_run_without_a_score_or_by_an_unknown_metric_is_shown_all_the_same(metric):
    assert column("validation", compare.table([run_of(None, metric)], "validation")) == ["-"]


def test_runs_of_one_task_by_two_metrics_stand_apart():
    runs = [run_of(0.5, "roc_auc"), run_of(0.9), run_of(0.7, "roc_auc"), run_of(0.2, task="bikes")]
    rows = compare.table(runs, "validation")
    assert column("metric", rows) == ["accuracy", "accuracy", "roc_auc", "roc_auc"]
    assert column("validation", rows) == ["0.2", "0.9", "0.7", "0.5"]


def test_the_settings_in_which_runs_of_a_task_differ_are_named_and_no_others():
    rows = compare.table([run_of(0.9, patience=3), run_of(0.8, patience=7), run_of(0.7, task="bikes")], "validation")
    assert column("settings", rows) == ["", "fit.patience=3", "fit.patience=7"]


def locked(params: dict) -> dict:
    return {"stages": {"evaluate": {"params": {"params.yaml": {key: params[key] for key in ("task", "fit")}}}}}


def test_a_run_that_failed_has_parameters_that_evaluate_has_not_seen():
    finished = run_of(0.9)["params"]
    assert runs.is_of(finished, locked(finished))
    assert not runs.is_of(finished, locked(run_of(0.9, patience=1)["params"]))
    assert not runs.is_of(finished, {})


def test_a_commit_that_carries_the_run_of_a_later_one_is_left_out():
    later, earlier, other = ({**run_of(score), "is_commit": True} for score in (0.9, 0.9, 0.8))
    experiment = run_of(0.9)
    earlier["params"] = {**earlier["params"], "conf": "another digest"}
    assert runs.without_repeats([later, experiment, earlier, other]) == [later, experiment, other]


def test_the_entries_of_dvc_are_read_with_the_commit_they_are_from(monkeypatch):
    shown = [{"rev": "workspace"}, {"rev": "a" * 40, "experiments": [{"revs": [{"rev": "b" * 40, "name": "gentle"}]}]}]
    monkeypatch.setattr(runs, "output_of", lambda *command: json.dumps(shown))
    assert [(commit[:9], entry["rev"][:9]) for commit, entry in runs.entries([])] == [
        ("workspace", "workspace"),
        ("a" * 9, "a" * 9),
        ("a" * 9, "b" * 9),
    ]
    assert [runs.contents(commit, entry) for commit, entry in runs.entries([])] == [None, None, None]


def test_runs_without_scores_of_their_own_are_named_below_the_table(monkeypatch, capsys):
    queued = {"rev": "b" * 40, "name": "gentle", "data": {"params": {"params.yaml": {"data": PARAMS}}}}
    shown = [{"rev": "workspace"}, {"rev": "a" * 40, "experiments": [{"revs": [queued]}]}]
    monkeypatch.setattr(runs, "output_of", lambda *command: json.dumps(shown) if "show" in command else "{}")
    monkeypatch.setattr(runs, "lock", lambda rev: {})
    monkeypatch.setattr("sys.argv", ["compare.py"])
    compare.main()
    assert capsys.readouterr().out.endswith("as they have no scores of their own (yet): workspace, gentle\n")


def test_one_name_alone_is_no_comparison(monkeypatch):
    monkeypatch.setattr("sys.argv", ["compare.py", "gentle"])
    with pytest.raises(UserError, match="EXP1 EXP2: 1 given: gentle"):
        compare.main()


def test_a_lock_file_that_cannot_be_read_is_of_no_run(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert runs.lock("workspace") == {}
    (tmp_path / runs.LOCK).write_text("stages: [", encoding="utf-8")
    assert runs.lock("workspace") == {}
    (tmp_path / runs.LOCK).write_text("stages: {evaluate: {params: {params.yaml: {rate: 1e-07}}}}", encoding="utf-8")
    assert runs.is_of({"rate": 1e-07}, runs.lock("workspace"))
