"""Backups of a fit: killed at any moment, the same fit goes on from the last one, to the same bits.

Keras' own `BackupAndRestore` keeps weights and optimizer alone, so that a fit that goes on draws other orders and
dropout masks, and has forgotten what early stopping knew.
"""

import os
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np

from percept import errors, paths
from percept.errors import UserError, listed
from percept.training.callbacks import Best, History, Observer, Tell, in_words
from percept.training.engines.variables import variables_of
from percept.training.resume import backup_file
from percept.training.resume.backup_file import BackupFile, DamagedError, State
from percept.training.resume.hidden_draws import hidden_draws
from percept.workspace import command_of_run

INTERVAL_S = 30.0  # of a fit without a backup, at least
PAUSE = 50  # times as long as a backup took, at least: 2 % of the time
OPTION = "PERCEPT_BACKUP_SECONDS"  # another interval; 0: after each call of an engine, however long it takes
STOPS = "stops at the end of this epoch; once more: at once"
MEMORY = {  # what Keras' callbacks know
    keras.callbacks.ReduceLROnPlateau: ("best", "wait", "cooldown_counter"),
    keras.callbacks.ModelCheckpoint: ("best",),
}


class Fitting(NamedTuple):
    """What changes while epochs run."""

    model: keras.Model  # compiled, and its optimizer built
    callbacks: Sequence[keras.callbacks.Callback]
    random: np.random.Generator | None = None  # from which the engine draws


