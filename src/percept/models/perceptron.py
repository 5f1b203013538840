"""perceptron: the output layer alone, one straight boundary (or line) and nothing hidden."""

from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from percept.models.network import Network
from percept.objective import Objective
from percept.prepared.spec import DatasetSpec

if TYPE_CHECKING:
    import keras


class Perceptron(Network):
    """One unit for each output; its decision is a step at probability one half."""

    kind: Literal["perceptron"]

    def build(self, spec: DatasetSpec, objective: Objective) -> "keras.Model":
        """Map (batch, *spec.shape) to (batch, outputs)."""
        import keras

        from percept.models.layers import flat, network_input, output_layer

        inputs, x = network_input(spec)
        return keras.Model(inputs, output_layer(spec, objective)(flat(x)), name="perceptron")


def is_separable(x: NDArray, y: NDArray) -> bool:
    """Tell whether one hyperplane has all rows of class 1 on one side and all of class 0 on the other.

    x: (rows, features); y: (rows,) of 0 and 1. A linear program with no goal but its constraints,
    sign * (w x + b) >= 1, has a solution exactly then.
    """
    from scipy.optimize import linprog

    sign = np.where(y == 1, 1.0, -1.0)[:, np.newaxis]
    rows = np.column_stack([x.reshape(len(x), -1), np.ones(len(x))])
    bounds = -np.ones(len(x))
    return linprog(np.zeros(rows.shape[1]), A_ub=-sign * rows, b_ub=bounds, bounds=(None, None)).status == 0
