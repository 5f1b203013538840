"""A study goes on after kill -9, repeats what was interrupted, and draws the same whatever happened between."""

import json
import os
import signal
import subprocess
import sys

import pytest
from finished_studies import space_of

from percept import paths
from percept.errors import UserError
from percept.spaces.options import Search
from percept.tuning.search.outcome import Outcome, ended_trials
from percept.tuning.search.study import INTERRUPTED, JOURNAL, digest_of, opened

SPACE = {
    "model.units": {"int": [4, 64], "log": True, "length": [1, 2]},
    "model.dropout": {"float": [0.0, 0.5]},
    "fit.batch_size": {"choice": [16, 32]},
}
GRID = {"model.units": {"choice": [[8], [8, 8]]}, "model.dropout": {"float": [0.0, 0.2], "step": 0.1}}


def search(**options):
    return Search.model_validate({"sampler": "random", "pruner": "none", "trials": 6} | options)


def space(parameters=SPACE):
    return space_of(parameters, ["task=iris", "model=mlp"])


def finish(study, most=99):
    """End trials, at most so many, with a score that follows from the settings; gives these."""
    found = []
    while study.wants_more and len(found) < most:
        number, settings = study.ask()
        study.end(number, Outcome("complete", (score_of(settings),)))
        found.append(settings)
    return found


def score_of(settings):
    return len(json.dumps(settings)) / 1000


def texts(settings):
    return sorted(map(json.dumps, settings))


@pytest.mark.parametrize("sampler", ["random", "grid"])
def test_settings_are_those_of_a_search_that_was_never_interrupted(tmp_path, sampler):
    parameters, options = GRID if sampler == "grid" else SPACE, search(sampler=sampler)
    with opened(tmp_path / "whole", space(parameters), options) as study:
        whole = finish(study)
    with opened(tmp_path / "parts", space(parameters), options) as study:
        parts = finish(study, 2)
        begun = [study.ask() for _ in range(2)]
    with opened(tmp_path / "parts", space(parameters), options) as study:
        assert study.counts()["complete"] == 2 and study.counts()["running"] == 0
        parts += finish(study)
        reasons = [trial.outcome.reason for trial in ended_trials(study.optuna) if trial.outcome.state == "interrupted"]
    assert texts(parts) == texts(whole) and len(whole) == 6
    assert reasons == [INTERRUPTED, INTERRUPTED] and set(texts(dict(begun).values())) < set(texts(whole))


def test_a_process_killed_while_trials_run_loses_those_alone(tmp_path):
    code = (
        "import sys; sys.path[:0] = ['src', 'tests', 'tests/unit/tuning/search']\n"
        "import os; from pathlib import Path; from test_study import *\n"
        f"with opened(Path({str(tmp_path)!r}) / 'study', space(), search()) as study:\n"
        "    finish(study, 3); study.ask(); study.ask(); os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=paths.ROOT, capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    with opened(tmp_path / "study", space(), search()) as study:
        assert study.counts() == {"complete": 3, "waiting": 2}
        finish(study)
        assert study.counts() == {"complete": 6}
    with opened(tmp_path / "other", space(), search()) as study:
        finish(study)
        assert study.best().value == max(trial.value for trial in study.optuna.trials if trial.value)


def test_half_a_line_that_a_dying_machine_wrote_is_taken_away(tmp_path):
    with opened(tmp_path / "study", space(), search()) as study:
        finish(study, 2)
    journal = tmp_path / "study" / JOURNAL
    os.truncate(journal, journal.stat().st_size - 5)
    with opened(tmp_path / "study", space(), search()) as study:
        finish(study)
        assert study.counts()["complete"] == 6


def test_a_study_is_open_in_one_process(tmp_path):
    refused = pytest.raises(UserError, match="another search works on this study")
    with opened(tmp_path / "study", space(), search()), refused, opened(tmp_path / "study", space(), search()):
        pass


def test_more_trials_extend_a_study_and_failed_ones_count(tmp_path):
    with opened(tmp_path / "study", space(), search(trials=3)) as study:
        finish(study, 2)
        study.end(study.ask()[0], Outcome("failed", reason="a loss that is not finite"))
        assert not study.wants_more and study.counts() == {"complete": 2, "fail": 1}
    with opened(tmp_path / "study", space(), search(trials=5)) as study:
        assert len(finish(study)) == 2


def test_a_grid_is_tried_whole_each_point_once(tmp_path):
    with opened(tmp_path / "study", space(GRID), search(sampler="grid", trials=None)) as study:
        found = finish(study)
    assert len(set(texts(found))) == len(found) == 6


def test_a_grid_that_nobody_could_try_is_refused(tmp_path):
    large = space({"fit.epochs": {"int": [1, 2000]}, "fit.batch_size": {"int": [1, 100]}})
    refused = pytest.raises(UserError, match="a grid of 200,000 points")
    with refused, opened(tmp_path / "study", large, search(sampler="grid")):
        pass


@pytest.mark.parametrize("sampler", ["tpe", "cma_es"])
def test_samplers_that_learn_come_to_better_values_than_chance(tmp_path, sampler):
    numbers = space({"model.dropout": {"float": [0.0, 0.9]}, "model.l2": {"float": [0.0, 1.0]}})

    def best(name):
        with opened(tmp_path / name, numbers, search(sampler=name, trials=40)) as study:
            while study.wants_more:
                number, settings = study.ask()
                distance = abs(settings["model.dropout"] - 0.3) + abs(settings["model.l2"] - 0.7)
                study.end(number, Outcome("complete", (1 - distance,)))
            return study.best().value

    assert best(sampler) > best("random")


@pytest.mark.parametrize("pruner", ["median", "hyperband"])
def test_a_trial_far_behind_others_should_end(tmp_path, pruner):
    with opened(tmp_path / "study", space(), search(pruner=pruner, trials=30)) as study:
        pruned = 0
        for count in range(14):
            number, _ = study.ask()
            value = -1.0 if count % 2 else 1.0
            behind = any(study.report(number, step, value) for step in range(1, 30))
            study.end(number, Outcome("pruned") if behind else Outcome("complete", (value,)))
            assert not (behind and value > 0)
            pruned += behind
        assert pruned >= 2


def test_several_objectives_have_their_directions_and_no_pruning(tmp_path):
    with opened(tmp_path / "study", space(), search(pruner="median", objectives=["score", "latency"])) as study:
        for values in ((0.5, 10.0), (0.9, 30.0), (0.4, 20.0)):
            number, _ = study.ask()
            assert study.report(number, 1, 0.0) is False
            study.end(number, Outcome("complete", values))
        assert sorted(trial.number for trial in study.optuna.best_trials) == [0, 1]
        assert study.best().number == 1


def test_the_name_of_a_study_follows_what_determines_scores_and_nothing_else():
    first = digest_of(space(), search(), {"a.csv": "1"})
    for same in ({"trials": 99}, {"minutes": 1.0}, {"workers": 7}, {"retries": 0}, {"dask_address": "tcp://a:1"}):
        assert digest_of(space(), search(**same), {"a.csv": "1"}) == first
    others = [
        digest_of(space(GRID), search(), {"a.csv": "1"}),
        digest_of(space(), search(sampler="tpe"), {"a.csv": "1"}),
        digest_of(space(), search(judge={"kind": "cross_validation"}), {"a.csv": "1"}),
        digest_of(space(), search(), {"a.csv": "2"}),
        digest_of(space_of(SPACE, ["task=iris", "model=mlp", "seed=1"]), search(), {"a.csv": "1"}),
    ]
    assert len({first, *others}) == 6
