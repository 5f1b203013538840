"""Which engine runs the epochs. An engine is a function of the signature below; all train the same Keras model."""

from collections.abc import Sequence
from typing import Protocol

import keras
import psutil
import tensorflow as tf

from percept.prepared import Examples
from percept.training.epochs import fit_in_graph, fit_with_xla
from percept.training.options import Fit

# Measured on 2 CPU cores: XLA takes a second longer to build and then saves about 0.1 ms a step.
XLA_PAYS_FROM_STEPS = 10_000
MEMORY_SHARE = 0.4  # of the free memory that the arrays may take; more goes through batches on demand


class Engine(Protocol):
    """Fit a compiled model in place; the callbacks get Keras' ordinary calls and logs at the ends of epochs."""

    def __call__(
        self,
        model: keras.Model,
        train: Examples,
        validation: Examples,
        plan: Fit,
        callbacks: Sequence[keras.callbacks.Callback],
    ) -> None: ...


def fit_with_keras(
    model: keras.Model,
    train: Examples,
    validation: Examples,
    plan: Fit,
    callbacks: Sequence[keras.callbacks.Callback],
) -> None:
    """`keras.Model.fit` on arrays in memory, shuffled anew for each epoch."""
    model.fit(
        train.x,
        train.y,
        batch_size=plan.batch_size,
        epochs=plan.epochs,
        validation_data=(validation.x, validation.y) if len(validation) else None,
        validation_batch_size=4096,
        callbacks=list(callbacks),
        verbose=0,
    )


ENGINES: dict[str, Engine] = {"compiled": fit_with_xla, "graph": fit_in_graph, "keras": fit_with_keras}


def choose(plan: Fit, model: keras.Model, train: Examples, validation: Examples) -> tuple[str, str]:
    """The name of an engine, and why."""
    if plan.engine != "auto":
        return plan.engine, "as fit.engine says"
    if tf.config.list_physical_devices("GPU"):
        return "keras", "there is a GPU"
    size = sum(array.nbytes for rows in (train, validation) for array in (rows.x, rows.y))
    if size > MEMORY_SHARE * psutil.virtual_memory().available:
        return "keras", f"the arrays ({size / 2**30:.1f} GiB) take too much of the free memory to be held twice"
    layers = {type(layer).__name__ for layer in model.layers}
    if any("Conv" in name for name in layers):
        return "graph", "XLA is slow with convolutions on CPU"
    if any("Dropout" in name for name in layers):
        return "graph", "XLA is slow in drawing dropout masks on CPU"
    num_steps = plan.epochs * -(-len(train) // plan.batch_size)
    if num_steps < XLA_PAYS_FROM_STEPS:
        return "graph", f"{num_steps:,} steps are too few to pay for XLA's compilation"
    return "compiled", f"{num_steps:,} steps pay for XLA's compilation"
