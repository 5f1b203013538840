"""The learning-rate range test (Smith 2017): the rate grows batch by batch, and the loss shows which rates train."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from percept.errors import UserError
from percept.prepared.examples import Examples
from percept.prepared.spec import DatasetSpec
from percept.training.options import Fit
from percept.training.schedule import Constant

if TYPE_CHECKING:
    import keras

    from percept.training.fit_data import FitData
    from percept.training.run import Training

# Shares of the planned steps.
MEMORY = 1 / 40  # how far back the smoothed loss looks
WINDOW = 1 / 10  # over which a slope is fitted

DIVERGED = 4.0  # times the lowest smoothed loss
CLEAR = 0.05  # how far the loss must fall or grow to tell something, as a share of where it was,
NOISE = 5.0  # and in standard deviations of the smoothed loss
MIN_STEPS = 50  # fewer could not tell a slope from noise


@dataclass(frozen=True)
class LossCurve:
    """The losses of a range test, batch by batch."""

    rates: NDArray[np.float64]  # (batches,) growing by the same factor each time
    losses: NDArray[np.float64]  # (batches,)
    smoothed: NDArray[np.float64]  # (batches,)
    num_steps: int  # batches that were planned; the loss may have diverged before

    @property
    def lowest(self) -> int:
        """Return the index of the lowest smoothed loss, its first values aside: they are means of few batches."""
        settled = min(round(MEMORY * self.num_steps), len(self.smoothed) - 1)
        return settled + int(self.smoothed[settled:].argmin())

    def save(self, path: Path) -> None:
        """Write it as CSV, a row for each batch."""
        with path.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            writer.writerow(("learning_rate", "loss", "smoothed_loss"))
            writer.writerows(zip(*(a.tolist() for a in (self.rates, self.losses, self.smoothed)), strict=True))


def run_range_test(train: Examples, spec: DatasetSpec, options: "Training", rates: NDArray[np.float64]) -> LossCurve:
    """Train a new network at these rates, one batch at each; a schedule of its optimizer is left out.

    TensorFlow must be loaded. Raises `UserError`: the network cannot serve the task, the first loss is not finite.
    """
    from percept.training.run import compiled

    optimizer = options.optimizer.model_copy(update={"schedule": Constant(kind="constant")})
    none = train.take(np.arange(0))
    network, data, _ = compiled(train, none, spec, replace(options, optimizer=optimizer))
    curve = record(rates, losses_of_batches(network, data, options.fit, rates, options.seed))
    if not len(curve.rates):
        found = f"the loss of the first batch, at learning rate {rates[0]:g}, is not finite"
        raise UserError("find_learning_rate", found, "a finite loss", "scale the inputs (features.scaling: standard)")
    return curve


def record(rates: NDArray[np.float64], losses: Iterable[float]) -> LossCurve:
    """Take the loss at each rate in turn, and stop once it has diverged."""
    seen = np.array(list(_until_divergence(losses, MEMORY * len(rates)))).reshape(-1, 2)
    return LossCurve(rates[: len(seen)], seen[:, 0], seen[:, 1], len(rates))


def _until_divergence(losses: Iterable[float], memory: float) -> Iterator[tuple[float, float]]:
    """Yield (loss, its exponentially weighted mean), corrected for the start at 0 as in Kingma & Ba 2015."""
    decay = 1 - 1 / memory
    mean, lowest = 0.0, np.inf
    for step, loss in enumerate(losses, 1):
        mean = decay * mean + (1 - decay) * loss
        smoothed = mean / (1 - decay**step)
        if not np.isfinite(smoothed):
            return
        yield loss, smoothed
        if smoothed > DIVERGED * lowest:
            return
        if step > memory:
            lowest = min(lowest, smoothed)


def suggest(curve: LossCurve) -> float | None:
    """Return the rate at which the smoothed loss falls fastest against log10(rate), left of its lowest point.

    The slope is that of the least-squares line over a window, whose middle is the rate. None: no clear fall.
    """
    half = round(WINDOW * curve.num_steps / 2)
    fall = curve.smoothed[2 * half : curve.lowest + 1]
    if len(fall) < 2 * half + 1 or fall[0] - fall[-1] < _least_change(curve, fall[0]):
        return None
    slopes = np.correlate(fall, np.arange(-half, half + 1), mode="valid")  # but for a factor, the same for all
    return float(curve.rates[3 * half + slopes.argmin()])


def grows_from(curve: LossCurve) -> float | None:
    """Return the last rate before the smoothed loss leaves its lowest values for good; None: it does not."""
    lowest = curve.smoothed[curve.lowest]
    low = curve.smoothed <= lowest + _least_change(curve, lowest)
    return None if low[-1] else float(curve.rates[np.flatnonzero(low)[-1]])


def _least_change(curve: LossCurve, level: float) -> float:
    """Return how far the smoothed loss must move from `level` for it to be more than noise."""
    losses = curve.losses[: curve.lowest + 1]
    noise = np.sqrt(np.mean(np.diff(losses, prepend=losses[0]) ** 2) / 2)
    smoothed_noise = noise / np.sqrt(2 * MEMORY * curve.num_steps - 1)
    return float(max(CLEAR * abs(level), NOISE * smoothed_noise))


def losses_of_batches(
    model: "keras.Model", train: "FitData", options: Fit, rates: NDArray[np.float64], seed: int
) -> Iterator[float]:
    """Train a compiled model on one full batch at each rate, and yield the loss that the batch had before.

    The rows come in order, or shuffled where `options` says so, pass after pass until the rates are used up.
    """
    random = np.random.default_rng(seed)
    size, num_rows = min(options.batch_size, len(train)), len(train)
    passes = [
        random.permutation(num_rows) if options.shuffle else np.arange(num_rows)
        for _ in range(-(-len(rates) * size // num_rows))
    ]
    batches = np.concatenate(passes)[: len(rates) * size].reshape(len(rates), size)
    for rate, rows in zip(rates, batches, strict=True):
        model.optimizer.learning_rate = rate
        model.reset_metrics()  # else the loss would be the mean of all batches so far
        yield float(model.train_on_batch(*train.take(rows).arrays, return_dict=True)["loss"])
