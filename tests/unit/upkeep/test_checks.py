"""What doctor says of versions, devices, Git, DVC, parameters, disks and the mirror, each with its cure."""

import os
import subprocess
import time
import tomllib
from pathlib import Path

import pytest

from percept import paths
from percept.params.staleness import conf_digest
from percept.upkeep import environment, places, repository, runs
from percept.upkeep.finding import Finding

WHO = ("-c", "user.name=percept", "-c", "user.email=percept@example.org")


@pytest.fixture
def repository_here(tmp_path, monkeypatch):
    """A repository with one commit in the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    Path(".dvc").mkdir()
    git("init", "--quiet", "--initial-branch", "trunk")
    git("commit", "--quiet", "--allow-empty", "--message", "first")


def git(*words: str) -> None:
    subprocess.run(["git", *WHO, *words], check=True, capture_output=True)


def test_what_has_no_cure_is_in_order():
    assert [Finding("a", "b", *more).state for more in ((), ("c",), ("c", True))] == ["ok", "note", "mend"]


def test_the_versions_of_python_are_those_of_the_project():
    first, last = environment.PYTHONS
    wanted = tomllib.loads(Path(paths.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert wanted["requires-python"] == f">={first[0]}.{first[1]},<{last[0]}.{last[1] + 1}"
    assert environment.python().state == "ok"


@pytest.mark.parametrize(
    ("lock", "found"),
    [
        ("numpy==0.1 \\\n    --hash=sha256:0\n", "not as locked: numpy {numpy}"),
        ("numpy=={numpy} \\\nno-such==1\n", "missing: no-such"),
        ("numpy==0.1 ; python_full_version < '3' \\\nnumpy=={numpy} ; python_full_version >= '3' \\\n", ""),
        ("no-such==1 ; sys_platform == 'win32' \\\n", ""),
    ],
)
def test_packages_that_are_not_as_locked_are_named(lock, found, tmp_path):
    file, numpy = tmp_path / "requirements.lock", environment.version_of("numpy")
    file.write_text(lock.format(numpy=numpy))
    told = environment.packages(file)
    assert told.state == ("mend" if found else "ok") and found.format(numpy=numpy) in told.found


def test_a_gpu_is_named_and_what_tensorflow_lacks_for_it(tmp_path):
    assert environment.devices(tmp_path).state == "ok"
    (tmp_path / "0000:01:00.0").mkdir()
    (tmp_path / "0000:01:00.0/information").write_text("Model: \t\t NVIDIA X\nIRQ:  1\n")
    told = environment.devices(tmp_path)
    has_cuda = bool(environment.version_of(environment.CUDA))
    assert "NVIDIA X" in told.found and told.cure == ("" if has_cuda else "pip install 'tensorflow[and-cuda]'")


@pytest.mark.parametrize(("num_bytes", "text"), [(0, "0 B"), (970_457, "970 kB"), (2.5e9, "2.5 GB"), (3e12, "3 TB")])
def test_bytes_are_told_in_a_unit_that_suits(num_bytes, text):
    assert environment.size(num_bytes) == text


def test_git_is_told_by_branch_and_changed_files(repository_here):
    assert repository.git_state() == Finding("Git", "trunk, nothing changed since the last commit")
    Path("notes.txt").touch()
    assert repository.git_state().found == "trunk, 1 changed: notes.txt"
    git("checkout", "--quiet", "--detach")
    assert repository.git_state().state == "note"


def test_cache_and_experiments_are_counted(repository_here):
    git("update-ref", "refs/exps/ab/cd/mine", "HEAD")
    git("update-ref", "refs/exps/exec/EXEC_HEAD", "HEAD")
    Path(".dvc/cache").mkdir()
    Path(".dvc/cache/file").write_bytes(bytes(2000))
    assert repository.dvc_state() == Finding("DVC", "cache 2 kB; experiments: 1 kept, 0 queued")
    git("update-ref", "--create-reflog", repository.WAITING, "HEAD")
    told = repository.dvc_state()
    assert "1 queued" in told.found and told.state == "note"


def test_parameters_are_stale_once_conf_was_edited(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert repository.parameters().state == "mend"
    Path("conf/task").mkdir(parents=True)
    Path("conf/task/wine.yaml").write_text("task: wine\n")
    Path("params.yaml").write_text(f"task: wine\nconf: {{digest: '{conf_digest('wine')}'}}\n")
    assert repository.parameters().state == "ok"
    Path("conf/task/wine.yaml").write_text("task: wine\nseed: 1\n")
    told = repository.parameters()
    assert told.state == "mend" and told.cure.startswith("python src/compose.py task=wine")


def test_a_disk_that_is_nearly_full_is_to_be_mended(tmp_path):
    names = [str(tmp_path / "models" / "not yet")]
    assert places.disk(names, least=1).state == "ok"
    told = places.disk(names, least=1 << 80)
    assert told.state == "mend" and "make room" in told.cure


def test_the_mirror_is_compared_with_what_the_tasks_download(tmp_path, monkeypatch):
    needed = places.needed_files(paths.ROOT / "conf/task")
    assert "mnist/train-images-idx3-ubyte.gz" in needed and "Telco-Customer-Churn.csv" in needed
    monkeypatch.chdir(paths.ROOT)
    (tmp_path / "Telco-Customer-Churn.csv").touch()
    states = {}
    for place in ("", "https://example.org/data", str(tmp_path / "no such"), str(tmp_path)):
        monkeypatch.setenv("DATA_MIRROR", place)
        states[place] = places.mirror().state
    assert list(states.values()) == ["ok", "ok", "mend", "note"]
    assert f"has 1 of {len(needed)} files" in places.mirror().found


def test_backups_of_trainings_that_were_stopped_are_counted_and_go_stale_after_a_week(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert places.backups().found == "none: no training waits to go on"
    paths.backups().mkdir(parents=True)
    for name, age_s in (("new", 0), ("old", runs.STALE_S + 60)):
        file = paths.backups() / f"{name}.backup"
        file.write_bytes(bytes(500))
        os.utime(file, (time.time() - age_s,) * 2)
    assert places.backups().found.startswith("2 of trainings that were stopped, 1 kB; ")
    assert [file.stem for file in runs.stale_backups()] == ["old"]
