"""Queued runs go on whatever becomes of their workers, with the real DVC, and each that is lost is named."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

pytestmark = pytest.mark.slow

LONG = ("-S", "task=and_gate", "-S", "fit.epochs=9000000")
SHORT = ("-S", "task=and_gate", "-S", "fit.epochs=1")


def works_here(clone, word: str) -> list[psutil.Process]:
    """The processes of the clone with such a word in their command."""
    found = []
    for process in psutil.process_iter(["cmdline", "cwd"]):
        if word in (process.info["cmdline"] or []) and str(process.info["cwd"]).startswith(str(clone.folder)):
            found.append(process)
    return found


def waited_for(condition) -> None:
    deadline_s = time.monotonic() + 240
    while not condition():
        assert time.monotonic() < deadline_s
        time.sleep(0.2)


def run_queue(clone, **settings: str) -> subprocess.Popen:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    known = {name: value for name, value in os.environ.items() if not name.startswith(("DVC_", "GIT_"))}
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    command = [sys.executable, "src/run_queue.py"]
    return subprocess.Popen(command, cwd=clone.folder, env=known | {"PATH": path} | settings, **streams)


def test_a_worker_that_is_killed_is_started_again_and_its_run_is_named(clone):
    clone.run("dvc", "exp", "run", "--queue", "-n", "long", *LONG)
    clone.run("dvc", "exp", "run", "--queue", "-n", "short", *SHORT)
    with run_queue(clone) as process:
        waited_for(lambda: list((clone.folder / "logs").glob("and_gate-*-long/train/*")))
        (worker,) = works_here(clone, "queue-worker")
        for each in (worker, *worker.children(recursive=True)):
            each.send_signal(signal.SIGKILL)
        said, _ = process.communicate(timeout=300)
    assert process.returncode == 1
    assert said.count("workers started: 1") == 2
    assert "long was lost with its worker, and counts as failed" in said
    assert "run_queue: 1 ended, 1 failed" in said and not works_here(clone, "queue-worker")
    lines = [line.split() for line in clone.run("dvc", "queue", "status").stdout.splitlines()]
    assert {line[1]: line[-1] for line in lines if len(line) > 3 and line[1] in ("short", "long")} == {
        "short": "Success",
        "long": "Failed",
    }


def test_a_run_that_is_killed_and_queued_again_goes_on_from_its_backup(clone):
    run = ("-S", "task=and_gate", "-S", "fit.epochs=150000")
    clone.run("dvc", "exp", "run", "--queue", "-n", "first", *run)
    with run_queue(clone, PERCEPT_BACKUP_SECONDS="0") as process:
        waited_for(lambda: list((clone.folder / ".cache/backups").glob("*")))
        works_here(clone, "src/train.py")[0].send_signal(signal.SIGKILL)
        said, _ = process.communicate(timeout=300)
    assert process.returncode == 1 and "run_queue: 0 ended, 1 failed" in said
    clone.run("dvc", "exp", "run", "--queue", "-n", "second", *run)
    with run_queue(clone) as process:
        said, _ = process.communicate(timeout=300)
    assert process.returncode == 0 and "run_queue: 1 ended, 0 failed" in said
    assert "train: goes on after epoch " in clone.run("dvc", "queue", "logs", "second").stdout


def test_the_packs_that_runs_leave_in_git_become_one(clone):
    """DVC's workers keep every pack open."""
    clone.run("git", "config", "gc.autoPackLimit", "2")
    clone.run("dvc", "exp", "run", "--queue", *SHORT, "-S", "seed=range(4)")
    with run_queue(clone) as process:
        said, _ = process.communicate(timeout=500)
    assert process.returncode == 0 and "run_queue: 4 ended, 0 failed" in said
    assert len(list((clone.folder / ".git/objects/pack").glob("*.pack"))) <= 3
    assert len(clone.run("dvc", "exp", "list", "--name-only").stdout.split()) >= 4


def test_a_worker_that_stays_although_nothing_is_left_is_ended(clone):
    command = [sys.executable, "-c", "import time; time.sleep(600)", "queue-worker"]  # it looks like one of DVC's
    with subprocess.Popen(command, cwd=clone.folder) as worker, run_queue(clone) as process:
        said, _ = process.communicate(timeout=300)
        assert process.returncode == 0 and "0 failed" in said
        assert worker.wait(timeout=60) == -signal.SIGTERM
