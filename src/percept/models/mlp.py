"""mlp: dense layers over all features. The baseline for any task."""

from typing import TYPE_CHECKING, Literal

from pydantic import Field, PositiveInt

from percept.models.hidden import Hidden
from percept.objective import Objective
from percept.prepared.spec import DatasetSpec

if TYPE_CHECKING:
    import keras


class Mlp(Hidden):
    """Hidden layers, first to last."""

    kind: Literal["mlp"]
    units: tuple[PositiveInt, ...] = Field(min_length=1)  # width of each hidden layer

    def build(self, spec: DatasetSpec, objective: Objective) -> "keras.Model":
        """Map (batch, *spec.shape) to (batch, outputs)."""
        import keras

        from percept.models.layers import dense_layers, flat, network_input, output_layer

        inputs, x = network_input(spec)
        x = dense_layers(flat(x), self.units, self)
        return keras.Model(inputs, output_layer(spec, objective)(x), name="mlp")
