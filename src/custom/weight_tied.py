"""weight_tied: one layer that is applied several times, as an example of a network of your own.

A loop like this has no place in a list of layers, so it is a subclass of `keras.Model`.
"""

from typing import Any

import keras

from percept.models.layers import flat, output_layer
from percept.objective import Objective
from percept.prepared.spec import DatasetSpec


@keras.saving.register_keras_serializable("custom")
class WeightTied(keras.Model):
    """Map (batch, ...) to what `top` gives: a dense layer, then another `steps` times, each time added to its input."""

    def __init__(self, units: int, steps: int, top: keras.layers.Layer, **options: Any) -> None:
        super().__init__(**options)
        self.units, self.steps = units, steps
        self.first = keras.layers.Dense(units, activation="relu")
        self.again = keras.layers.Dense(units, activation="tanh")
        self.top = top

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        x = self.first(flat(x))
        for _ in range(self.steps):
            x = x + self.again(x)
        return self.top(x)

    def get_config(self) -> dict[str, Any]:
        top = keras.saving.serialize_keras_object(self.top)
        return super().get_config() | {"units": self.units, "steps": self.steps, "top": top}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "WeightTied":
        return cls(**config | {"top": keras.saving.deserialize_keras_object(config["top"])})


def build(spec: DatasetSpec, objective: Objective, units: int, steps: int) -> keras.Model:
    """Make the network; conf/model/weight_tied.yaml says how wide it is and how often its layer is applied."""
    return WeightTied(units, steps, output_layer(spec, objective), name="weight_tied")
