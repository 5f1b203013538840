"""Run the epochs. The one place that knows how: another engine is another function of this signature."""

from collections.abc import Sequence
from typing import Protocol

import keras

from percept.prepared import Examples
from percept.training.options import Fit


class Engine(Protocol):
    """Fit a compiled model in place; the callbacks get Keras' ordinary calls and logs."""

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
