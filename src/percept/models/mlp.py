"""mlp: dense layers over all features. The baseline for any task."""

from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, PositiveInt, model_validator

from percept.objective import Objective
from percept.params import Section
from percept.spec import DatasetSpec

if TYPE_CHECKING:
    import keras

Rate = Annotated[float, Field(ge=0, lt=1)]


class Mlp(Section):
    """Hidden layers, first to last."""

    kind: Literal["mlp"]
    units: tuple[PositiveInt, ...] = Field(min_length=1)  # width of each hidden layer
    dropout: Rate | tuple[Rate, ...]  # after each hidden layer: one rate for all, or one for each
    activation: Literal["relu", "tanh", "sigmoid", "elu", "selu", "gelu", "swish", "leaky_relu"]

    @model_validator(mode="after")
    def has_a_rate_for_each_layer(self) -> Self:
        if isinstance(self.dropout, tuple) and len(self.dropout) != len(self.units):
            raise ValueError(f"dropout has {len(self.dropout)} rates for {len(self.units)} layers in units")
        return self


def build_mlp(config: Mlp, spec: DatasetSpec, objective: Objective) -> "keras.Model":
    """Map (batch, *spec.shape) to (batch, outputs)."""
    import keras

    from percept.models.blocks import flat, network_input, output_layer

    inputs, x = network_input(spec)
    x = flat(x)  # (batch, features)
    rates = config.dropout if isinstance(config.dropout, tuple) else (config.dropout,) * len(config.units)
    for units, rate in zip(config.units, rates, strict=True):
        x = keras.layers.Dense(units, activation=config.activation)(x)
        if rate:
            x = keras.layers.Dropout(rate)(x)
    return keras.Model(inputs, output_layer(spec, objective)(x), name="mlp")
