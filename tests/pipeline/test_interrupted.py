"""Runs that are killed, stopped by the keyboard, or begun twice, with the real DVC and Git."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

pytestmark = pytest.mark.slow

LONG = ("dvc", "exp", "run", "-S", "task=and_gate", "-S", "fit.epochs=9000000", "-S", "seed=7")


@contextmanager
def running(clone, *command: str, until: str) -> Iterator[subprocess.Popen]:
    """A command with a process group of its own, once `until` is there; killed at the end."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("DVC_", "GIT_"))}
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(
        command, cwd=clone.folder, env=environment | {"PATH": path}, start_new_session=True, **streams
    ) as process:
        try:
            deadline_s = time.monotonic() + 240
            while not list(clone.folder.glob(until)):
                assert process.poll() is None and time.monotonic() < deadline_s, process.stdout.read()
                time.sleep(0.1)
            yield process
        finally:
            if process.poll() is None:
                kill(process)


def kill(process: subprocess.Popen) -> None:
    """Kill a command and its stages, and wait until they are gone."""
    stages = psutil.Process(process.pid).children(recursive=True)
    os.killpg(process.pid, signal.SIGKILL)
    psutil.wait_procs(stages)


@pytest.fixture(scope="module")
def killed(clone):
    """The clone, with an edit in it, after a run that was killed as it trained, and what was tried meanwhile."""
    readme = clone.folder / "README.md"
    readme.write_text(readme.read_text(encoding="utf-8") + "\nmine\n", encoding="utf-8")
    said = {}
    with running(clone, *LONG, until="logs/and_gate-*/train/*"):
        before = (clone.folder / "params.yaml").read_bytes()
        for command in ("dvc exp run -S task=iris", "python src/compose.py task=iris", "python src/train.py"):
            result = clone.run(*command.split(), check=False)
            said[command] = (result.returncode, result.stdout)
        said["doctor"] = (0, clone.run("python", "src/doctor.py").stdout)
        assert (clone.folder / "params.yaml").read_bytes() == before
    return clone, said


def test_a_second_run_is_refused_before_it_writes_anything(killed):
    _, said = killed
    status, text = said["dvc exp run -S task=iris"]
    assert status != 0 and "busy" in text and "dvc exp run -S task=and_gate" in text
    for command in ("python src/compose.py task=iris", "python src/train.py"):
        status, text = said[command]
        assert status == 1 and "this clone: " in text and "what to do: wait for it" in text
    assert "somebody works in this clone" in said["doctor"][1] and "dvc exp run -S" in said["doctor"][1]


def test_the_doctor_says_what_a_killed_run_left_and_repairs_it(killed):
    clone, _ = killed
    found = clone.run("python", "src/doctor.py", check=False)
    assert found.returncode == 1 and "--repair` does what can be done" in found.stdout
    assert "\nok    packages " in found.stdout and "\nok    disk " in found.stdout
    for left in ("HEAD: on no branch", ".dvc/tmp/rwlock: held by", ".models.draft", "logs/and_gate-"):
        assert left in found.stdout
    assert clone.run("git", "symbolic-ref", "--quiet", "HEAD", check=False).returncode
    assert "what to do" not in clone.run("python", "src/doctor.py", "--repair").stdout
    assert "has left anything" in clone.run("python", "src/doctor.py").stdout
    assert clone.run("git", "symbolic-ref", "HEAD").stdout.startswith("refs/heads/")
    assert (clone.folder / "README.md").read_text(encoding="utf-8").endswith("\nmine\n")
    assert not list(clone.folder.glob("logs/and_gate-*")) and not list(clone.folder.glob(".*.draft"))


@pytest.mark.parametrize("half", [".dvc/tmp/rwlock", ".git/index.lock", "dvc.lock"])
def test_what_is_half_written_is_repaired(killed, half):
    clone, _ = killed
    file = clone.folder / half
    whole = file.read_bytes() if file.exists() else b""
    file.write_bytes(whole[:100] + b"\n  - : [")
    clone.run("python", "src/doctor.py", "--repair")
    assert not file.exists() or file.read_bytes() == clone.run("git", "show", f"HEAD:{half}").stdout.encode()
    clone.run("git", "status")
    clone.run("dvc", "status", "fetch")


