"""The networks: one builder per file, its options beside it.

Options are checked when conf/ is composed, so these files import Keras inside their builders alone: reading an
option must not load TensorFlow.
"""

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from percept.models.mlp import Mlp, build_mlp
from percept.models.perceptron import Perceptron, build_perceptron
from percept.objective import Objective
from percept.spec import DatasetSpec

if TYPE_CHECKING:
    import keras

Model = Annotated[Mlp | Perceptron, Field(discriminator="kind")]


def build(config: Model, spec: DatasetSpec, objective: Objective) -> "keras.Model":
    """Map (batch, *spec.shape) to probabilities or values, (batch, outputs)."""
    match config:
        case Mlp():
            return build_mlp(config, spec, objective)
        case Perceptron():
            return build_perceptron(spec, objective)
