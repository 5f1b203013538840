"""The optimizers of conf/optimizer, by their Keras names."""

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from percept.params import Section
from percept.training.schedule import Constant, Schedule, build_schedule

if TYPE_CHECKING:
    import keras

LearningRate = Annotated[float, Field(gt=0)]
Decay = Annotated[float, Field(ge=0, lt=1)]


class Scheduled(Section):
    schedule: Schedule = Constant(kind="constant")


class Sgd(Scheduled):
    kind: Literal["sgd"]
    learning_rate: LearningRate
    momentum: Decay
    nesterov: bool


class Adagrad(Scheduled):
    kind: Literal["adagrad"]
    learning_rate: LearningRate


class Adadelta(Scheduled):
    kind: Literal["adadelta"]
    learning_rate: LearningRate
    rho: Decay


class Rmsprop(Scheduled):
    kind: Literal["rmsprop"]
    learning_rate: LearningRate
    rho: Decay
    momentum: Decay


class Adam(Scheduled):
    kind: Literal["adam"]
    learning_rate: LearningRate
    beta_1: Decay
    beta_2: Decay


class AdamW(Scheduled):
    kind: Literal["adamw"]
    learning_rate: LearningRate
    beta_1: Decay
    beta_2: Decay
    weight_decay: float = Field(ge=0)


Optimizer = Annotated[Sgd | Adagrad | Adadelta | Rmsprop | Adam | AdamW, Field(discriminator="kind")]


def build_optimizer(config: Optimizer, epochs: int = 1, steps_per_epoch: int = 1) -> "keras.optimizers.Optimizer":
    """The Keras optimizer of that name with those settings; its schedule ends with the last of the epochs."""
    import keras

    settings = config.model_dump(exclude={"kind", "schedule"})
    settings["learning_rate"] = build_schedule(config.schedule, config.learning_rate, epochs, steps_per_epoch)
    return type(keras.optimizers.get(config.kind))(**settings)
