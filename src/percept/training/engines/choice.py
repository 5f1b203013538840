"""Which engine runs the epochs. An engine is a function of the signature below; all train the same Keras model."""

from collections.abc import Sequence
from functools import partial
from typing import Protocol

import keras
import tensorflow as tf

from percept.training.callbacks import Tell
from percept.training.engines.keras_fit import fit_with_keras, too_large
from percept.training.engines.whole_epochs import NotBuiltError, fit_whole_epochs
from percept.training.fit_data import FitData
from percept.training.options import Fit
from percept.training.resume.backups import NONE, Backups

# Measured on 2 CPU cores: what XLA takes longer to build than a graph, and what it saves in each step.
XLA_BUILD_MS = 120  # for each array of weights
XLA_SAVES_MS = 0.03  # for each array of weights
XLA_SAVES_MS_PER_WEIGHT = 4e-6
EARLY = 1 / 3  # of the epochs, where there is patience: most fits stop early


class Engine(Protocol):
    """Fit a compiled model in place; the callbacks get Keras' ordinary calls and logs at the ends of epochs.

    backups: say after which epoch it goes on and ends, bring it there, and are told of epochs that have ended.
    Raises `NotBuiltError` where it cannot train this model, and has then changed nothing.
    """

    def __call__(
        self,
        model: keras.Model,
        train: FitData,
        validation: FitData,
        options: Fit,
        callbacks: Sequence[keras.callbacks.Callback],
        backups: Backups = ...,
    ) -> None: ...


# Each takes over where the one before cannot be built.
ENGINES: dict[str, Engine] = {
    "compiled": partial(fit_whole_epochs, jit_compile=True),
    "graph": partial(fit_whole_epochs, jit_compile=False),
    "keras": fit_with_keras,
}


def fit_with_engine(
    model: keras.Model,
    train: FitData,
    validation: FitData,
    options: Fit,
    callbacks: Sequence[keras.callbacks.Callback],
    tell: Tell,
    backups: Backups = NONE,
) -> None:
    """Fit with the engine that `options` names or that suits; `tell` is given which it is, and why."""
    chosen, reason = choose(options, model, train, validation)
    names = list(ENGINES)
    for name in names[names.index(chosen) :]:
        tell(f"engine {name}: {reason}")
        try:
            ENGINES[name](model, train, validation, options, callbacks, backups)
            return
        except NotBuiltError as error:
            reason = f"engine {name} cannot train this model ({error})"


def choose(options: Fit, model: keras.Model, train: FitData, validation: FitData) -> tuple[str, str]:
    """Return the name of an engine, and why it is taken."""
    if options.engine != "auto":
        return options.engine, "as fit.engine says"
    if tf.config.list_physical_devices("GPU"):
        return "keras", "there is a GPU"
    if reason := too_large(train, validation):
        return "keras", reason
    if any("Conv" in type(layer).__name__ for layer in model.layers):
        return "graph", "XLA is slow with convolutions on CPU"
    num_steps = int(options.epochs * (EARLY if options.patience else 1)) * options.steps_per_epoch(len(train))
    num_arrays, num_weights = len(model.trainable_weights), model.count_params()
    saved_ms = num_steps * (XLA_SAVES_MS * num_arrays + XLA_SAVES_MS_PER_WEIGHT * num_weights)
    steps = f"about {num_steps:,} steps"
    if saved_ms < XLA_BUILD_MS * num_arrays:
        return "graph", f"{steps} are too few to pay for XLA's compilation"
    return "compiled", f"{steps} pay for XLA's compilation"
