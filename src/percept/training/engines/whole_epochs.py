"""Whole epochs in one call: shuffled batches of arrays in memory, walked by a loop inside the TensorFlow graph.

On small data `keras.Model.fit` spends nearly all its time between steps. Here the steps are the model's own
`train_step` and `test_step`, so loss, regularisation, metrics and optimizer are Keras' own; only the loop differs.
Callbacks are called for epochs, not for batches. Where none of them can change the model, one call runs several epochs
and returns the weights after each.
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from percept.training.callbacks import Observer, Snapshot
from percept.training.engines.batch_hooks import refuse_batch_hooks
from percept.training.engines.batch_norm import fused_normalisation
from percept.training.engines.dropout_masks import DropoutMasks
from percept.training.engines.kept_steps import kept_steps, key_of, twin
from percept.training.engines.replay import batches_of, find_fault
from percept.training.engines.variables import Moment, build_variables, copy_variables, stores_of
from percept.training.engines.weight_averages import WeightAverages
from percept.training.fit_data import FitData
from percept.training.numerical_faults import Fault, let_find
from percept.training.options import Fit
from percept.training.resume.backups import NONE, Backups, Fitting

VALIDATION_BATCH = 4096  # rows

# One call takes so many epochs that none of these is exceeded: some tens of milliseconds on 2 CPU cores.
CALL_STEPS = 2_000
CALL_WORK = 2e8  # rows times parameters
CALL_BYTES = 2**26

# What TensorFlow and Keras raise for steps that cannot be put into a graph or compiled; always before any has run.
CANNOT_BE_BUILT = (tf.errors.OpError, AttributeError, RuntimeError, TypeError, ValueError)

Logs = dict[str, float]


class NotBuiltError(Exception):
    """The model's steps cannot be put into a graph or compiled. Nothing has been changed."""


class EpochResults(NamedTuple):
    """What one call returns."""

    logs: list[Logs]  # of each epoch
    weights: list[NDArray]  # where a call may run several epochs: of each variable at the end of each, (epochs, *shape)


def fit_whole_epochs(
    model: keras.Model,
    train: FitData,
    validation: FitData,
    options: Fit,
    callbacks: Sequence[keras.callbacks.Callback],
    backups: Backups = NONE,
    *,
    jit_compile: bool,
) -> None:
    """Fit by epochs as plain graphs or, with `jit_compile`, as XLA compiles them.

    XLA is the slowest to build, and the fastest to run where layers are small and dense.
    """
    key = key_of(model, train, validation, options, callbacks, jit_compile)
    epochs = kept_steps.get(key)
    if not epochs:
        own = twin(model) if key else model
        epochs = Epochs(own, train, validation, options, callbacks, jit_compile=jit_compile)
        kept_steps.put(key, epochs)
    epochs.begin(model, train, validation)
    let_find(callbacks, epochs.find_fault)
    engine, fitting = "compiled" if jit_compile else "graph", Fitting(epochs.model, callbacks, epochs.random)
    epoch, last = backups.find(engine, options.epochs)
    several = epochs.per_call > 1
    seen = Snapshot() if several else epochs.model
    calls = keras.callbacks.CallbackList(list(callbacks), model=seen, epochs=options.epochs, verbose=0)
    seen.stop_training = False
    calls.on_train_begin()
    backups.restore(fitting)
    if several:
        seen.weights = epochs.model.get_weights()
    while epoch < last and not seen.stop_training:
        if not several:
            calls.on_epoch_begin(epoch)
        stops = [callback.earliest_stop() for callback in callbacks if several]
        until = min([epoch + epochs.per_call, last, *(stop for stop in stops if stop)])
        results = epochs.run(max(1, until - epoch))
        for index, logs in enumerate(results.logs):
            if several:
                seen.weights = [values[index] for values in results.weights]
            calls.on_epoch_end(epoch, logs)
            epoch += 1
            if seen.stop_training and index < len(results.logs) - 1:
                raise RuntimeError("an observer stopped the training before its own earliest_stop()")
        backups.keep(fitting, engine, epoch, seen.stop_training)
    calls.on_train_end()
    copy_variables(epochs.model, model)


