"""What is shown of the layers of a network: weights, gradients, and units that do nothing."""

import keras
import numpy as np
import pytest

from percept.training.fit_data import FitData
from percept.training.tensorboard.layers import Probe

X = np.array([[1.0, 2], [3, -4], [0.5, 0]], np.float32)
Y = np.array([[1.0], [0], [2]], np.float32)
WEIGHT, BIAS = np.array([[0.5], [-1]], np.float32), np.array([0.25], np.float32)


class Unbuildable(keras.Model):
    """A network that asks for values while it is called, which no graph has."""

    def __init__(self) -> None:
        super().__init__()
        self.last = keras.layers.Dense(1, name="last")

    def call(self, x, training=False):
        return self.last(x if float(keras.ops.sum(x)) > 0 else -x)


def network(kind: str) -> keras.Model:
    dense = keras.layers.Dense(1, name="last")
    model = Unbuildable() if kind == "own" else keras.Sequential([keras.Input((2,)), dense])
    model.compile(loss="mse")
    model(X)
    model.set_weights([WEIGHT, BIAS])
    return model


@pytest.mark.parametrize("kind", ["sequential", "own"])
def test_the_gradient_is_that_of_the_loss_with_the_weights_that_are_given(kind):
    model = network(kind)
    probe = Probe(model, FitData(X, Y))
    for factor in (1, 2):  # the second look, and its weights, are others
        found = {value.tag: value for value in probe.values("t", [WEIGHT * factor, BIAS])}
        errors = X @ (WEIGHT * factor) + BIAS - Y
        gradients = np.append((2 * X * errors).mean(axis=0), (2 * errors).mean())
        (norm,) = (value.simple_value for tag, value in found.items() if tag.startswith("t layers/gradient norm"))
        assert norm == pytest.approx(np.linalg.norm(gradients), rel=1e-5)
    np.testing.assert_array_equal(model.get_weights()[0], WEIGHT)
