"""The callbacks of a run with logs: progress, curves, layers, and checkpoints where wanted."""

import errno
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from tensorboard.compat.proto.summary_pb2 import Summary

from percept.logs.curves import points
from percept.logs.events import NAME, EventFile, records_of
from percept.logs.run import TRAIN
from percept.logs.summaries import scalar
from percept.training.callbacks import Observer, Progress, Tell
from percept.training.fit import checkpoints
from percept.training.fit_data import FitData
from percept.training.monitor import Monitor
from percept.training.options import Fit
from percept.training.run import MakeCallbacks
from percept.training.tensorboard.layers import Layers
from percept.training.tensorboard.network import graph_of, summary_of

ERRORS = {
    tf.errors.ResourceExhaustedError: errno.ENOSPC,
    tf.errors.PermissionDeniedError: errno.EACCES,
    tf.errors.NotFoundError: errno.ENOENT,
}
FLUSH_INTERVAL_S = 5  # how late TensorBoard may be


class Records(tf.io.TFRecordWriter):
    """Records of an event file, whose errors are those of the system: TensorFlow has its own, of a full disk too."""

    def __init__(self, file: Path) -> None:
        self.file = str(file)
        super().__init__(self.file)

    def write(self, record: bytes) -> None:
        with self._system_errors():
            super().write(record)

    def flush(self) -> None:
        with self._system_errors():
            super().flush()

    def close(self) -> None:
        with self._system_errors():
            super().close()

    @contextmanager
    def _system_errors(self) -> Iterator[None]:
        try:
            yield
        except tf.errors.OpError as error:
            number = ERRORS.get(type(error), errno.EIO)
            raise OSError(number, os.strerror(number), self.file) from error


class Parts:
    """The event files of a run: one in the folder of each part."""

    def __init__(self, log_dir: Path) -> None:
        self.log_dir = log_dir
        self.files: dict[str, EventFile] = {}
        self.flushed_s = time.monotonic()

    def __getitem__(self, part: str) -> EventFile:
        if part not in self.files:
            file = self._place(part)
            file.parent.mkdir(parents=True, exist_ok=True)
            self.files[part] = EventFile(Records(file))
        return self.files[part]

    def _place(self, part: str) -> Path:
        return self.log_dir / part / f"{NAME}{TRAIN}"

    def write(self, step: int, values: Iterable[Summary.Value]) -> None:
        """Write what belongs to the fit itself."""
        self[TRAIN].write(step, values)

    def flush(self) -> None:
        """Let TensorBoard see what there is, now and then."""
        if time.monotonic() - self.flushed_s > FLUSH_INTERVAL_S:
            self.flushed_s = time.monotonic()
            for file in self.files.values():
                file.records.flush()

    def written(self) -> dict[str, NDArray[np.uint8]]:
        """Return the bytes of each file."""
        for file in self.files.values():
            file.records.flush()
        return {part: np.fromfile(self._place(part), np.uint8) for part in self.files}

    def write_again(self, written: dict[str, NDArray[np.uint8]]) -> None:
        """Begin each file anew, with what was written to it before."""
        self.close()
        self.files = {}
        for part, content in written.items():
            _, *records = records_of(content.tobytes())  # the first names the version, as that of a new file does
            for record in records:
                self[part].records.write(record)

    def close(self) -> None:
        for file in self.files.values():
            file.records.close()


class Curves(Observer):
    """Write the values of each epoch, counted from 1; close the files at the end.

    `keras.callbacks.TensorBoard` takes about a millisecond for an epoch, longer than a small epoch itself.
    """

    kept = ("written",)

    def __init__(self, parts: Parts, task: str, learning_rate: float) -> None:
        super().__init__()
        self.parts, self.task, self.learning_rate = parts, task, learning_rate

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        for part, values in points(self.task, logs or {}, self.learning_rate).items():
            self.parts[part].write(epoch + 1, [scalar(tag, value) for tag, value in values.items()])
        self.parts.flush()

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        self.parts.close()

    @property
    def written(self) -> dict[str, NDArray[np.uint8]]:
        """What lies in the files, those of the other callbacks too."""
        return self.parts.written()

    @written.setter
    def written(self, written: dict[str, NDArray[np.uint8]]) -> None:
        self.parts.write_again(written)


def callbacks_for(log_dir: Path, task: str, learning_rate: float, options: Fit, tell: Tell) -> MakeCallbacks:
    """Return what makes the callbacks of a run with logs."""

    def make_callbacks(network: keras.Model, monitor: Monitor, train: FitData) -> list[keras.callbacks.Callback]:
        parts = Parts(log_dir)
        parts[TRAIN].write_graph(graph_of(network))
        parts.write(0, [summary_of(network, task)])
        layers = [Layers(network, train, task, parts.write)] if options.watch_layers else []
        kept = [checkpoints(monitor, log_dir / "checkpoints")] if options.checkpoints else []
        return [Progress(options.epochs, tell), *layers, Curves(parts, task, learning_rate), *kept]

    return make_callbacks
