"""What happens between epochs: history, best weights, progress."""

import csv
import sys
import time
from pathlib import Path

import keras
import numpy as np

from percept.errors import UserError

LOG_INTERVAL_S = 10  # between progress lines where there is no terminal


class Best(keras.callbacks.Callback):
    """Keep the weights of the epoch with the lowest monitored loss, in memory."""

    def __init__(self, monitor: str) -> None:
        super().__init__()
        self.monitor = monitor
        self.epoch = 0  # counted from 1
        self.value = np.inf
        self.weights: list[np.ndarray] = []

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        if (logs or {})[self.monitor] < self.value:
            self.epoch, self.value = epoch + 1, logs[self.monitor]
            self.weights = self.model.get_weights()


class History(keras.callbacks.Callback):
    """One row for each epoch: epoch (from 1), loss and metrics, on training and validation rows."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[dict[str, float]] = []

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.rows.append({"epoch": epoch + 1} | {name: float(value) for name, value in (logs or {}).items()})

    def save(self, path: Path) -> None:
        with path.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, list(self.rows[0]))
            writer.writeheader()
            writer.writerows(self.rows)


class StopWhenNotFinite(keras.callbacks.Callback):
    """A loss that is no number any more will not become one again."""

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        loss = (logs or {})["loss"]
        if not np.isfinite(loss):
            raise UserError(
                f"epoch {epoch + 1}",
                f"the training loss is {loss}",
                "a finite number",
                "lower optimizer.learning_rate, or scale the inputs (features.scaling) or the target",
            )


class Progress(keras.callbacks.Callback):
    """A bar in a terminal; elsewhere a line every ten seconds at most, whatever the number of epochs."""

    def __init__(self, epochs: int) -> None:
        super().__init__()
        self.epochs = epochs
        self.bar = None
        self.printed_s = time.monotonic()

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        if sys.stderr.isatty():
            from tqdm import tqdm

            self.bar = tqdm(total=self.epochs, desc="train", unit="epoch", dynamic_ncols=True, leave=False)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        text = ", ".join(f"{name} {value:.4f}" for name, value in (logs or {}).items())
        if self.bar is not None:
            self.bar.set_postfix_str(text, refresh=False)
            self.bar.update()
        elif time.monotonic() - self.printed_s > LOG_INTERVAL_S:
            self.printed_s = time.monotonic()
            print(f"train: epoch {epoch + 1} of {self.epochs}: {text}", flush=True)

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        if self.bar is not None:
            self.bar.close()
