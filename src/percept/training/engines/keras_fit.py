"""`keras.Model.fit`: the engine for all that the others cannot train."""

from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np
import psutil
import tensorflow as tf

from percept.dataset.stored import ArrayFile
from percept.training.engines.keras_replay import KerasReplay
from percept.training.engines.weight_averages import SwapWeightAverages
from percept.training.fit_data import FitData
from percept.training.numerical_faults import let_find
from percept.training.options import Fit

MEMORY_SHARE = 0.4  # of the free memory that the arrays may take; more is copied batch by batch
VALIDATION_BATCH = 4096  # rows


def too_large(*parts: FitData) -> str:
    """Say why a second copy of the arrays, as tensors, would leave no memory for the work itself; "": it does."""
    arrays = keras.tree.flatten([examples.arrays for examples in parts])
    if any(isinstance(array, ArrayFile) for array in arrays):
        return "the rows are too large for memory, and are read batch by batch"
    if sum(array.nbytes for array in arrays) > MEMORY_SHARE * psutil.virtual_memory().available:
        return "the arrays take too much of the free memory to be held twice"
    return ""


def fit_with_keras(
    model: keras.Model,
    train: FitData,
    validation: FitData,
    options: Fit,
    callbacks: Sequence[keras.callbacks.Callback],
) -> None:
    """Fit on arrays where memory allows it, otherwise on batches that tf.data takes out of them, or of their files."""
    in_memory = not too_large(train, validation)
    seed = int(np.random.randint(2**31)) if not in_memory else None  # drawn from the run's seed

    def taken(rows: FitData) -> dict[str, Any]:
        if in_memory:
            arrays = dict(zip(("x", "y", "sample_weight"), rows.arrays, strict=False))
            return arrays | {"batch_size": options.batch_size, "shuffle": options.shuffle}
        return {"x": batches(rows, options.batch_size, seed if options.shuffle else None), "shuffle": False}

    data = taken(train)
    if len(validation):
        data["validation_data"] = validation.arrays if in_memory else batches(validation, VALIDATION_BATCH)
        data["validation_batch_size"] = VALIDATION_BATCH if in_memory else None
    averages = [SwapWeightAverages()] if model.optimizer.use_ema else []  # before the others, which see the means
    numbers = np.arange(len(train))
    replay = KerasReplay(train, validation, VALIDATION_BATCH, taken(FitData(numbers, numbers)))
    let_find(callbacks, replay.find_fault)
    model.fit(**data, epochs=options.epochs, callbacks=[replay, *averages, *callbacks], verbose=0)


def batches(examples: FitData, batch_size: int, shuffle_seed: int | None = None) -> tf.data.Dataset:
    """Make a dataset of (x, y) or (x, y, weight) batches; with a seed, rows come in a new order for each epoch."""
    num_rows = len(examples)
    random = None if shuffle_seed is None else np.random.default_rng(shuffle_seed)

    def epoch() -> Iterator[tuple]:
        order = np.arange(num_rows) if random is None else random.permutation(num_rows)
        for start in range(0, num_rows, batch_size):
            yield examples.take(order[start : start + batch_size]).arrays

    signature = keras.tree.map_structure(
        lambda array: tf.TensorSpec((None, *array.shape[1:]), array.dtype), examples.arrays
    )
    num_batches = -(-num_rows // batch_size)
    dataset = tf.data.Dataset.from_generator(epoch, output_signature=signature)
    return dataset.apply(tf.data.experimental.assert_cardinality(num_batches)).prefetch(tf.data.AUTOTUNE)
