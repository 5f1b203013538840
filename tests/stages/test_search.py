"""The search in processes of its own: as a stage, and on a cluster with a scheduler that runs already."""

import argparse
import contextlib
import csv
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml
from omegaconf import OmegaConf
from stage_runs import workspace

import fetch
import search
from percept import paths
from percept.composition import composed, load_config
from percept.errors import UserError

QUICK = ["task=iris", "fit.epochs=3", "fit.threads=1", "search.sampler=random", "search.workers=1", "search.trials=2"]
RATES = "search.space={optimizer.learning_rate: {log: [1e-4, 1e-2]}}"
LONG = ["task=iris", "fit.epochs=4000", "fit.patience=null", "fit.threads=1", "search.sampler=random", RATES]
OPTIONS = argparse.Namespace(show_space=False, overrides=[])


def compose(overrides: list[str]) -> None:
    paths.PARAMS.write_text(OmegaConf.to_yaml(composed(overrides)), encoding="utf-8")


def trials() -> list[dict[str, str]]:
    with paths.TRIALS.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_search_leaves_its_trials_and_the_best_setting_and_does_not_begin_anew():
    with workspace() as folder:
        (folder / "conf").unlink()
        (folder / "conf").mkdir()
        for path in (paths.ROOT / "conf").iterdir():
            (folder / "conf" / path.name).symlink_to(path)
        (folder / "conf/experiment").unlink()
        compose(QUICK)
        fetch.main()
        search.main(OPTIONS)
        first, best = trials(), json.loads(paths.BEST_TRIAL.read_text(encoding="utf-8"))
        assert [row["state"] for row in first] == ["complete", "complete"]
        assert best["score"] == max(float(row["accuracy"]) for row in first)
        assert best["run"] == "dvc exp run -S experiment=iris_tuned"
        assert (paths.SEARCH_PLOTS / "history.png").is_file() and (folder / "conf/experiment/iris_tuned.yaml").is_file()
        assert len(list(paths.logs().glob("search/iris-*/trial-*"))) == 2
        search.main(OPTIONS)
        assert trials() == first


def test_the_space_can_be_looked_at():
    with workspace(), contextlib.redirect_stdout(io.StringIO()) as out:
        search.main(argparse.Namespace(show_space=True, overrides=["task=iris"]))
    rates = yaml.safe_load(out.getvalue())["space"]["optimizer.learning_rate"]
    assert rates == {"log": pytest.approx([0.001 / 30, 0.01])}


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("search.space={model.unit: {int: [1, 2]}}", "unknown key; did you mean 'units'"),
        ("search.space={model.dropout: {float: [0.5, 1.5]}}", "search.space.model.dropout = 1.5"),
        ("search.dask_address=tcp://127.0.0.1:9", "no scheduler answers"),
        ("split.validation={kind: none}", "the task has no validation rows"),
    ],
)
def test_what_cannot_be_searched_is_refused_before_the_first_trial(override, message, monkeypatch):
    monkeypatch.setattr("percept.tuning.search.connect.CONNECT_S", 1)
    with workspace():
        compose([*QUICK, override])
        fetch.main()
        with pytest.raises(UserError, match=re.escape(message)):
            search.main(OPTIONS)
        assert not paths.TRIALS.exists()


class Project:
    """A copy of the project in a folder of its own, where the script runs as a person runs it."""

    def __init__(self, folder: Path, overrides: list[str]) -> None:
        self.folder = folder
        for name in ("src", "conf", "search"):
            shutil.copytree(paths.ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        params = OmegaConf.to_yaml(composed(overrides))
        (folder / paths.PARAMS).write_text(params, encoding="utf-8")
        (folder / paths.RAW).mkdir(parents=True)
        load_config(overrides).source.fetch(folder / paths.RAW, None)

    def search(self) -> subprocess.Popen[str]:
        """Start it."""
        command = [sys.executable, "src/search.py"]
        return subprocess.Popen(
            command,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def num_ended(self) -> int:
        return len(list(self.folder.glob("logs/search/*/trial-*")))

    def trials(self) -> list[dict[str, str]]:
        with (self.folder / paths.TRIALS).open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))


def wait_until(found: Callable[[], Any], seconds: float = 240.0) -> Any:
    """Wait for a function to return something true."""
    until_s = time.monotonic() + seconds
    while time.monotonic() < until_s:
        if value := found():
            return value
        time.sleep(0.2)
    raise TimeoutError


@pytest.mark.slow
def test_a_search_that_is_killed_or_stopped_goes_on_by_the_same_command(tmp_path):
    project = Project(tmp_path, [*LONG, "fit.epochs=12000", "search.trials=6", "search.workers=2"])
    running = project.search()
    wait_until(lambda: project.num_ended() >= 1)
    running.kill()
    running.communicate()
    before = project.num_ended()
    running = project.search()
    wait_until(lambda: project.num_ended() > before)
    os.killpg(running.pid, signal.SIGINT)  # as Ctrl-C does, the workers too
    said = running.communicate()[0]
    assert running.returncode == 130 and "goes on after" in said and "Traceback" not in said
    assert said.rstrip().endswith("search/plots, search/best.json, search/trials.csv") and "replaced before" in said
    complete = {row["trial"]: row for row in project.trials() if row["state"] == "complete"}
    running = project.search()
    assert "Traceback" not in running.communicate()[0] and running.returncode == 0
    last = {row["trial"]: row for row in project.trials() if row["state"] == "complete"}
    assert len(last) == 6 and complete.items() <= last.items()
    rates = [row["optimizer.learning_rate"] for row in last.values()]
    assert len(set(rates)) == 6


@pytest.fixture
def dask_cluster(tmp_path):
    """A scheduler and two workers, processes of their own in a folder without the project: address and workers."""
    program = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
    file = tmp_path / "scheduler.json"
    options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": tmp_path}
    started = [subprocess.Popen([*program, *options], **quiet)]
    wait_until(file.exists)
    for number in range(2):
        program = [sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file", str(file)]
        options = ["--nthreads", "1", "--no-dashboard", "--local-directory", str(tmp_path / f"worker-{number}")]
        started.append(subprocess.Popen([*program, *options], **quiet))
    yield json.loads(file.read_text())["address"], started[1:]
    for process in reversed(started):
        process.terminate()
        process.wait()


@pytest.mark.slow
def test_a_worker_of_a_cluster_that_is_killed_in_the_middle_costs_no_trial(tmp_path, dask_cluster):
    address, workers = dask_cluster
    project = Project(tmp_path / "project", [*LONG, "search.trials=3", f"search.dask_address={address}"])
    running = project.search()
    wait_until(lambda: project.num_ended() >= 1)
    (victim, *_) = psutil.Process(workers[0].pid).children()
    victim.kill()  # its nanny starts another one
    said = running.communicate()[0]
    assert running.returncode == 0, said
    assert [row["state"] for row in project.trials()] == ["complete"] * 3
    folders = [path.name for path in tmp_path.glob("worker-*/dask-scratch-space/*/percept-*")]
    assert {name.rpartition("-")[0] for name in folders} == {"percept-code", "percept-raw"}


@pytest.mark.slow
def test_workers_of_a_cluster_with_other_versions_are_refused(tmp_path, dask_cluster):
    address, _ = dask_cluster
    project = Project(tmp_path / "project", [*LONG, f"search.dask_address={address}"])
    other = project.folder / "src/keras-0.1.dist-info"  # found before that of the environment
    other.mkdir()
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: keras\nVersion: 0.1\n")
    running = project.search()
    said = running.communicate()[0]
    assert running.returncode == 1 and "(here 0.1)" in said and "install requirements.lock" in said, said
