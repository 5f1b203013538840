"""A fit that is cut off goes on to the bits of one that was left alone: weights, optimizer, draws, memory, curves."""

import numpy as np
import pytest
from small_fits import variables
from tensorboard.compat.proto.event_pb2 import Event

from percept import paths
from percept.errors import UserError
from percept.logs.events import records_of
from percept.training.engines import kept_steps, keras_fit, whole_epochs
from percept.training.resume import backup_file
from percept.training.resume.backup_file import BackupFile
from percept.training.resume.backups import OPTION, Backups

PLATEAU = {"schedule": {"kind": "plateau", "factor": 0.5, "patience": 1}}
COSINE = {"schedule": {"kind": "cosine", "warmup_epochs": 2}, "ema_epochs": 2.0, "clip_norm": 0.5}
FITS = {
    "several epochs in a call": {"engine": "compiled", "epochs": 30, "patience": 20, "weights": "last_best"},
    "an epoch in a call": {"optimizer": PLATEAU, "epochs": 12, "weights": "best"},
    "mean weights": {"optimizer": COSINE, "epochs": 12},
    "Keras, in memory": {"engine": "keras", "optimizer": COSINE, "epochs": 8},
    "Keras, batch by batch": {"engine": "keras", "optimizer": PLATEAU, "epochs": 8, "weights": "best"},
}


class KilledError(Exception):
    """As if the process were: nothing of it stays but its last backup."""


class CutOff(Backups):
    """Lets a fit run for some epochs at least."""

    num_epochs = 5

    def keep(self, fitting, engine, epoch, stopped):
        if epoch > self.num_epochs:
            raise KilledError
        super().keep(fitting, engine, epoch, stopped)


@pytest.fixture
def fit(fitted, tmp_path, monkeypatch):
    """A function that fits with backups after each call of the engine, and gives all that is left of it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(OPTION, "0")
    monkeypatch.setattr(whole_epochs, "CALL_STEPS", 20)  # four epochs of five steps
    kept_steps.keep(1)
    numbers = iter(range(9))

    def run(kind, make_backups=None, **settings):
        if "batch by batch" in kind:
            monkeypatch.setattr(keras_fit, "MEMORY_SHARE", 1e-12)
        logs = f"logs{next(numbers)}"
        with_backups = {"backups": make_backups(BackupFile({}), tell=settings.get("tell", str))} if make_backups else {}
        model, found = fitted(dropout=0.4, units=(8, 8), logs=logs, **(FITS[kind] | with_backups | settings))
        return {
            "variables": [array.tobytes() for array in variables(model)],
            "best": (found.best.epoch, found.best.value, found.best.improved),
            "best weights": [array.tobytes() for array in found.best.weights],
            "history": found.history.rows,
            "next draw": np.random.random(),
            "curves": events(tmp_path / logs),
        }

    yield run
    kept_steps.keep(0)


def events(folder):
    """(part, step, summary) of each event, as it comes in the files of a run."""
    return [
        (file.parent.name, event.step, event.summary.SerializeToString(deterministic=True))
        for file in sorted(folder.glob("*/events*"))
        for event in map(Event.FromString, records_of(file.read_bytes()))
    ]


@pytest.mark.parametrize("kind", FITS)
def test_a_fit_that_is_cut_off_twice_ends_as_one_that_is_not(fit, kind):
    expected, said = fit(kind), []
    for num_epochs in (2, 6):
        with pytest.raises(KilledError):
            fit(kind, type("CutOff", (CutOff,), {"num_epochs": num_epochs}))
    kept_steps.keep(0)  # as in a new process, the last fit builds its own
    found = fit(kind, Backups, tell=said.append)
    (line,) = [line for line in said if line.startswith("goes on after epoch")]
    assert f" of {FITS[kind]['epochs']}, from a backup of " in line
    for what, value in expected.items():
        assert found[what] == value, what


def test_a_fit_that_was_killed_after_its_last_epoch_trains_no_more(fit):
    job = "several epochs in a call", Backups
    expected, said = fit(*job, patience=1, learning_rate=0.5), []
    assert len(expected["history"]) < FITS[job[0]]["epochs"]  # stopped early
    assert fit(*job, patience=1, learning_rate=0.5, tell=said.append) == expected
    assert [line for line in said if line.startswith(f"goes on after epoch {len(expected['history'])} of 30")]


def test_a_short_fit_writes_nothing(fit, monkeypatch):
    monkeypatch.delenv(OPTION)
    fit("an epoch in a call", Backups)
    assert not paths.backups().exists()


@pytest.mark.parametrize("kind", ["several epochs in a call", "Keras, in memory"])
def test_finish_ends_a_fit_where_its_backup_is(fit, kind):
    whole = fit(kind)
    with pytest.raises(KilledError):
        fit(kind, CutOff)
    found = fit(kind, lambda *args, **options: Backups(*args, **options, finish=True))
    assert 0 < len(found["history"]) <= CutOff.num_epochs < len(whole["history"])
    assert found["history"] == whole["history"][: len(found["history"])]
    assert fit(kind, Backups) == whole  # and the backup is still there


def test_finish_needs_a_backup(fit):
    with pytest.raises(UserError, match=r"--finish: there is no backup[\s\S]*without --finish"):
        fit("an epoch in a call", lambda *args, **options: Backups(*args, **options, finish=True))


def test_a_damaged_backup_is_left_alone_with_a_word(fit):
    kind, said = "an epoch in a call", []
    expected = fit(kind)
    with pytest.raises(KilledError):
        fit(kind, CutOff)
    (path,) = paths.backups().iterdir()
    path.write_bytes(path.read_bytes()[:-1])
    assert fit(kind, Backups, tell=said.append) == expected
    assert [line for line in said if "cannot be used: it is damaged; starts from the first epoch" in line]


def test_the_backup_of_another_engine_is_left_alone_with_a_word(fit):
    said = []
    expected = fit("Keras, in memory")
    with pytest.raises(KilledError):
        fit("mean weights", CutOff)
    assert fit("Keras, in memory", Backups, tell=said.append) == expected
    assert [line for line in said if "engine graph made it" in line]


def test_a_backup_that_cannot_be_written_stops_no_training(fit, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    kind, said = "an epoch in a call", []
    monkeypatch.setattr(backup_file, "write", full)
    assert fit(kind, Backups, tell=said.append) == fit(kind)
    assert "no backup after epoch 1: .cache/backups: No space left on device" in said


@pytest.mark.parametrize("wrong", ["soon", "-1", "nan"])
def test_an_interval_that_is_none_is_refused(fit, monkeypatch, wrong):
    monkeypatch.setenv(OPTION, wrong)
    with pytest.raises(UserError, match=f"{OPTION}: '{wrong}'"):
        Backups(BackupFile({}))
