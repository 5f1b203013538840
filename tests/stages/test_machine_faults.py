"""Faults of the machine while train works: one message, nothing half-written, and the next run goes on."""

import os
import shutil
import subprocess
import sys

import pytest
from stage_runs import prepare_data, workspace

from percept import paths

NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount")  # in which anybody may mount
WIDE = ["model.units=[400,400]", "fit.epochs=9"]  # files of more than a megabyte
TRAIN = """
import sys
sys.path.insert(0, sys.argv.pop(1))
from percept import errors
import train

sys.argv[0] = "train"
errors.run(train.main, names_files=True)
"""
LOSE_DATA = """
import shutil
from percept import paths
from percept.training.startup import load_tensorflow
load_tensorflow(2)
from percept.training.resume.backups import Backups

keep = Backups.keep

def lose(*state):
    keep(*state)
    shutil.rmtree(paths.PREPARED, ignore_errors=True)

Backups.keep = lose
"""


def train(mounts: str = "", before: str = "") -> subprocess.CompletedProcess[str]:
    """Run train in the current folder. mounts: commands whose effect goes with the process; before: code that runs."""
    command = [sys.executable, "-c", TRAIN.replace("\nsys.argv[0]", f"{before}\nsys.argv[0]"), str(paths.ROOT / "src")]
    if mounts:
        command = [*NAMESPACE, "sh", "-ec", f'{mounts}; exec "$@"', "sh", *command]
    environment = os.environ | {"PERCEPT_BACKUP_SECONDS": "0"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module", autouse=True)
def may_mount():
    command = [*NAMESPACE, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    if not shutil.which(NAMESPACE[0]) or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("nothing can be mounted here")


@pytest.fixture(autouse=True)
def folder():
    """A workspace with the outputs of a former run."""
    with workspace() as here:
        for place in (paths.MODELS, paths.HISTORY.parent, paths.logs(), paths.backups()):
            place.mkdir(parents=True, exist_ok=True)
        (paths.MODELS / "former").touch()
        yield here


def full(place: object, kib: int) -> str:
    return f"mount -t tmpfs -o size={kib}k tmpfs {place}"


def read_only(place: object) -> str:
    return f"mount --bind {place} {place} && mount -o remount,bind,ro {place}"


def assert_refused(result: subprocess.CompletedProcess[str], *said: str) -> None:
    assert result.returncode == 1 and "Traceback" not in result.stderr, result.stderr
    for text in (*said, "expected: ", "what to do: "):
        assert text in result.stderr
    left = [file.name for file in paths.MODELS.iterdir()]
    assert left == ["former"] and not paths.HISTORY.exists() and not list(paths.logs().iterdir())


def assert_goes_on() -> None:
    result = train()
    assert result.returncode == 0 and "train: goes on after epoch " in result.stdout, result.stderr
    assert (paths.MODELS / paths.SHIPPED).is_file() and not (paths.MODELS / "former").exists()


@pytest.mark.parametrize("place", [paths.MODELS, paths.HISTORY.parent, paths.logs()], ids=str)
def test_a_folder_that_can_only_be_read_is_refused_before_the_work(place):
    prepare_data(["task=iris"])
    result = train(read_only(place))
    assert_refused(result, str(place), "Read-only file system")
    assert "epochs in" not in result.stdout


def test_a_disk_that_is_too_small_for_the_models_is_named_and_the_next_run_goes_on():
    prepare_data(["task=iris", *WIDE])
    assert_refused(train(full(paths.MODELS, 1100)), "train: models: No space left on device", "make room")
    assert_goes_on()


def test_data_that_are_lost_in_the_middle_are_named_and_the_next_run_goes_on():
    prepare_data(["task=iris", *WIDE])
    assert_refused(train(before=LOSE_DATA), "train: data/prepared/", "No such file", "there after `dvc repro`")
    prepare_data(["task=iris", *WIDE])
    assert_goes_on()


@pytest.mark.slow
def test_a_disk_that_becomes_full_with_curves_is_named_and_one_without_room_for_backups_stops_no_training():
    prepare_data(["task=iris", "fit.epochs=9000", "fit.patience=null", "fit.engine=compiled"])
    assert_refused(train(full(paths.logs(), 1100)), "train: logs/iris-", "No space left on device", "make room")
    result = train(full(paths.backups(), 64))
    assert result.returncode == 0 and "train: no backup after epoch " in result.stdout
    assert ": .cache/backups: No space left on device" in result.stdout
    assert_goes_on()
