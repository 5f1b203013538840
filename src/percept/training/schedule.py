"""How the learning rate changes while training; `optimizer.learning_rate` is where it starts, or its peak."""

from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PositiveInt, model_validator

from percept.params import Section

Factor = Annotated[float, Field(gt=0)]


class RateSchedule(Section):
    """What the options of every schedule share."""

    kind: str

    def build(self, learning_rate: float, epochs: int, steps_per_epoch: int) -> Any:
        """Give what a Keras optimizer takes as its learning rate, a number or a schedule; here always the same."""
        return learning_rate


class Constant(RateSchedule):
    """The same in every epoch."""

    kind: Literal["constant"]


class Exponential(RateSchedule):
    """Multiplied by `factor` in each epoch, a little at each step."""

    kind: Literal["exponential"]
    factor: Annotated[float, Field(gt=0, lt=1)]

    def build(self, learning_rate: float, epochs: int, steps_per_epoch: int) -> Any:
        from keras.optimizers import schedules

        return schedules.ExponentialDecay(learning_rate, steps_per_epoch, self.factor)


class Cosine(RateSchedule):
    """Up in a straight line, then down along half a cosine until the last epoch (Loshchilov & Hutter 2017)."""

    kind: Literal["cosine"]
    warmup_epochs: int = Field(0, ge=0)
    final: float = Field(0.0, ge=0, lt=1)  # what is left at the end, as a share

    def build(self, learning_rate: float, epochs: int, steps_per_epoch: int) -> Any:
        from keras.optimizers import schedules

        warmup = min(self.warmup_epochs, epochs - 1) * steps_per_epoch
        decay = epochs * steps_per_epoch - warmup
        if not warmup:
            return schedules.CosineDecay(learning_rate, decay, self.final)
        return schedules.CosineDecay(0.0, decay, self.final, warmup_target=learning_rate, warmup_steps=warmup)


class CosineCycles(RateSchedule):
    """Up from 0 and down to 0 so many times, each about twice as long as the one before (Holzmüller et al. 2024)."""

    kind: Literal["cosine_cycles"]
    cycles: PositiveInt = 4  # the last ends with the last epoch

    def build(self, learning_rate: float, epochs: int, steps_per_epoch: int) -> Any:
        from percept.training import custom_objects

        return custom_objects.CosineCycles(learning_rate, epochs * steps_per_epoch, self.cycles)


class Piecewise(RateSchedule):
    """Multiplied by each factor in turn, from the epoch on that is given beside it."""

    kind: Literal["piecewise"]
    epochs: tuple[PositiveInt, ...] = Field(min_length=1)  # ends of all pieces but the last, counted in whole epochs
    factors: tuple[Factor, ...]  # of the pieces after the first, by which the first rate is multiplied

    @model_validator(mode="after")
    def has_a_factor_for_each_end(self) -> Self:
        if len(self.factors) != len(self.epochs):
            raise ValueError(f"{len(self.epochs)} epochs and {len(self.factors)} factors, expected one for each")
        if any(former >= later for former, later in pairwise(self.epochs)):
            raise ValueError(f"epochs are {list(self.epochs)}, expected growing numbers")
        return self

    def build(self, learning_rate: float, epochs: int, steps_per_epoch: int) -> Any:
        from keras.optimizers import schedules

        ends = [epoch * steps_per_epoch - 1 for epoch in self.epochs]  # the last step with the former rate
        return schedules.PiecewiseConstantDecay(ends, [learning_rate * factor for factor in (1, *self.factors)])


class Plateau(RateSchedule):
    """Multiplied by `factor` each time that what `fit.monitor` names has not improved for `patience` epochs.

    To the optimizer it is constant: a callback lowers the rate.
    """

    kind: Literal["plateau"]
    factor: Annotated[float, Field(gt=0, lt=1)] = 0.5
    patience: PositiveInt = 5


Schedule = Annotated[Constant | Exponential | Cosine | CosineCycles | Piecewise | Plateau, Field(discriminator="kind")]
