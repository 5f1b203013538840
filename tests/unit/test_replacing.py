"""Outputs are replaced as a whole or not at all; what a killed process left goes, what a living one has stays."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from percept import paths

HOLDS = """
import time
from pathlib import Path
from percept import paths
with paths.scratch() as one, paths.unfinished(Path("logs/run")) as two:
    print(one, flush=True)
    time.sleep(600)
"""
NEW = {"model": "new", "plots/now": "new"}
OLD = {"model": "old", "plots/former": "old"}


@pytest.fixture
def models(tmp_path, monkeypatch):
    """A folder with a former output, in the current folder."""
    monkeypatch.chdir(tmp_path)
    for name, text in OLD.items():
        file = tmp_path / "models" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return Path("models")


def contents(folder: Path) -> dict[str, str]:
    return {str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*") if file.is_file()}


def names() -> list[str]:
    return [file.name for file in Path().iterdir()]


def write(target: Path) -> None:
    with paths.replaced(target) as draft:
        (draft / "plots").mkdir()
        for name, text in NEW.items():
            (draft / name).write_text(text)


def test_a_folder_is_replaced_as_a_whole(models):
    write(models)
    assert contents(models) == NEW and names() == ["models"]


def test_a_link_stays_a_link(models):
    Path("disk").mkdir()
    models.rename("disk/models")
    models.symlink_to("disk/models")
    write(models)
    assert models.is_symlink() and contents(Path("disk")) == {f"models/{name}": text for name, text in NEW.items()}


def test_the_contents_of_a_mount_point_are_replaced_inside_of_it(models, monkeypatch):
    monkeypatch.setattr(os.path, "ismount", lambda path: Path(path).name == "models")
    inode = models.stat().st_ino
    write(models)
    assert contents(models) == NEW and models.stat().st_ino == inode


def test_an_error_leaves_the_former_output(models):
    with pytest.raises(ZeroDivisionError), paths.replaced(models) as draft:
        (draft / "model").write_text(str(1 // 0))
    assert contents(models) == OLD and names() == ["models"]


@pytest.mark.parametrize("locked", ["models", "."])
def test_what_cannot_be_written_is_said_before_the_work(models, monkeypatch, locked):
    target = models if locked == "models" else Path("single.json")
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).resolve() != Path(locked).resolve())
    with pytest.raises(PermissionError) as refused, paths.replaced(target):
        raise AssertionError("the work has begun")
    assert refused.value.filename == locked and contents(models) == OLD and names() == ["models"]


def test_a_full_disk_is_said_before_the_work(models, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left on device: 'models'"), paths.replaced(models):
        raise AssertionError("the work has begun")
    assert contents(models) == OLD and names() == ["models"]


def test_an_output_that_was_killed_between_two_renamings_comes_back(models):
    models.rename(".models.former")
    with pytest.raises(ZeroDivisionError), paths.replaced(models):
        raise ZeroDivisionError
    assert contents(models) == OLD and names() == ["models"]


def test_folders_of_a_process_that_was_killed_go_and_those_of_a_living_one_stay(models, tmp_path):
    environment = os.environ | {"PYTHONPATH": str(paths.ROOT / "src"), "TMPDIR": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", HOLDS], env=environment, stdout=subprocess.PIPE, text=True) as process:
        scratch = Path(process.stdout.readline().strip())
        sweep(tmp_path)
        assert scratch.is_dir() and Path("logs/run").is_dir()
        process.send_signal(signal.SIGKILL)
    sweep(tmp_path)
    assert not scratch.parent.exists() and not Path("logs/run").exists() and models.is_dir()


def sweep(temporary: Path) -> None:
    paths.sweep(temporary, "percept-*")
    paths.sweep(Path("logs"))


def test_a_folder_that_was_there_before_stays_when_the_work_fails(models):
    with pytest.raises(ZeroDivisionError), paths.unfinished(models):
        raise ZeroDivisionError
    assert contents(models).items() >= OLD.items()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_whoever_is_stopped_in_the_exchange_has_replaced_the_output(models, monkeypatch, number):
    former = signal.signal(signal.SIGTERM, signal.default_int_handler)
    rename = Path.rename
    monkeypatch.setattr(paths, "done", [])
    monkeypatch.setattr(Path, "rename", lambda path, target: (signal.raise_signal(number), rename(path, target)))
    with pytest.raises(KeyboardInterrupt):
        write(models)
    signal.signal(signal.SIGTERM, former)
    assert contents(models) == NEW and paths.done == [models] and names() == ["models"]
