"""A whole epoch in one call: shuffled batches of arrays in memory, walked by a loop inside the TensorFlow graph.

On small data `keras.Model.fit` spends nearly all its time between steps. Here the steps are the model's own
`train_step` and `test_step`, so loss, regularisation, metrics and optimizer are Keras' own; only the loop differs.
Callbacks hear of epochs, not of batches.
"""

from collections.abc import Callable, Sequence

import keras
import numpy as np
import tensorflow as tf

from percept.prepared import Examples
from percept.training.options import Fit

VALIDATION_BATCH = 4096  # rows

Logs = dict[str, tf.Tensor]


def fit_with_xla(
    model: keras.Model, train: Examples, validation: Examples, plan: Fit, callbacks: Sequence[keras.callbacks.Callback]
) -> None:
    """Epochs compiled by XLA: slowest to build, fastest to run where layers are small and dense."""
    _fit(model, train, validation, plan, callbacks, jit_compile=True)


def fit_in_graph(
    model: keras.Model, train: Examples, validation: Examples, plan: Fit, callbacks: Sequence[keras.callbacks.Callback]
) -> None:
    """Epochs as a plain graph."""
    _fit(model, train, validation, plan, callbacks, jit_compile=False)


def _fit(
    model: keras.Model,
    train: Examples,
    validation: Examples,
    plan: Fit,
    callbacks: Sequence[keras.callbacks.Callback],
    *,
    jit_compile: bool,
) -> None:
    _build(model, train)
    run_epoch = _training_epoch(model, train, plan.batch_size, jit_compile)
    validate = _validation_pass(model, validation, jit_compile) if len(validation) else None
    calls = keras.callbacks.CallbackList(list(callbacks), model=model, epochs=plan.epochs, verbose=0)
    model.stop_training = False
    calls.on_train_begin()
    for epoch in range(plan.epochs):
        calls.on_epoch_begin(epoch)
        logs = run_epoch(tf.constant(np.random.permutation(len(train)), tf.int32))  # drawn from the run's seed
        if validate:
            logs |= {f"val_{name}": value for name, value in validate().items()}
        calls.on_epoch_end(epoch, {name: float(value) for name, value in logs.items()})
        if model.stop_training:
            break
    calls.on_train_end()


def _build(model: keras.Model, train: Examples) -> None:
    """Make every variable of loss, metrics and optimizer: inside a graph it would be too late."""
    x, y = train.x[:1], train.y[:1]
    predicted = model(x)
    model.compute_loss(x, y, predicted)
    model.compute_metrics(x, y, predicted)
    model.optimizer.build(model.trainable_variables)


def _training_epoch(
    model: keras.Model, rows: Examples, batch_size: int, jit_compile: bool
) -> Callable[[tf.Tensor], Logs]:
    """A function of the order of the rows, (rows,) int32, that trains once on each."""
    x, y = tf.constant(rows.x), tf.constant(rows.y)
    batch_size = min(batch_size, len(rows))
    num_full = len(rows) // batch_size  # batches; the rest makes a shorter one

    @tf.function(jit_compile=jit_compile)
    def run_epoch(order: tf.Tensor) -> Logs:
        model.reset_metrics()
        for step in tf.range(num_full):
            batch = tf.slice(order, [step * batch_size], [batch_size])  # a slice of static size, as XLA needs it
            model.train_step((tf.gather(x, batch), tf.gather(y, batch)))
        if len(rows) % batch_size:
            batch = order[num_full * batch_size :]
            model.train_step((tf.gather(x, batch), tf.gather(y, batch)))
        return model.get_metrics_result()

    return run_epoch


def _validation_pass(model: keras.Model, rows: Examples, jit_compile: bool) -> Callable[[], Logs]:
    """A function that scores all rows."""
    x, y = tf.constant(rows.x), tf.constant(rows.y)

    @tf.function(jit_compile=jit_compile)
    def validate() -> Logs:
        model.reset_metrics()
        for start in range(0, len(rows), VALIDATION_BATCH):
            end = start + VALIDATION_BATCH
            model.test_step((x[start:end], y[start:end]))
        return model.get_metrics_result()

    return validate