class Backups:
    """When backups of a fit are written, and where it goes on. Without a file there are none, and nothing is done."""

    def __init__(self, file: BackupFile | None = None, tell: Tell = lambda _: None, finish: bool = False) -> None:
        """finish: end the fit where its backup is. Raises `UserError`."""
        self.file, self.tell, self.finish = file, tell, finish
        self.epochs, self.before = 0, 0  # of the whole fit, and of them before this process
        self._state: State | None = None  # to go on from
        self._command = ""  # that began the run
        self._heard: list[int] = []  # signals
        self._signals = ExitStack()
        self._interval_s = _interval() if file else INTERVAL_S
        self._due_s = time.monotonic() + self._interval_s

    @contextmanager
    def running(self) -> Iterator[None]:
        """Let a fit run."""
        self._due_s = time.monotonic() + self._interval_s
        with self._signals:
            yield

    def find(self, engine: str, epochs: int) -> tuple[int, int]:
        """Return after which epoch the fit goes on, 0: from its start; and after which it ends. Raises `UserError`.

        engine: a backup of another one is left alone, as it may round otherwise; epochs: of the whole fit.
        """
        self.epochs = epochs
        path = self.file.found() if self.file else None
        self._state = self._read(path, engine) if path else None
        if self._state is None:
            if self.finish:
                expected = "that of a training with these parameters, this code and these data that was stopped"
                raise UserError("--finish", "there is no backup", expected, "train without --finish")
            return 0, epochs
        self.before = epoch = self._state["epoch"]
        if path and not self.finish:
            self.tell(f"goes on after epoch {epoch} of {epochs}, from a backup of {_clock(path.stat().st_mtime)}")
        return epoch, epoch if self.finish or self._state["stopped"] else epochs

    def _read(self, path: Path, engine: str) -> State | None:
        try:
            state = backup_file.read(path)
            if state["engine"] != engine:
                raise DamagedError(f"engine {state['engine']} made it, and it is the turn of engine {engine}")
        except (DamagedError, OSError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            self.tell(f"the backup {path.name[:8]}... cannot be used: {reason}; starts from the first epoch")
            return None
        return state

    def restore(self, fitting: Fitting) -> None:
        """Bring a fit to where it goes on, once its callbacks have begun. From here on a signal waits for `keep`."""
        if self._state is not None:
            _bring_back(self._state, fitting)
            self._state = None
        if self.file:
            self._command = command_of_run()  # now: DVC may be gone before its stages where a signal reaches both
            self._heard = self._signals.enter_context(errors.stops_wait(STOPS))

    def keep(self, fitting: Fitting, engine: str, epoch: int, stopped: bool) -> None:
        """Write a backup after an epoch, counted from 1, where it is time; stop where that is asked for.

        stopped: whether it was the last. Raises `KeyboardInterrupt`.
        """
        if not self.file or not (self._heard or time.monotonic() >= self._due_s):
            return
        begun_s = time.monotonic()
        reason = self._write(self.file, fitting, {"engine": engine, "epoch": epoch, "stopped": stopped})
        ended_s = time.monotonic()
        self._due_s = ended_s + (max(self._interval_s, PAUSE * (ended_s - begun_s)) if self._interval_s else 0)
        if self._heard:
            errors.stop(self._heard[0], f"no backup: {reason}" if reason else self._what_stays(fitting, epoch))
        if reason:
            self.tell(f"no backup after epoch {epoch}: {reason}")

    def _write(self, file: BackupFile, fitting: Fitting, facts: State) -> str:
        """Write a backup; return why not, where that fails: the fit itself goes on."""
        if fitting.model.name == "custom" and (found := hidden_draws(fitting.model)):
            return f"the network draws with {listed(sorted(found))} of TensorFlow, whose state nobody can read"
        try:
            if not (path := file.path()):
                return "code or data changed since the training began, and nobody could tell what it would be of"
            backup_file.write(path, facts | _state_of(fitting))
        except OSError as error:
            return f"{paths.backups()}: {error.strerror}"
        return ""

    def _what_stays(self, fitting: Fitting, epoch: int) -> str:
        best, history = (
            next(callback for callback in fitting.callbacks if isinstance(callback, kind)) for kind in (Best, History)
        )
        values = in_words(history.rows[best.epoch - 1])
        return (
            f"kept: epoch {epoch} of {self.epochs}; the best so far is epoch {best.epoch}: {values}\n"
            f"  to go on from there: {self._command}\n"
            "  to look at what there is, before: python src/train.py --finish && python src/evaluate.py"
        )


def _interval() -> float:
    """Return the seconds between two backups. Raises `UserError`."""
    wanted = os.environ.get(OPTION, "").strip()
    try:
        interval_s = float(wanted or INTERVAL_S)
    except ValueError:
        interval_s = -1.0
    if not interval_s >= 0:
        raise UserError(OPTION, repr(wanted), "seconds between two backups", f"unset it: {INTERVAL_S:.0f} is usual")
    return interval_s


def _clock(time_s: float) -> str:
    when, today = time.localtime(time_s), time.localtime()
    return time.strftime("%H:%M" if when[:3] == today[:3] else "%Y-%m-%d %H:%M", when)


def _kept(callback: keras.callbacks.Callback) -> Sequence[str]:
    return callback.kept if isinstance(callback, Observer) else MEMORY.get(type(callback), ())


def _state_of(fitting: Fitting) -> State:
    return {
        "variables": [variable.numpy() for variable in variables_of(fitting.model)],
        "callbacks": [{name: getattr(callback, name) for name in _kept(callback)} for callback in fitting.callbacks],
        "engine_random": fitting.random.bit_generator.state if fitting.random else None,
        "numpy_random": np.random.get_state(legacy=False),
        "python_random": random.getstate(),
    }


def _bring_back(state: State, fitting: Fitting) -> None:
    for variable, value in zip(variables_of(fitting.model), state["variables"], strict=True):
        variable.assign(value)
    for callback, known in zip(fitting.callbacks, state["callbacks"], strict=True):
        for name, value in known.items():
            setattr(callback, name, value)
    if fitting.random:
        fitting.random.bit_generator.state = state["engine_random"]
    np.random.set_state(state["numpy_random"])
    version, words, gauss = state["python_random"]
    random.setstate((version, tuple(words), gauss))


NONE = Backups()
