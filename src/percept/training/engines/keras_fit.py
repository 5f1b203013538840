"""`keras.Model.fit`: the engine for all that the others cannot train."""

from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np
import psutil
import tensorflow as tf
from keras.src.trainers.data_adapters.array_data_adapter import ArrayDataAdapter

from percept.dataset.stored import ArrayFile
from percept.training.engines.keras_replay import KerasReplay
from percept.training.engines.weight_averages import SwapWeightAverages
from percept.training.fit_data import FitData
from percept.training.numerical_faults import let_find
from percept.training.options import Fit
from percept.training.resume.backups import NONE, Backups, Fitting

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
    backups: Backups = NONE,
) -> None:
    """Fit on arrays where memory allows it, otherwise on batches that tf.data takes out of them, or of their files."""
    in_memory = not too_large(train, validation)
    engine = "keras, in memory" if in_memory else "keras, batch by batch"
    first, last = backups.find(engine, options.epochs)
    seed = int(np.random.randint(2**31)) if not in_memory else None  # drawn from the run's seed

    def generator() -> np.random.Generator | None:
        return np.random.default_rng(seed) if options.shuffle and not in_memory else None

    def taken(rows: FitData, random: np.random.Generator | None) -> dict[str, Any]:
        if in_memory:
            arrays = dict(zip(("x", "y", "sample_weight"), rows.arrays, strict=False))
            return arrays | {"batch_size": options.batch_size, "shuffle": options.shuffle}
        return {"x": batches(rows, options.batch_size, random), "shuffle": False}

    random = generator()
    data = taken(train, random)
    if in_memory and first and options.shuffle:
        data = {"x": _after(first, train, options), "shuffle": False}
    if len(validation):
        data["validation_data"] = validation.arrays if in_memory else batches(validation, VALIDATION_BATCH)
        data["validation_batch_size"] = VALIDATION_BATCH if in_memory else None
    averages = [SwapWeightAverages()] if model.optimizer.use_ema else []  # before the others, which see the means
    numbers = np.arange(len(train))
    replay = KerasReplay(train, validation, VALIDATION_BATCH, taken(FitData(numbers, numbers), generator()))
    let_find(callbacks, replay.find_fault)
    keep = KeepBackups(backups, engine, Fitting(model, callbacks, random))  # last: all others have heard of the epoch
    model.fit(**data, initial_epoch=first, epochs=last, callbacks=[replay, *averages, *callbacks, keep], verbose=0)


class KeepBackups(keras.callbacks.Callback):
    """Bring a fit to where it goes on, and keep backups of it."""

    def __init__(self, backups: Backups, engine: str, fitting: Fitting) -> None:
        super().__init__()
        self.backups, self.engine, self.fitting = backups, engine, fitting

    def on_train_begin(self, logs: dict | None = None) -> None:
        self.backups.restore(self.fitting)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self.backups.keep(self.fitting, self.engine, epoch + 1, self.model.stop_training)


def _after(num_epochs: int, train: FitData, options: Fit) -> tf.data.Dataset:
    """Return the batches that Keras makes of arrays, once it has shuffled them for so many epochs.

    The state of its shuffling lies inside of TensorFlow, and can be reached by shuffling alone.
    """
    adapter = ArrayDataAdapter(*train.arrays, batch_size=options.batch_size, shuffle=True)
    dataset = adapter.get_tf_dataset()
    for _ in range(num_epochs):
        next(iter(dataset))
    return dataset.apply(tf.data.experimental.assert_cardinality(adapter.num_batches))


def batches(examples: FitData, batch_size: int, random: np.random.Generator | None = None) -> tf.data.Dataset:
    """Make a dataset of (x, y) or (x, y, weight) batches; with a generator, each epoch has a new order of rows."""
    num_rows = len(examples)

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
