"""Layers of several networks side by side, the members: each step is one product of matrices for all of them.

Members stand in stacks. Those of one stack share the large weights, and differ by factors of their inputs and by their
last layer (BatchEnsemble: Wen et al. 2020, arXiv 2002.06715; TabM-mini: Gorishniy et al. 2025, arXiv 2410.24210).
Stacks share nothing, so each may learn from rows of its own.
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

PACKAGE = "percept"


@keras.saving.register_keras_serializable(PACKAGE)
class PiecewiseLinear(keras.layers.Layer):
    """Put beside each feature how far it is through each of its bins: 0 below, 1 above (arXiv 2203.05556).

    Maps (..., features) to (..., features + bins of all).
    """

    def __init__(self, edges: Sequence[Sequence[float]], **options: Any) -> None:
        """edges: of the bins of each feature, growing; none for a feature that has no bins."""
        super().__init__(**options)
        self.edges = [list(ends) for ends in edges]
        columns, lower, width, low, high = [], [], [], [], []
        for column, ends in enumerate(self.edges):
            bins = max(0, len(ends) - 1)
            columns += [column] * (1 + bins)
            lower += [0.0, *ends[:-1]]
            width += [1.0, *np.diff(ends)]
            low += [-np.inf] + [0.0] * bins
            high += [np.inf] + [1.0] * bins
        self.columns = np.array(columns, np.int32)  # the feature that each value comes from
        self.lower, self.scale, self.low, self.high = (
            np.array(values, np.float32) for values in (lower, 1 / np.array(width), low, high)
        )

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        x = (ops.take(x, self.columns, axis=-1) - self.lower) * self.scale
        return ops.minimum(ops.maximum(x, self.low), self.high)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        return (*input_shape[:-1], len(self.columns))

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"edges": self.edges}


@keras.saving.register_keras_serializable(PACKAGE)
class LevelEmbedding(keras.layers.Layer):
    """Map the levels of long categories to a few inputs each, linearly (Guo & Berkhahn 2016, arXiv 1604.06737).

    Maps (batch, stacks or 1, features) to (batch, stacks, kept features + size for each category). The members of a
    stack share the kernels. A row without a level is all zeros, as it was before.
    """

    def __init__(self, stacks: int, size: int, levels: Sequence[Sequence[int]], **options: Any) -> None:
        """size: inputs of each category; levels: of each category, the places of its levels among the features."""
        super().__init__(**options)
        self.stacks, self.size, self.levels = stacks, size, [[int(place) for place in places] for places in levels]

    def kept(self, num_features: int) -> NDArray[np.int32]:
        """Return the places of the features that are no level of these categories; they come first."""
        embedded = np.concatenate([np.array(places, int) for places in self.levels])
        return np.setdiff1d(np.arange(num_features), embedded).astype(np.int32)

    def build(self, input_shape: tuple) -> None:
        self.places = [self.kept(input_shape[-1]), *(np.array(places, np.int32) for places in self.levels)]
        self.kernels = [
            self.add_weight(
                shape=(self.stacks, len(places), self.size), initializer=_uniform(self.size), name=f"kernel_{number}"
            )
            for number, places in enumerate(self.levels)
        ]

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        x = ops.transpose(x, (1, 0, 2))  # one product for each stack
        kept, *levels = (ops.take(x, places, axis=-1) for places in self.places)
        rows = [ops.matmul(each, kernel) for each, kernel in zip(levels, self.kernels, strict=True)]
        if kept.shape[0] != self.stacks:
            kept = ops.repeat(kept, self.stacks, axis=0)
        return ops.transpose(ops.concatenate([kept, *rows], axis=-1), (1, 0, 2))

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        return (input_shape[0], self.stacks, len(self.kept(input_shape[-1])) + self.size * len(self.levels))

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"stacks": self.stacks, "size": self.size, "levels": self.levels}


@keras.saving.register_keras_serializable(PACKAGE)
class MemberInputs(keras.layers.Layer):
    """Multiply the features by factors of each member.

    Maps (batch, stacks or 1, features) to (stacks, members, batch, features). The factors of one column are equal at
    the start, so that a member begins as a view of the columns.
    """

    def __init__(self, stacks: int, members: int, columns: Sequence[int], **options: Any) -> None:
        """columns: of each feature, the number of the column that it comes from."""
        super().__init__(**options)
        self.stacks, self.members, self.columns = stacks, members, [int(column) for column in columns]

    def build(self, input_shape: tuple) -> None:
        shape = (self.stacks, self.members, 1, len(self.columns))

        def by_column(_: tuple, dtype: Any = None) -> Any:
            of_each = keras.initializers.RandomNormal(0.0, 1.0)((*shape[:-1], max(self.columns) + 1), dtype)
            return ops.take(of_each, np.array(self.columns, np.int32), axis=-1)

        self.factors = self.add_weight(shape=shape, initializer=by_column, name="factors")

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        return ops.expand_dims(ops.transpose(x, (1, 0, 2)), 1) * self.factors

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        return (self.stacks, self.members, input_shape[0], len(self.columns))

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"stacks": self.stacks, "members": self.members, "columns": self.columns}


class _PerMember(keras.layers.Layer):
    """(stacks, members, batch, features) to (stacks, members, batch, units)."""

    shares: bool  # whether the members of a stack have one kernel

    def __init__(self, units: int, activation: str = "linear", **options: Any) -> None:
        super().__init__(**options)
        self.units, self.activation = units, keras.activations.get(activation)

    def build(self, input_shape: tuple) -> None:
        stacks, members, _, size = input_shape
        shape = (stacks, *([] if self.shares else [members]), size, self.units)
        self.kernel = self.add_weight(shape=shape, initializer=_uniform(size), name="kernel")
        self.bias = self.add_weight(shape=(stacks, members, 1, self.units), initializer=_uniform(size), name="bias")

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        return (*input_shape[:-1], self.units)

    def get_config(self) -> dict[str, Any]:
        activation = keras.activations.serialize(self.activation)
        return super().get_config() | {"units": self.units, "activation": activation}


def _uniform(fan_in: int) -> keras.initializers.Initializer:
    return keras.initializers.RandomUniform(-(fan_in**-0.5), fan_in**-0.5)


@keras.saving.register_keras_serializable(PACKAGE)
class SharedDense(_PerMember):
    """A dense layer whose weights the members of a stack share; each has its own biases."""

    shares = True

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        stacks, members, _, size = x.shape
        rows = ops.reshape(x, (stacks, -1, size))  # (stacks, members * batch, features): one product for a stack
        return self.activation(
            ops.reshape(ops.matmul(rows, self.kernel), (stacks, members, -1, self.units)) + self.bias
        )


@keras.saving.register_keras_serializable(PACKAGE)
class MemberDense(_PerMember):
    """A dense layer with weights of each member's own."""

    shares = False

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        return self.activation(ops.matmul(x, self.kernel) + self.bias)


