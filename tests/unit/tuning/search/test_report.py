"""Files of a search."""

import csv
import json

import pytest
from finished_studies import BY_FOLDS, CHANGING, bowl, space_of, study_of, weighed

from percept import paths
from percept.errors import UserError
from percept.spaces.options import Search
from percept.tuning.search import report
from percept.tuning.search.outcome import Outcome
from percept.tuning.search.results import Results

TUNED = paths.CONF / "experiment/california_tuned.yaml"


@pytest.fixture(scope="module")
def space():
    return space_of(CHANGING, ["task=california"])


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DVC_ROOT", raising=False)
    return tmp_path


def rows() -> list[dict[str, str]]:
    with paths.TRIALS.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_every_trial_has_a_row_with_its_settings_and_the_best_one_a_file_of_metrics(space):
    study = study_of(space, BY_FOLDS, 12, bowl)
    results = Results.of(study, space, BY_FOLDS)
    found = report.write(study, space, BY_FOLDS)
    assert found == json.loads(paths.BEST_TRIAL.read_text(encoding="utf-8")) | {"interval": found["interval"]}
    assert (found["trials"], found["judge"]) == (
        {"complete": 10, "pruned": 1, "failed": 1, "interrupted": 0},
        "3-fold cross-validation",
    )
    assert found["best"]["trial"] == results.best.number and found["best"]["settings"] == results.best.settings
    assert found["score"] == min(float(row["mse"]) for row in rows() if row["state"] == "complete")
    low, high = found["interval"]
    assert low < found["score"] < high and found["deviation"] == pytest.approx(0.02)
    for row, trial in zip(rows(), results.trials, strict=True):
        for key in CHANGING:
            value = trial.settings.get(key, "")
            assert row[key] == str(value) or json.loads(row[key]) == value
        assert row["reason"] == " ".join(trial.outcome.reason.split())
    assert rows()[5]["reason"] == "the loss is not finite" and rows()[5]["mse"] == ""
    assert found["run"] == "dvc exp run -S experiment=california_tuned" and TUNED.exists()
    assert {path.stem for path in paths.SEARCH_PLOTS.iterdir()} == {"history", "parallel_coordinates", "importance"}


def test_several_objectives_leave_every_trial_that_no_other_beats():
    space = space_of({"model.units": CHANGING["model.units"]}, ["task=california"])
    options = Search(objectives=("score", "parameters", "latency"))
    found = report.write(study_of(space, options, 4, weighed), space, options)
    assert found["pareto"][0] == found["best"] and "latency_us" in found["best"]
    assert {path.stem for path in paths.SEARCH_PLOTS.iterdir()} == {"history", "parallel_coordinates", "pareto"}
    assert list(rows()[0])[:5] == ["trial", "state", "mse", "parameters", "latency_us"]


def test_nothing_is_written_where_no_trial_is_complete(space, folder):
    study = study_of(space, Search(), 2, lambda number, settings: Outcome("failed", reason="out of memory"))
    with pytest.raises(UserError, match="2 failed, most often so: out of memory"):
        report.write(study, space, Search())
    assert not list(folder.iterdir())
