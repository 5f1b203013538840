"""Callbacks that run between epochs: history, best weights, progress."""

import csv
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from percept.training.monitor import Monitor
from percept.training.optimizer import Optimizer

PROGRESS_INTERVAL_S = 10  # between lines where there is no terminal
LIVE = "train: epoch {n_fmt} of {total_fmt}, {remaining} left{postfix}"  # cut at the edge of the terminal
NO_SCORES = ("epoch", "learning_rate")  # in the rows of a history

Tell = Callable[[str], None]  # is given what a person may want to read


class Snapshot:
    """The model as observers see it: with the weights that it had at the end of an epoch."""

    def __init__(self) -> None:
        self.stop_training = False
        self.weights: list[NDArray] = []

    def get_weights(self) -> list[NDArray]:
        """Return a copy of every weight, as `keras.Model.get_weights` does."""
        return [weight.copy() for weight in self.weights]


class Observer(keras.callbacks.Callback):
    """A callback that uses nothing but the logs, `model.get_weights()` and `model.stop_training`.

    Where all callbacks are observers, an engine may run some epochs before it reports them one by one.
    """

    kept: tuple[str, ...] = ()  # attributes that a backup keeps: plain values and arrays

    def earliest_stop(self) -> int | None:
        """Return the first epoch, counted from 1, after which it may stop the training, as things stand now."""
        return None


class Best(Observer):
    """Keep the weights of the epoch with the best monitored value; stop `patience` epochs after the last better one."""

    kept = ("epoch", "improved", "value", "weights")

    def __init__(self, monitor: Monitor, patience: int | None = None, *, keep_last: bool = False) -> None:
        """keep_last: of epochs with equal best values, and not the first."""
        super().__init__()
        self.monitor, self.patience, self.keep_last = monitor, patience, keep_last
        self.epoch = 0  # whose weights are kept, counted from 1
        self.improved = 0  # the last epoch that was better than all before
        self.value = -np.inf if monitor.higher_is_better else np.inf
        self.weights: list[NDArray] = []

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        value = (logs or {})[self.monitor.name]
        gain = value - self.value if self.monitor.higher_is_better else self.value - value
        if gain > 0:
            self.improved = epoch + 1
        if gain > 0 or (self.keep_last and gain == 0):
            self.epoch, self.value = epoch + 1, value
            self.weights = self.model.get_weights()
        stop = self.earliest_stop()
        if stop is not None and epoch + 1 >= stop:
            self.model.stop_training = True

    def earliest_stop(self) -> int | None:
        return self.improved + self.patience if self.patience else None


class LearningRate(Observer):
    """Add the learning rate at the end of each epoch to the logs, from the schedule and not from the model."""

    def __init__(self, optimizer: Optimizer, epochs: int, steps_per_epoch: int) -> None:
        super().__init__()
        self.schedule = optimizer.schedule.build(optimizer.learning_rate, epochs, steps_per_epoch)
        self.steps_per_epoch = steps_per_epoch

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        if logs is not None:
            logs["learning_rate"] = float(self.schedule((epoch + 1) * self.steps_per_epoch - 1))


class History(Observer):
    """Keep a row for each epoch: epoch (from 1), loss and metrics, on training and validation rows."""

    kept = ("rows",)

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[dict[str, float]] = []

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.rows.append({"epoch": epoch + 1} | {name: float(value) for name, value in (logs or {}).items()})

    def save(self, path: Path) -> None:
        """Write the rows as CSV."""
        with path.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, list(self.rows[0]))
            writer.writeheader()
            writer.writerows(self.rows)


class Watch(Observer):
    """Give the monitored value of each epoch, counted from 1, to a function; what it raises ends the training."""

    def __init__(self, monitor: Monitor, each: Callable[[int, float], None]) -> None:
        super().__init__()
        self.monitor, self.each = monitor, each

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.each(epoch + 1, float((logs or {})[self.monitor.name]))


def in_words(logs: Mapping[str, float]) -> str:
    """Say loss and metrics of an epoch, those on validation rows first."""
    subsets = {
        "validation": {name.removeprefix("val_"): value for name, value in logs.items() if name.startswith("val_")},
        "training": {name: value for name, value in logs.items() if name not in NO_SCORES and name[:4] != "val_"},
    }
    return "; ".join(
        f"{subset} {', '.join(f'{name} {value:.4f}' for name, value in values.items())}"
        for subset, values in subsets.items()
        if values
    )


class Progress(Observer):
    """Show one live line in a terminal; elsewhere tell a line every ten seconds at most, however many epochs."""

    def __init__(self, epochs: int, tell: Tell) -> None:
        super().__init__()
        self.epochs, self.tell = epochs, tell
        self.bar = None
        self.told_s = time.monotonic()

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        if sys.stderr.isatty():
            from tqdm import tqdm

            self.bar = tqdm(total=self.epochs, bar_format=LIVE, dynamic_ncols=True, leave=False)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        text = in_words(logs or {})
        if self.bar is not None:
            if self.bar.n < epoch:  # they ran before a backup
                self.bar.n = self.bar.initial = self.bar.last_print_n = epoch
            self.bar.set_postfix_str(text, refresh=False)
            self.bar.update()
        elif time.monotonic() - self.told_s > PROGRESS_INTERVAL_S:
            self.told_s = time.monotonic()
            self.tell(f"epoch {epoch + 1} of {self.epochs}: {text}")

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        if self.bar is not None:
            self.bar.close()
