"""`keras.Model.fit`: the engine for all that the others cannot train."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import psutil
import tensorflow as tf

from percept.training.engines.weight_averages import SwapWeightAverages
from percept.training.fit_data import FitData
from percept.training.options import Fit

MEMORY_SHARE = 0.4  # of the free memory that the arrays may take; more is copied batch by batch
VALIDATION_BATCH = 4096  # rows


def fits_in_memory(*parts: FitData) -> bool:
    """Tell whether a second copy of the arrays, as tensors, leaves memory for the work itself."""
    size = sum(array.nbytes for array in keras.tree.flatten([examples.arrays for examples in parts]))
    return size <= MEMORY_SHARE * psutil.virtual_memory().available


def fit_with_keras(
    model: keras.Model,
    train: FitData,
    validation: FitData,
    options: Fit,
    callbacks: Sequence[keras.callbacks.Callback],
) -> None:
    """Fit on arrays where memory allows it, otherwise on batches that tf.data copies out of them on demand."""
    in_memory = fits_in_memory(train, validation)
    data: dict[str, Any]
    if in_memory:
        data = dict(zip(("x", "y", "sample_weight"), train.arrays, strict=False))
        data |= {
            "batch_size": options.batch_size,
            "shuffle": options.shuffle,
            "validation_batch_size": VALIDATION_BATCH,
        }
    else:
        seed = int(np.random.randint(2**31))  # drawn from the run's seed
        data = {"x": batches(train, options.batch_size, seed if options.shuffle else None), "shuffle": False}
    if len(validation):
        data["validation_data"] = validation.arrays if in_memory else batches(validation, VALIDATION_BATCH)
    averages = [SwapWeightAverages()] if model.optimizer.use_ema else []  # first: the others see the means
    model.fit(**data, epochs=options.epochs, callbacks=[*averages, *callbacks], verbose=0)


def batches(examples: FitData, batch_size: int, shuffle_seed: int | None = None) -> tf.data.Dataset:
    """Make a dataset of (x, y) or (x, y, weight) batches; with a seed, rows come in a new order for each epoch."""
    parts = examples.arrays
    arrays = keras.tree.flatten(parts)
    indices = tf.data.Dataset.range(len(examples))
    if shuffle_seed is not None:
        indices = indices.shuffle(len(examples), seed=shuffle_seed)

    def rows(index: tf.Tensor) -> tuple:
        types = [tf.as_dtype(array.dtype) for array in arrays]
        found = tf.numpy_function(lambda index: [array[index] for array in arrays], [index], types)
        for tensor, array in zip(found, arrays, strict=True):
            tensor.set_shape((None, *array.shape[1:]))
        return keras.tree.pack_sequence_as(parts, found)

    return indices.batch(batch_size).map(rows).prefetch(tf.data.AUTOTUNE)
