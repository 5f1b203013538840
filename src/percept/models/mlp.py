"""mlp: dense layers over all features. The baseline for any task."""

from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, PositiveInt, model_validator

from percept.models.hidden import Hidden
from percept.objective import Objective
from percept.spec import DatasetSpec

if TYPE_CHECKING:
    import keras


class Mlp(Hidden):
    """Hidden layers, first to last."""

    kind: Literal["mlp"]
    units: tuple[PositiveInt, ...] = Field(min_length=1)  # width of each hidden layer

    @model_validator(mode="after")
    def has_a_rate_for_each_layer(self) -> Self:
        if isinstance(self.dropout, tuple) and len(self.dropout) != len(self.units):
            raise ValueError(f"dropout has {len(self.dropout)} rates for {len(self.units)} layers in units")
        return self


def build_mlp(config: Mlp, spec: DatasetSpec, objective: Objective) -> "keras.Model":
    """Map (batch, *spec.shape) to (batch, outputs)."""
    import keras

    from percept.models.blocks import dense_layers, flat, network_input, output_layer

    inputs, x = network_input(spec)
    x = dense_layers(flat(x), config.units, config)
    return keras.Model(inputs, output_layer(spec, objective)(x), name="mlp")
