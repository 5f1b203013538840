"""The callbacks of a run with logs: what TensorBoard shows of it, and checkpoints."""

import time
from pathlib import Path

import keras
import tensorflow as tf

from percept.training.callbacks import Observer, Progress, Tell
from percept.training.fit import checkpoints
from percept.training.monitor import Monitor
from percept.training.options import Fit
from percept.training.run import MakeCallbacks

FLUSH_INTERVAL_S = 5  # how late TensorBoard may be


class Scalars(Observer):
    """Write loss and metrics of each epoch for TensorBoard, in the folders and under the names that Keras gives them.

    `keras.callbacks.TensorBoard` takes about a millisecond for an epoch, longer than a small epoch itself.
    """

    def __init__(self, log_dir: Path) -> None:
        super().__init__()
        self.log_dir = log_dir
        self.writers: dict[str, tf.io.TFRecordWriter] = {}
        self.flushed_s = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        parts: dict[str, list[tf.compat.v1.Summary.Value]] = {"train": [], "validation": []}
        for name, value in (logs or {}).items():
            part = "validation" if name.startswith("val_") else "train"
            tag = f"epoch_{name.removeprefix('val_')}"
            parts[part].append(tf.compat.v1.Summary.Value(tag=tag, simple_value=value))
        for part, values in parts.items():
            if values:
                summary = tf.compat.v1.Summary(value=values)
                self._write(part, tf.compat.v1.Event(wall_time=time.time(), step=epoch, summary=summary))
        if time.monotonic() - self.flushed_s > FLUSH_INTERVAL_S:
            self.flushed_s = time.monotonic()
            for writer in self.writers.values():
                writer.flush()

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        for writer in self.writers.values():
            writer.close()

    def _write(self, part: str, event: tf.compat.v1.Event) -> None:
        if part not in self.writers:
            folder = self.log_dir / part
            folder.mkdir(parents=True, exist_ok=True)
            self.writers[part] = tf.io.TFRecordWriter(str(folder / f"events.out.tfevents.{time.time_ns()}.scalars"))
            self._write(part, tf.compat.v1.Event(wall_time=time.time(), file_version="brain.Event:2"))
        self.writers[part].write(event.SerializeToString())


def write_graph(model: keras.Model, log_dir: Path) -> None:
    """Write the network, from inputs to outputs, for TensorBoard's graph page."""
    example = tf.TensorSpec((None, *model.input_shape[1:]), model.input.dtype)
    forward = tf.function(lambda x: model(x, training=False)).get_concrete_function(example)
    with tf.summary.create_file_writer(str(log_dir / "train")).as_default():
        tf.summary.graph(forward.graph)


def callbacks_for(log_dir: Path, options: Fit, tell: Tell) -> MakeCallbacks:
    """Return what makes the callbacks of a run with logs: progress, curves, graph, and checkpoints where wanted."""

    def make_callbacks(network: keras.Model, monitor: Monitor) -> list[keras.callbacks.Callback]:
        write_graph(network, log_dir)
        kept = [checkpoints(monitor, log_dir / "checkpoints")] if options.checkpoints else []
        return [Progress(options.epochs, tell), Scalars(log_dir), *kept]

    return make_callbacks