@keras.saving.register_keras_serializable(PACKAGE)
class Pooled(keras.layers.Layer):
    """The mean of what the members say, of their probabilities or values, and a straight line through the features.

    Maps logits or values (stacks, members, batch, units) and features (batch, features) to (batch, units). The logits
    of the mean count as `share` says, beside the line's; divided by a temperature, the weights calibrate the sum.
    """

    def __init__(self, kind: str, gives_logits: bool = False, **options: Any) -> None:
        """kind: of the objective; gives_logits: in place of probabilities."""
        super().__init__(**options)
        self.kind, self.gives_logits = kind, gives_logits
        self.activation = keras.activations.linear if gives_logits else activation_of(kind)

    def build(self, input_shape: list[tuple]) -> None:
        (*_, units), (_, size) = input_shape
        self.share = self.add_weight(shape=(), initializer="ones", trainable=False, name="share")
        self.kernel = self.add_weight(shape=(size, units), initializer="zeros", trainable=False, name="kernel")
        self.bias = self.add_weight(shape=(units,), initializer="zeros", trainable=False, name="bias")

    def call(self, inputs: list[keras.KerasTensor]) -> keras.KerasTensor:
        said, features = inputs
        pooled = pooled_values(said, self.kind, axes=(0, 1))
        return self.activation(pooled * self.share + ops.matmul(features, self.kernel) + self.bias)

    def compute_output_shape(self, input_shape: list[tuple]) -> tuple:
        return input_shape[0][2:]

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"kind": self.kind, "gives_logits": self.gives_logits}


def activation_of(kind: str) -> Any:
    """Return what makes probabilities of logits, for a kind of objective."""
    return {"multiclass": keras.activations.softmax, "regression": keras.activations.linear}.get(
        kind, keras.activations.sigmoid
    )


def pooled_values(logits: keras.KerasTensor, kind: str, axes: tuple[int, ...]) -> keras.KerasTensor:
    """Return the mean of values over some axes, or the logits of the mean of probabilities.

    Logits that go into a softmax are right but for a constant.
    """
    if kind == "regression":
        return ops.mean(logits, axis=axes)
    if kind == "multiclass":
        return ops.logsumexp(ops.log_softmax(logits, axis=-1), axis=axes)
    yes, no = (ops.logsumexp(ops.log_sigmoid(side), axis=axes) for side in (logits, -logits))
    return yes - no
