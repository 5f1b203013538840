"""A driver keeps workers busy, whatever becomes of a trial. The workers are threads of a real Dask cluster."""

import json
import random
import time
from contextlib import contextmanager

from dask.sizeof import sizeof
from distributed import Client, LocalCluster
from finished_studies import space_of

from percept.spaces.options import Search
from percept.tuning.search.cluster import Cluster
from percept.tuning.search.driver import Driver, best_of
from percept.tuning.search.judging import PrunedError
from percept.tuning.search.outcome import Outcome, ended_trials
from percept.tuning.search.progress import Progress
from percept.tuning.search.study import opened
from percept.tuning.search.worker import _to_prune

SPACE = {"model.dropout": {"float": [0.0, 0.5]}, "fit.batch_size": {"choice": [16, 32]}}


def score(order, each):
    """Judge a trial by its settings, without a training."""
    return Outcome("complete", (order["values"]["model"]["dropout"],), epochs=1).to_dict()


def fail_at_times(order, each):
    if order["values"]["fit"]["batch_size"] == 16:
        raise MemoryError("no room for such batches")
    return score(order, each)


def go_on_until_pruned(order, each):
    """A trial with little dropout, as most have, is good at once; the others are bad and end once they are told to."""
    if order["values"]["model"]["dropout"] < 0.35:
        for step in range(1, 101):
            each(step, 1.0)
        return score(order, each)
    for step in range(1, 6001):  # a minute, for machines that are busy
        each(step, 0.0)
        time.sleep(0.01)
        if order["name"] in _to_prune:
            return Outcome("pruned", reason=str(PrunedError(f"behind others at step {step}"))).to_dict()
    return score(order, each)


def see_whether_others_draw(order, each):
    """Fail where what a worker does at each sign of life takes random numbers of the process."""
    before = random.getstate()
    sizeof(dict.fromkeys(range(1000), "some value"))
    assert random.getstate() == before
    return score(order, each)


def search(**options):
    return Search.model_validate({"sampler": "random", "pruner": "none", "trials": 6} | options)


@contextmanager
def driven(folder, options, run, num_workers=2, until_s=float("inf")):
    """Give a study that a driver has worked on, and what it told of each trial."""
    space = space_of(SPACE, ["task=iris", "model=mlp"])
    told = []
    with (
        LocalCluster(
            n_workers=num_workers, threads_per_worker=1, processes=False, dashboard_address="127.0.0.1:0"
        ) as workers,
        Client(workers) as client,
        opened(folder, space, options) as study,
    ):
        cluster = Cluster(client, options.retries, run)
        progress = Progress(options.trials, None, lambda line: None)
        assert Driver(study, cluster, folder, until_s, progress, lambda *trial: told.append(trial)).run()
        yield study, told


def settings_of(study):
    return sorted(json.dumps(trial.settings) for trial in ended_trials(study.optuna))


def test_random_trials_do_not_depend_on_the_number_of_workers(tmp_path):
    with (
        driven(tmp_path / "one", search(), score, 1) as (one, _),
        driven(tmp_path / "two", search(), score, 3) as (
            three,
            told,
        ),
    ):
        assert settings_of(one) == settings_of(three) and len(settings_of(one)) == 6
        assert sorted(number for number, *_ in told) == list(range(6))
        assert best_of(one).startswith(f"best accuracy {max(outcome.values[0] for *_, outcome in told):.4g} (trial ")


def test_a_trial_that_fails_has_its_reason_and_the_others_go_on(tmp_path):
    with driven(tmp_path / "study", search(trials=8), fail_at_times) as (study, told):
        failed = [outcome.reason for *_, outcome in told if outcome.state == "failed"]
        assert set(failed) == {"MemoryError: no room for such batches"} and 0 < len(failed) < 8
        assert study.counts() == {"complete": 8 - len(failed), "fail": len(failed)}


def test_trials_behind_others_are_told_to_end(tmp_path):
    with driven(tmp_path / "study", search(trials=12, pruner="median"), go_on_until_pruned) as (study, told):
        assert study.counts()["pruned"] > 0 and sum(study.counts().values()) == 12
        assert all("behind others" in outcome.reason for *_, outcome in told if outcome.state == "pruned")


def test_when_the_time_is_over_no_trial_begins(tmp_path):
    with driven(tmp_path / "study", search(trials=50), score, until_s=time.monotonic()) as (study, told):
        assert not told and not study.counts()


def test_no_other_thread_of_a_worker_draws_from_the_numbers_of_a_training(tmp_path):
    with driven(tmp_path / "study", search(trials=1), see_whether_others_draw, 1) as (_, told):
        assert [outcome.reason for *_, outcome in told] == [""]
