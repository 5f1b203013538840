"""The order in which Keras' own fit takes the rows, once more, to find the step that went wrong."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from percept.training.engines.replay import Batch, find_fault
from percept.training.engines.variables import Moment, stores_of
from percept.training.fit_data import FitData
from percept.training.numerical_faults import Fault


class KerasReplay(keras.callbacks.Callback):
    """Keep the variables before each epoch, the first of all callbacks."""

    def __init__(self, train: FitData, validation: FitData, validation_batch: int, numbers: dict[str, Any]) -> None:
        """numbers: what `keras.Model.fit` is given, with the numbers of the rows in the place of the rows."""
        super().__init__()
        self.train, self.validation, self.validation_batch = train, validation, validation_batch
        self.numbers, self.epochs = numbers, 0

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        self.with_averages = self.model.optimizer.use_ema
        self.model.optimizer.build(self.model.trainable_variables)  # as Keras would at the first step
        self.stores = stores_of(self.model)

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.moment = Moment(self.stores)
        self.epochs = epoch + 1  # those before a backup, too

    def find_fault(self) -> Fault | None:
        """Run the last epoch once more, step by step."""
        self.moment.restore()
        self.model.optimizer.use_ema = self.with_averages
        batches = (Batch(rows, self.train.take(rows).arrays) for rows in self._order())
        return find_fault(self.model, map(_as_tensors, batches), map(_as_tensors, self._judges()))

    def _order(self) -> list[NDArray[np.int64]]:
        """Return the rows of each batch of the last epoch: tf.data draws the same again from the same seed."""
        from keras.src.backend.tensorflow.trainer import TFEpochIterator

        epochs = TFEpochIterator(**self.numbers, distribute_strategy=tf.distribute.get_strategy())
        epochs.reset()
        order: list[NDArray[np.int64]] = []
        for _ in range(self.epochs):
            order = [np.asarray(keras.tree.flatten(next(iterator))[0]) for _, _, iterator in epochs]
        return order

    def _judges(self) -> Iterator[Batch]:
        for start in range(0, len(self.validation), self.validation_batch):
            rows = np.arange(start, min(start + self.validation_batch, len(self.validation)))
            yield Batch(rows, self.validation.take(rows).arrays)


def _as_tensors(batch: Batch) -> Batch:
    return batch._replace(data=keras.tree.map_structure(tf.constant, batch.data))
