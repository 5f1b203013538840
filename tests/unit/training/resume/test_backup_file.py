"""A backup is whole or none: damage anywhere is seen, and another training never finds it."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from percept import paths
from percept.training.resume import backup_file, identity
from percept.training.resume.backup_file import BackupFile, DamagedError

STATE = {
    "epoch": 3,
    "stopped": False,
    "variables": [np.arange(6, dtype=np.float32).reshape(2, 3), np.array(7), np.zeros((0, 2), np.uint32)],
    "callbacks": [{"value": -np.inf, "rows": [{"epoch": 1, "loss": 0.1}], "best": np.float32(0.1)}, {}],
}


@pytest.fixture
def kept(tmp_path) -> Path:
    path = tmp_path / "one.backup"
    backup_file.write(path, STATE)
    return path


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """A clone with code and data, as train finds them."""
    for name in ("src/percept/training/fit.py", "src/custom/own.py", "data/prepared/train.npz"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    stage = "stages: {train: {deps: [data/prepared, src/custom, src/percept/training]}}"
    (tmp_path / "dvc.yaml").write_text(stage)
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def same(found: object, expected: object) -> bool:
    if isinstance(expected, np.ndarray):
        return found.dtype == expected.dtype and np.array_equal(found, expected)
    if isinstance(expected, dict):
        return found.keys() == expected.keys() and all(same(found[key], expected[key]) for key in expected)
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(same, found, expected))
    return found == expected


def test_what_is_read_is_what_was_written(kept):
    assert same(backup_file.read(kept), STATE)
    assert [file.name for file in kept.parent.iterdir()] == [kept.name]


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_cut_or_changed_file_is_seen_wherever_it_is(kept, data):
    content, broken = kept.read_bytes(), kept.with_name("broken") / kept.name
    broken.parent.mkdir(exist_ok=True)
    place = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        broken.write_bytes(content[:place])
    else:
        flipped = content[place] ^ data.draw(st.integers(1, 255))
        broken.write_bytes(content[:place] + bytes([flipped]) + content[place + 1 :])
    with pytest.raises(DamagedError):
        backup_file.read(broken)


def test_the_backup_of_another_training_under_this_name_is_refused(kept):
    with pytest.raises(DamagedError, match="another training"):
        backup_file.read(kept.rename(kept.with_name("two.backup")))


def test_the_former_backup_stays_where_the_next_cannot_be_written(kept):
    with pytest.raises(TypeError):
        backup_file.write(kept, STATE | {"callbacks": [object()]})
    assert same(backup_file.read(kept), STATE)
    assert [file.name for file in kept.parent.iterdir()] == [kept.name]


def test_only_the_newest_backups_stay(tmp_path):
    for number in range(backup_file.MOST + 2):
        path = tmp_path / f"{number}.backup"
        backup_file.write(path, STATE)
        os.utime(path, (number, number))
    backup_file.write(tmp_path / "last.backup", STATE)
    numbers = range(3, backup_file.MOST + 2)
    assert {file.stem for file in tmp_path.iterdir()} == {"last", *map(str, numbers)}


def test_the_same_settings_code_and_data_find_the_backup(project):
    first, second = BackupFile({"seed": 1}), BackupFile({"seed": 1})
    assert second.found() is None
    backup_file.write(first.path(), STATE)
    assert second.found() == first.path()
    second.forget()
    assert not list(paths.backups().iterdir())


@pytest.mark.parametrize("change", ["settings", "src/custom/own.py", "data/prepared/train.npz", "a new file"])
def test_other_settings_code_or_data_find_none(project, change):
    backup_file.write(BackupFile({"seed": 1}).path(), STATE)
    if change.startswith(("src", "data")):
        (project / change).write_text("other")
    elif change == "a new file":
        (project / "src/custom/new.py").write_text("")
    assert BackupFile({"seed": 2 if change == "settings" else 1}).found() is None


@pytest.mark.parametrize("change", ["edited", "replaced", "removed"])
def test_code_or_data_that_change_in_the_run_have_no_backup(project, change):
    file, data = BackupFile({}), project / "data/prepared/train.npz"
    if change == "replaced":  # by a file that was as old and as long
        times = data.stat().st_atime_ns, data.stat().st_mtime_ns
        (project / "new").write_text("another/prepared/train."[: data.stat().st_size])
        os.utime(project / "new", ns=times)
        (project / "new").replace(data)
    elif change == "removed":
        data.unlink()
    else:
        data.write_text("other")
    assert file.path() is None and file.found() is None


def test_the_stage_that_is_looked_at_is_that_of_dvc():
    names = [name for name, _ in identity._files()]
    assert "src/train.py" in names and "src/percept/training/resume/identity.py" in names
    assert not [name for name in names if "__pycache__" in name or name.startswith("src/percept/reporting")]
