"""All variables of a network: its weights, the seeds of its layers, and the state of its optimizer."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf


def variables_of(model: keras.Model) -> list[Any]:
    """Return them all, those of metrics aside."""
    return [*model.variables, *model.optimizer.variables]


def copy_variables(source: keras.Model, target: keras.Model) -> None:
    """Give a network the weights, seeds and state of the optimizer of another one that is alike."""
    if source is target:
        return
    for ours, theirs in zip(variables_of(target), variables_of(source), strict=True):
        ours.assign(theirs)


def stores_of(model: keras.Model) -> list[tf.Variable]:
    """Return where TensorFlow keeps them."""
    return [variable.value for variable in variables_of(model)]


class Moment:
    """All variables of a network as they are now; what is read shares their memory until a step writes."""

    def __init__(self, stores: Sequence[tf.Variable]) -> None:
        """stores: of `stores_of`. Microseconds each, as it happens before each call of an engine."""
        self._stores = stores
        self._values = [tf.raw_ops.ReadVariableOp(resource=store.handle, dtype=store.dtype) for store in stores]

    def restore(self) -> None:
        """Let them be so again."""
        for store, value in zip(self._stores, self._values, strict=True):
            store.assign(value)


def build_variables(model: keras.Model, data: tuple) -> None:
    """Make every variable of loss, metrics and optimizer: none can be made inside a graph."""
    x, y, *weight = keras.tree.map_structure(lambda array: array[:1], data)
    predicted = model(x, training=False)
    model.compute_loss(x, y, predicted, *weight)
    model.compute_metrics(x, y, predicted, *weight)
    model.optimizer.build(model.trainable_variables)
