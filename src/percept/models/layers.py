"""Pieces that every network shares: what comes in, hidden layers, and what the objective wants out."""

from collections.abc import Callable
from itertools import repeat
from typing import Any

import keras

from percept.models.hidden import Hidden
from percept.objective import Objective
from percept.prepared.spec import DatasetSpec


def network_input(spec: DatasetSpec) -> tuple[keras.KerasTensor, keras.KerasTensor]:
    """Return the input tensor and the same values brought to scale, both (batch, *spec.shape)."""
    if not spec.pixels:
        features = keras.Input(spec.shape, name="features")
        return features, features
    pixels = keras.Input(spec.shape, name="pixels", dtype="uint8")
    return pixels, keras.layers.Rescaling(spec.pixels.scale, spec.pixels.offset)(pixels)


def flat(x: keras.KerasTensor) -> keras.KerasTensor:
    """Map (batch, ...) to (batch, features)."""
    return keras.layers.Flatten()(x) if x.ndim > 2 else x


def hidden(
    x: keras.KerasTensor,
    options: Hidden,
    layer: Callable[..., keras.layers.Layer],
    size: int,
    rate: float,
    **arguments: Any,
) -> keras.KerasTensor:
    """Apply a hidden layer of `layer(size, **arguments)`: weights, normalisation, activation, dropout."""
    weights = {"kernel_initializer": options.initializer}
    if options.l1 or options.l2:
        weights["kernel_regularizer"] = keras.regularizers.L1L2(options.l1, options.l2)
    if options.batch_norm:
        x = layer(size, use_bias=False, **weights, **arguments)(x)  # the normalisation brings an offset of its own
        x = keras.layers.BatchNormalization()(x)
        x = keras.layers.Activation(options.activation)(x)
    else:
        x = layer(size, activation=options.activation, **weights, **arguments)(x)
    return keras.layers.Dropout(rate)(x) if rate else x


def dense_layers(x: keras.KerasTensor, units: tuple[int, ...], options: Hidden) -> keras.KerasTensor:
    """Apply dense hidden layers, which map (batch, features) to (batch, units[-1])."""
    rates = options.dropout if isinstance(options.dropout, tuple) else repeat(options.dropout)
    for size, rate in zip(units, rates, strict=False):
        x = hidden(x, options, keras.layers.Dense, size, rate)
    return x


def output_layer(spec: DatasetSpec, objective: Objective, name: str | None = None) -> keras.layers.Layer:
    """Make logistic units, a softmax over the classes, or units of the activation that the regression names."""
    match objective.kind:
        case "binary":
            return keras.layers.Dense(1, activation="sigmoid", name=name or "probability")
        case "multiclass":
            return keras.layers.Dense(len(spec.classes), activation="softmax", name=name or "probabilities")
        case "multilabel":
            return keras.layers.Dense(len(spec.targets), activation="sigmoid", name=name or "probabilities")
        case "regression":
            return keras.layers.Dense(len(spec.targets), activation=objective.output, name=name or "value")