class Epochs:
    """The loop over epochs, batches and validation rows of one model, built once for its rows."""

    def __init__(
        self,
        model: keras.Model,
        train: FitData,
        validation: FitData,
        options: Fit,
        callbacks: Sequence[keras.callbacks.Callback],
        *,
        jit_compile: bool,
    ) -> None:
        """Raises `NotBuiltError`."""
        self.model, self._averages = model, WeightAverages(model)
        self._num_rows, self._batch_size, self._shuffle = (
            len(train),
            min(options.batch_size, len(train)),
            options.shuffle,
        )
        self._num_validation = len(validation)
        self._static = jit_compile
        self.random = np.random.default_rng()
        try:
            refuse_batch_hooks(callbacks)
            self._data = _tensors(train), _tensors(validation)
            build_variables(model, self._data[0])
            self._names = list(model.get_metrics_result())
            # XLA alone is slow in drawing masks.
            self._masks = DropoutMasks(model, self._data[0][0], self._num_rows) if jit_compile else DropoutMasks()
            observed = all(isinstance(callback, Observer) for callback in callbacks)
            self.per_call = self._epochs_per_call(options.epochs) if observed else 1
            function = tf.function(self._run_epochs, jit_compile=jit_compile, autograph=False)
            with self._masks.in_use(), fused_normalisation(model):
                self._call = function.get_concrete_function(*self._draw(0), *self._data)
            self._stores = stores_of(model)
            self.run(0)  # XLA compiles at the first call; this one changes nothing
        except CANNOT_BE_BUILT as error:
            raise NotBuiltError(f"{type(error).__name__}: {str(error).strip().splitlines()[0]}") from error

    def begin(self, model: keras.Model, train: FitData, validation: FitData) -> None:
        """Take the variables of the network that is to be fitted, and data of the shapes that this was built for."""
        # A generator of its own: neither order nor masks depend on how many epochs a call runs.
        self.random = np.random.default_rng(np.random.randint(2**31, size=4))
        if model is not self.model:
            self._data = _tensors(train), _tensors(validation)
            build_variables(model, self._data[0])
            copy_variables(model, self.model)

    def run(self, num_epochs: int) -> EpochResults:
        """Train for so many epochs, at most `per_call`."""
        self._before = Moment(self._stores), self.random.bit_generator.state, num_epochs
        values, weights = self._call(*self._draw(num_epochs), *self._data)
        names = [*self._names, *(f"val_{name}" for name in self._names)]
        logs = [dict(zip(names, row, strict=False)) for row in values.numpy()[:num_epochs].tolist()]
        return EpochResults(logs, [values.numpy() for values in weights])

    def find_fault(self) -> Fault | None:
        """Run the last call once more, an epoch at a time; the first that is not finite, or the last, step by step."""
        moment, state, num_epochs = self._before
        for epoch in range(num_epochs):
            moment.restore()
            self.random.bit_generator.state = state
            (logs,) = self.run(1).logs
            if epoch == num_epochs - 1 or not all(map(math.isfinite, logs.values())):
                break
            moment, state = Moment(self._stores), self.random.bit_generator.state
        moment.restore()
        self.random.bit_generator.state = state
        _, (order, *_), masks = self._draw(1)
        batches = batches_of(self._data[0], order.numpy(), self._batch_size, [mask[0] for mask in masks])
        judges = batches_of(self._data[1], np.arange(self._num_validation), VALIDATION_BATCH)
        with self._masks.in_use(), fused_normalisation(self.model):
            return find_fault(self.model, batches, judges, self._masks)

    def _draw(self, num_epochs: int) -> tuple[tf.Tensor, tf.Tensor, list[tf.Tensor]]:
        """Draw for each epoch the order of the rows, (per_call, rows), and masks, (per_call, rows, ...)."""
        orders = np.zeros((self.per_call, self._num_rows), np.int32)
        masks = self._masks.empty(self.per_call, self._num_rows)
        for epoch in range(num_epochs):
            orders[epoch] = self.random.permutation(self._num_rows) if self._shuffle else np.arange(self._num_rows)
            self._masks.draw(self.random, [mask[epoch] for mask in masks])
        return keras.tree.map_structure(tf.constant, (num_epochs, orders, masks))

    def _epochs_per_call(self, num_epochs: int) -> int:
        weight_bytes = sum(weight.nbytes for weight in self.model.get_weights())
        row_bytes = np.dtype(np.int32).itemsize + self._masks.bytes_per_row
        limits = (
            CALL_STEPS * self._batch_size // self._num_rows,
            CALL_WORK // (self._num_rows * self.model.count_params()),
            CALL_BYTES // (weight_bytes + self._num_rows * row_bytes),
        )
        return int(max(1, min(num_epochs, *limits)))

    def _run_epochs(
        self, num_epochs: tf.Tensor, orders: tf.Tensor, masks: list[tf.Tensor], train: tuple, validation: tuple
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """Return logs, (per_call, names), and each variable, (per_call, *shape), from what `_draw` gives."""
        num_logs = len(self._names) * (2 if self._num_validation else 1)
        variables = [weight.value for weight in self.model.weights] if self.per_call > 1 else []

        def run_one(epoch: tf.Tensor, logs: tf.TensorArray, *weights: tf.TensorArray) -> tuple:
            logs = logs.write(epoch, self._run_epoch(orders[epoch], [mask[epoch] for mask in masks], train, validation))
            return epoch + 1, logs, *(array.write(epoch, v) for array, v in zip(weights, variables, strict=True))

        logs = tf.TensorArray(tf.float32, self.per_call, element_shape=[num_logs])
        weights = [tf.TensorArray(v.dtype, self.per_call, element_shape=v.shape) for v in variables]
        _, logs, *weights = tf.while_loop(
            lambda epoch, *_: epoch < num_epochs, run_one, (0, logs, *weights), parallel_iterations=1
        )
        return logs.stack(), [array.stack() for array in weights]

    def _run_epoch(self, order: tf.Tensor, masks: list[tf.Tensor], train: tuple, validation: tuple) -> tf.Tensor:
        """Train on all batches, then test on all validation rows; return the logs.

        Between epochs the model has the running means of its weights, where its optimizer keeps any.
        """

        def train_step(start: tf.Tensor, size: tf.Tensor) -> None:
            batch = _rows(order, start, size)
            with self._masks.given([_rows(mask, start, size) for mask in masks]):
                self.model.train_step(keras.tree.map_structure(lambda array: tf.gather(array, batch), train))

        def test_step(start: tf.Tensor, size: tf.Tensor) -> None:
            self.model.test_step(keras.tree.map_structure(lambda array: _rows(array, start, size), validation))

        self._averages.swap()
        logs = self._walk(train_step, self._num_rows, self._batch_size)
        self._averages.swap()
        if self._num_validation:
            logs += self._walk(test_step, self._num_validation, VALIDATION_BATCH)
        return tf.stack(logs)

    def _walk(self, step: Callable[[tf.Tensor, tf.Tensor], None], num_rows: int, batch_size: int) -> list[tf.Tensor]:
        """Call `step(first row, number of rows)` over all rows; return the metrics at the end."""
        batch_size = min(batch_size, num_rows)
        # XLA wants to know the size of a batch; a graph is built in half the time if it need not.
        in_loop = num_rows - num_rows % batch_size if self._static else num_rows

        def batch(start: tf.Tensor) -> tuple[tf.Tensor]:
            step(start, batch_size if self._static else tf.minimum(batch_size, num_rows - start))
            return (start + batch_size,)

        self.model.reset_metrics()
        tf.while_loop(lambda start: start < in_loop, batch, (0,), parallel_iterations=1)
        if in_loop < num_rows:
            step(in_loop, num_rows - in_loop)
        found = self.model.get_metrics_result()
        return [tf.cast(found[name], tf.float32) for name in self._names]


def _tensors(examples: FitData) -> tuple:
    return keras.tree.map_structure(tf.constant, examples.arrays)


def _rows(array: tf.Tensor, start: tf.Tensor, size: tf.Tensor) -> tf.Tensor:
    rest = array.shape[1:]
    return tf.slice(array, [start, *[0] * len(rest)], [size, *rest])
