"""Train while the learning rate grows from batch to batch."""

from collections.abc import Iterator

import keras
import numpy as np
from numpy.typing import NDArray

from percept.prepared.examples import Examples
from percept.training.options import Fit


def losses_of_batches(
    model: keras.Model, train: Examples, plan: Fit, rates: NDArray[np.float64], seed: int
) -> Iterator[float]:
    """Train a compiled model on one full batch at each rate, and give the loss that the batch had before.

    The rows come in the order of `plan`, and from the beginning again as often as the rates last.
    """
    random = np.random.default_rng(seed)
    size, num_rows = min(plan.batch_size, len(train)), len(train)
    passes = [
        random.permutation(num_rows) if plan.shuffle else np.arange(num_rows)
        for _ in range(-(-len(rates) * size // num_rows))
    ]
    batches = np.concatenate(passes)[: len(rates) * size].reshape(len(rates), size)
    for rate, rows in zip(rates, batches, strict=True):
        model.optimizer.learning_rate = rate
        model.reset_metrics()  # else the loss would be the mean of all batches so far
        batch = keras.tree.map_structure(lambda array, rows=rows: array[rows], train.parts)
        yield float(model.train_on_batch(*batch, return_dict=True)["loss"])
