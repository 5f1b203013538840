"""How a search goes about: what it tries, how it is judged, for how long, and on which machines."""

from typing import Annotated, Literal, Self

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt, model_validator

from percept.params import Section
from percept.spaces.parameters import Parameter


class OnValidation(Section):
    """Judge by the rows that choose the epoch or, where a network learns from folds, by those of the training rows."""

    kind: Literal["validation"]


class CrossValidated(Section):
    """Judge by the mean over folds of all rows but the test rows, each kept out once in each repeat."""

    kind: Literal["cross_validation"]
    num: Annotated[int, Field(ge=2, le=20)] = 5
    repeats: PositiveInt = 1


Judge = Annotated[OnValidation | CrossValidated, Field(discriminator="kind")]
Goal = Literal["score", "parameters", "latency"]  # all but the score are the better the lower they are


class Search(Section):
    """Options of a search. The test rows are never read."""

    space: dict[str, Parameter] | None = None  # by key of the configuration; null: that of the network
    judge: Judge = OnValidation(kind="validation")
    objectives: tuple[Goal, ...] = Field(("score",), min_length=1)
    sampler: Literal["tpe", "random", "grid", "cma_es"] = "tpe"
    pruner: Literal["none", "median", "hyperband"] = "median"  # ends trials early that are behind others
    trials: PositiveInt | None = 30  # at most, in all; null: until the time is over
    minutes: PositiveFloat | None = None  # at most, in each call
    workers: PositiveInt | None = None  # processes on this machine; null: its CPUs divided by fit.threads
    retries: NonNegativeInt = 2  # of a trial whose worker is lost
    dask_address: str | None = None  # such as tcp://scheduler:8786; null: workers on this machine
    storage: str | None = None  # such as postgresql+psycopg://user@host/name; null: a file below logs/search

    @model_validator(mode="after")
    def ends_some_time(self) -> Self:
        if self.trials is None and self.minutes is None and self.sampler != "grid":
            raise ValueError("give `trials`, `minutes` or both, or it would never end")
        return self

    @model_validator(mode="after")
    def has_each_objective_once(self) -> Self:
        if len(set(self.objectives)) < len(self.objectives):
            raise ValueError("an objective stands there twice")
        if len(self.objectives) > 1 and self.sampler == "cma_es":
            raise ValueError("cma_es has one objective; take sampler tpe or random")
        return self
