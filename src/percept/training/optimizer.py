"""The optimizers of conf/optimizer, by their Keras names."""

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from percept.params import Section
from percept.training.schedule import Constant, Schedule

if TYPE_CHECKING:
    import keras

LearningRate = Annotated[float, Field(gt=0)]
Decay = Annotated[float, Field(ge=0, lt=1)]


class Scheduled(Section):
    """What all optimizers share."""

    kind: str
    learning_rate: LearningRate
    schedule: Schedule = Constant(kind="constant")

    def build(self, epochs: int = 1, steps_per_epoch: int = 1) -> "keras.optimizers.Optimizer":
        """Make the Keras optimizer of that name with these settings; its schedule ends with the last of the epochs."""
        import keras

        settings = self.model_dump(exclude={"kind", "schedule"})
        settings["learning_rate"] = self.schedule.build(self.learning_rate, epochs, steps_per_epoch)
        return type(keras.optimizers.get(self.kind))(**settings)


class Sgd(Scheduled):
    kind: Literal["sgd"]
    momentum: Decay
    nesterov: bool


class Adagrad(Scheduled):
    kind: Literal["adagrad"]


class Adadelta(Scheduled):
    kind: Literal["adadelta"]
    rho: Decay


class Rmsprop(Scheduled):
    kind: Literal["rmsprop"]
    rho: Decay
    momentum: Decay


class Adam(Scheduled):
    kind: Literal["adam"]
    beta_1: Decay
    beta_2: Decay


class AdamW(Scheduled):
    kind: Literal["adamw"]
    beta_1: Decay
    beta_2: Decay
    weight_decay: float = Field(ge=0)


Optimizer = Annotated[Sgd | Adagrad | Adadelta | Rmsprop | Adam | AdamW, Field(discriminator="kind")]
