"""Pieces that every network shares: what comes in, and what the objective wants out."""

import keras

from percept.objective import Objective
from percept.spec import DatasetSpec


def network_input(spec: DatasetSpec) -> tuple[keras.KerasTensor, keras.KerasTensor]:
    """The input tensor, and the same brought to scale: (batch, *spec.shape)."""
    if not spec.pixels:
        features = keras.Input(spec.shape, name="features")
        return features, features
    pixels = keras.Input(spec.shape, name="pixels", dtype="uint8")
    return pixels, keras.layers.Rescaling(spec.pixels.scale, spec.pixels.offset)(pixels)


def flat(x: keras.KerasTensor) -> keras.KerasTensor:
    """(batch, ...) to (batch, features)."""
    return keras.layers.Flatten()(x) if x.ndim > 2 else x


def output_layer(spec: DatasetSpec, objective: Objective) -> keras.layers.Layer:
    """Logistic unit, softmax over the classes, or linear unit."""
    match objective.kind:
        case "binary":
            return keras.layers.Dense(1, activation="sigmoid", name="probability")
        case "multiclass":
            return keras.layers.Dense(len(spec.classes), activation="softmax", name="probabilities")
        case "regression":
            return keras.layers.Dense(1, name="value")
