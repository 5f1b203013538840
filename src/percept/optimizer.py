"""The optimizers of conf/optimizer, by their Keras names."""

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from percept.params import Section

if TYPE_CHECKING:
    import keras

LearningRate = Annotated[float, Field(gt=0)]
Decay = Annotated[float, Field(ge=0, lt=1)]


class Sgd(Section):
    kind: Literal["sgd"]
    learning_rate: LearningRate
    momentum: Decay
    nesterov: bool


class Adagrad(Section):
    kind: Literal["adagrad"]
    learning_rate: LearningRate


class Adadelta(Section):
    kind: Literal["adadelta"]
    learning_rate: LearningRate
    rho: Decay


class Rmsprop(Section):
    kind: Literal["rmsprop"]
    learning_rate: LearningRate
    rho: Decay
    momentum: Decay


class Adam(Section):
    kind: Literal["adam"]
    learning_rate: LearningRate
    beta_1: Decay
    beta_2: Decay


class AdamW(Section):
    kind: Literal["adamw"]
    learning_rate: LearningRate
    beta_1: Decay
    beta_2: Decay
    weight_decay: float = Field(ge=0)


Optimizer = Annotated[Sgd | Adagrad | Adadelta | Rmsprop | Adam | AdamW, Field(discriminator="kind")]


def build_optimizer(config: Optimizer) -> "keras.optimizers.Optimizer":
    """The Keras optimizer of that name with those settings."""
    import keras

    return keras.optimizers.get({"class_name": config.kind, "config": config.model_dump(exclude={"kind"})})
