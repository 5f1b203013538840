"""The optimizers of conf/optimizer, by their Keras names."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from percept.params import Section
from percept.training.schedule import Constant, Factor, Schedule

if TYPE_CHECKING:
    import keras

LearningRate = Annotated[float, Field(gt=0)]
Decay = Annotated[float, Field(ge=0, lt=1)]


class RateFactors(Section):
    """How many times as fast as all others some weights learn."""

    biases: Factor = 1.0  # of layers, and the offsets of batch normalisation
    first_layer: Factor = 1.0  # its weights but biases; of tabm, the factors by which members multiply their inputs


class Scheduled(Section):
    """What the options of every optimizer share."""

    kind: str
    learning_rate: LearningRate
    schedule: Schedule = Constant(kind="constant")
    ema_epochs: float = Field(0.0, ge=0)  # judge and keep a running mean of the weights over about so many; 0: none
    clip_norm: float | None = Field(None, gt=0)  # largest norm of all gradients together, of each stack's; null: any
    rate_factors: RateFactors = RateFactors()

    def build(self, epochs: int = 1, steps_per_epoch: int = 1, stacks: int = 1) -> "keras.optimizers.Optimizer":
        """Make the Keras optimizer of that name with these settings; its schedule ends with the last of the epochs.

        stacks: of the members that learn side by side; each is clipped by a norm of its own, so that none tells another
        of its rows.
        """
        import keras

        settings = self.model_dump(exclude=set(Scheduled.model_fields))
        settings["learning_rate"] = self.schedule.build(self.learning_rate, epochs, steps_per_epoch)
        if self.ema_epochs:
            settings |= {"use_ema": True, "ema_momentum": max(0.0, 1 - 1 / (self.ema_epochs * steps_per_epoch))}
        refined: dict[str, Any] = {}  # what Keras' own cannot do
        if self.rate_factors != RateFactors():
            refined["rate_factors"] = self.rate_factors.model_dump()
        if self.clip_norm and stacks > 1:
            refined |= {"stacks": stacks, "clip_norm": self.clip_norm}
        elif self.clip_norm:
            settings["global_clipnorm"] = self.clip_norm
        if refined:
            from percept.training.custom_objects import REFINED

            return REFINED[self.kind](**refined, **settings)
        return type(keras.optimizers.get(self.kind))(**settings)


class Sgd(Scheduled):
    """Stochastic gradient descent, with or without momentum."""

    kind: Literal["sgd"]
    momentum: Decay  # share of the last step that is kept
    nesterov: bool  # take the gradient where that share leads


class Adagrad(Scheduled):
    """A learning rate for each weight, by its squared gradients so far (Duchi et al. 2011)."""

    kind: Literal["adagrad"]


class Adadelta(Scheduled):
    """Adagrad of the recent gradients, with steps in the unit of the weights (Zeiler 2012)."""

    kind: Literal["adadelta"]
    rho: Decay  # share of the older gradients that is kept at each step


class Rmsprop(Scheduled):
    """A learning rate for each weight, by a running mean of its squared gradients (Tieleman & Hinton 2012)."""

    kind: Literal["rmsprop"]
    rho: Decay  # share of the older squares that is kept at each step
    momentum: Decay  # share of the last step that is kept


class Adam(Scheduled):
    """Running means of each weight's gradient and of its square (Kingma & Ba 2015)."""

    kind: Literal["adam"]
    beta_1: Decay  # share of the older gradients that is kept at each step
    beta_2: Decay  # the same, of their squares


class AdamW(Scheduled):
    """Adam with weight decay apart from the gradients (Loshchilov & Hutter 2019)."""

    kind: Literal["adamw"]
    beta_1: Decay
    beta_2: Decay
    weight_decay: float = Field(ge=0)  # each step shrinks the weights by this share of the learning rate


Optimizer = Annotated[Sgd | Adagrad | Adadelta | Rmsprop | Adam | AdamW, Field(discriminator="kind")]