def test_a_run_that_is_stopped_by_the_keyboard_says_that_nothing_was_replaced(killed):
    clone, _ = killed
    before = {name: content for name, content in clone.contents().items() if name.startswith(("models", "results"))}
    clone.run("python", "src/compose.py", *(word for word in LONG[3:] if word != "-S"))
    with running(clone, "dvc", "repro", until="logs/and_gate-*/train/*") as process:
        os.killpg(process.pid, signal.SIGINT)
        said = process.communicate(timeout=120)[0]
    assert process.returncode and "train: stopped by SIGINT; nothing was replaced" in said and "Traceback" not in said
    after = {name: content for name, content in clone.contents().items() if name.startswith(("models", "results"))}
    assert after == before and not list(clone.folder.glob("logs/and_gate-*"))


@pytest.fixture
def backed_up(killed, monkeypatch):
    """The clone, with a long training composed that has backups as often as can be."""
    clone, _ = killed
    monkeypatch.setenv("PERCEPT_BACKUP_SECONDS", "0")
    clone.run("python", "src/compose.py", *(word for word in LONG[3:] if word != "-S"))
    yield clone
    clone.run("python", "src/doctor.py", "--repair")
    for left in (".cache/backups", "logs"):
        shutil.rmtree(clone.folder / left, ignore_errors=True)


def said_until(process: subprocess.Popen, text: str) -> str:
    """Read what a process says until it says this."""
    said = ""
    while text not in said:
        line = process.stdout.readline()
        assert line, said
        said += line
    return said


def test_a_training_that_is_stopped_is_kept_can_be_looked_at_and_goes_on(backed_up):
    clone = backed_up
    with running(clone, "dvc", "repro", until=".cache/backups/*.backup") as process:
        os.killpg(process.pid, signal.SIGINT)
        said = process.communicate(timeout=240)[0]
    assert "train: stopped by SIGINT; nothing was replaced\n  kept: epoch " in said and "Traceback" not in said
    assert "to go on from there: dvc repro\n" in said
    (kept,) = re.findall(r"kept: epoch (\d+) of 9000000; the best so far is epoch \d+: training accuracy ", said)
    finished = clone.run("python", "src/train.py", "--finish").stdout
    assert f"this is no more than {kept} epochs; `dvc repro` goes on from there" in finished
    assert "accuracy" in clone.run("python", "src/evaluate.py").stdout
    assert " models/model.onnx\n" in clone.run("dvc", "status", "train").stdout  # which DVC does not take for the whole
    with running(clone, "dvc", "repro", until="logs/and_gate-*/train/*") as process:
        said_until(process, f"train: goes on after epoch {kept} of 9000000, from a backup of ")


def test_a_training_in_a_plain_terminal_ends_with_the_status_of_its_signal(backed_up):
    with running(backed_up, "python", "src/train.py", until=".cache/backups/*.backup") as process:
        process.terminate()
        said = process.communicate(timeout=240)[0]
    assert process.returncode == 128 + signal.SIGTERM
    assert "train: stops at the end of this epoch" in said and "to go on from there: python src/train.py\n" in said


def test_a_run_in_a_temporary_folder_goes_on_too(backed_up):
    clone, command = backed_up, (*LONG[:3], "--temp", *LONG[3:])
    with running(clone, *command, until=".cache/backups/*.backup"):
        pass  # and killed
    with running(clone, *command, until=".cache/backups/*.backup") as process:
        said_until(process, "train: goes on after epoch ")


def test_parameters_that_change_under_a_run_stop_it(killed):
    clone, _ = killed
    clone.run("python", "src/compose.py", "task=and_gate", "fit.epochs=5000", "seed=9")
    params = clone.folder / "params.yaml"
    with running(clone, "dvc", "repro", until="logs/and_gate-*/train/*") as process:
        params.write_text(params.read_text(encoding="utf-8").replace("seed: 9", "seed: 8", 1), encoding="utf-8")
        said = process.communicate(timeout=240)[0]
    assert process.returncode and "Traceback" not in said
    assert "params.yaml" in said and "start the run again" in said


def test_a_run_that_the_queue_could_not_begin_is_not_queued(clone):
    local = clone.folder / ".dvc/config.local"
    local.write_text("[cache]\n    dir = 저장\n", encoding="utf-8")  # as if the clone lay in such a folder
    result = clone.run("dvc", "exp", "run", "--queue", "-S", "task=iris", check=False)
    local.unlink()
    assert result.returncode and "letters that are not ASCII" in result.stdout and "cache.dir" in result.stdout
    assert "No experiment tasks in the queue" in clone.run("dvc", "queue", "status").stdout
