"""A network of members while it is trained: each learns by a loss of its own, and they are judged by their mean."""

from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from percept.models.forest import Forest, Trees, WithForest
from percept.models.members import Pooled, pooled_values
from percept.objective import Objective


class MemberNetwork(keras.Model):
    """Maps features (batch, stacks, features) to logits or values (stacks, members, batch, units).

    Targets are (batch, stacks, units), or class numbers (batch, stacks, 1); weights are (batch, stacks).
    """

    def __init__(
        self, inputs: keras.KerasTensor, outputs: keras.KerasTensor, objective: Objective, line: bool, forest: bool
    ) -> None:
        """line, forest: whether it is put beside the members once they are trained."""
        super().__init__(inputs, outputs, name="members")
        self.objective, self.stacks, self.line, self.forest = objective, outputs.shape[0], line, forest
        self.shown = keras.metrics.Mean(name="mae" if objective.kind == "regression" else "accuracy")

    def averaged(self, trees: Trees | None = None, share: float = 0.0) -> keras.Model:
        """Return the network that is shipped, of the same layers: features (batch, features) to what is predicted.

        trees: of a forest, which counts so much beside the members.
        """
        features = keras.Input(self.input_shape[2:], name="features")
        x = keras.layers.Reshape((1, -1))(features)  # all stacks see the same rows
        for layer in self.layers[1:]:
            x = layer(x)
        name = {"binary": "probability", "regression": "value"}.get(self.objective.kind, "probabilities")
        kind = self.objective.kind
        if trees is None:
            x = Pooled(kind, name=name)([x, features])
        else:
            x = Pooled(kind, gives_logits=True, name="members")([x, features])
            of_forest = Forest.of(trees, features.shape[1], name="forest")(features)
            x = WithForest(kind, share, name=name)([x, of_forest])
        return keras.Model(features, x, name=self.name)

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Any:
        """Return the mean loss of the members; of their mean, where it is not for training."""
        predicted = y_pred if training else self._pooled(y_pred)
        losses = ops.mean(losses_of(y, predicted, self.objective), axis=1)  # (stacks, batch)
        return ops.mean(losses if sample_weight is None else losses * ops.transpose(sample_weight))

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> dict[str, Any]:
        """Update the metric by the mean of the members of each stack, and return all values that are shown."""
        predicted = self._pooled(y_pred)
        values = ops.mean(_shown(y, predicted, self.objective), axis=1)
        self.shown.update_state(values, None if sample_weight is None else ops.transpose(sample_weight))
        return self.get_metrics_result()

    def judged(self, x: Any) -> NDArray[np.float32]:
        """Return logits or values of the mean of each stack's members, (stacks, batch, units)."""
        return np.asarray(self._pooled(self(x, training=False)))[:, 0]

    def _pooled(self, predicted: Any) -> Any:
        """Return logits or values of the mean of each stack's members, (stacks, 1, batch, units)."""
        return ops.expand_dims(pooled_values(predicted, self.objective.kind, axes=(1,)), 1)


def losses_of(y: Any, predicted: Any, objective: Objective) -> Any:
    """Return the loss of each row for each member, (stacks, members, batch)."""
    y = _for_members(y, predicted, objective)
    match objective.kind:
        case "binary" | "multilabel":
            return keras.losses.binary_crossentropy(y, predicted, from_logits=True)
        case "multiclass":
            return keras.losses.categorical_crossentropy(y, predicted, from_logits=True)
    return keras.losses.get(objective.loss)(y, predicted)


def _shown(y: Any, predicted: Any, objective: Objective) -> Any:
    """Return the accuracy, or the absolute error, of each row for each member."""
    y = _for_members(y, predicted, objective)
    match objective.kind:
        case "binary" | "multilabel":
            return ops.mean(ops.cast(ops.equal(predicted > 0, y > 0.5), "float32"), axis=-1)
        case "multiclass":
            return ops.cast(ops.equal(ops.argmax(predicted, -1), ops.argmax(y, -1)), "float32")
    return ops.mean(ops.abs(predicted - y), axis=-1)


def _for_members(y: Any, predicted: Any, objective: Objective) -> Any:
    """Bring targets (batch, stacks, units or 1) to the shape of the predictions."""
    if objective.kind == "multiclass" and not objective.learns_shares:
        y = ops.one_hot(ops.squeeze(y, -1), predicted.shape[-1])
    y = ops.expand_dims(ops.transpose(ops.cast(y, predicted.dtype), (1, 0, 2)), 1)
    return ops.broadcast_to(y, ops.shape(predicted))
