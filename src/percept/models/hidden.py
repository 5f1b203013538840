"""Options that all networks with hidden layers share."""

from typing import Annotated, Literal, Self

from pydantic import Field, PositiveInt, model_validator

from percept.models.network import Network

Rate = Annotated[float, Field(ge=0, lt=1)]


class Hidden(Network):
    """How each hidden layer is made."""

    units: tuple[PositiveInt, ...] = ()  # width of each dense layer, first to last
    activation: Literal["relu", "leaky_relu", "elu", "selu", "gelu", "swish", "tanh", "sigmoid"] = "relu"
    initializer: Literal[
        "glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform", "lecun_normal"
    ] = "glorot_uniform"  # of the weights; biases start at 0
    dropout: Rate | tuple[Rate, ...] = 0.0  # after each dense layer: one rate for all, or one for each
    batch_norm: bool = False  # normalise each layer's values over the batch, before the activation
    l1: float = Field(0.0, ge=0)  # penalty on the size of each weight
    l2: float = Field(0.0, ge=0)  # penalty on its square

    @model_validator(mode="after")
    def has_a_rate_for_each_layer(self) -> Self:
        if isinstance(self.dropout, tuple) and len(self.dropout) != len(self.units):
            raise ValueError(f"dropout has {len(self.dropout)} rates for {len(self.units)} layers in units")
        return self
