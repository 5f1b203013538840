"""One parameter of a search space: the values that a search may give to one key of the configuration."""

from typing import Any, Self

from pydantic import Field, PositiveFloat, PositiveInt, model_validator

from percept.params import Section

KINDS = ("int", "float", "log", "choice")


class Parameter(Section):
    """Where the values of a key come from: exactly one of `int`, `float`, `log` or `choice`."""

    int_: tuple[int, int] | None = Field(None, alias="int")  # whole numbers, from the first to the second
    float_: tuple[float, float] | None = Field(None, alias="float")
    log: bool | tuple[PositiveFloat, PositiveFloat] = False  # bounds, or whether those of int or float are by ratio
    choice: tuple[Any, ...] | None = Field(None, min_length=1)  # any values; of a section, names of files in conf/
    step: PositiveFloat | None = None  # between values, from the lower bound
    length: tuple[PositiveInt, PositiveInt] | None = None  # the value is a list of so many equal ones
    when: dict[str, Any] = Field(default_factory=dict)  # tried only where these keys have this value, or one of these

    @property
    def bounds(self) -> tuple[float, float] | None:
        """Return the lowest and the highest number; None of a choice."""
        if isinstance(self.log, tuple):
            return self.log
        return self.int_ or self.float_

    @property
    def is_log(self) -> bool:
        """Tell whether numbers are drawn evenly by ratio."""
        return bool(self.log)

    @property
    def corners(self) -> tuple[Any, ...]:
        """Return values that stand for all: both bounds, or every choice."""
        return self.choice or self.bounds or ()

    @model_validator(mode="after")
    def says_where_values_come_from(self) -> Self:
        given = [self.int_, self.float_, self.log if isinstance(self.log, tuple) else None, self.choice]
        if sum(kind is not None for kind in given) != 1:
            raise ValueError(f"should have one of {', '.join(KINDS)}, such as {{int: [16, 512]}}")
        return self

    @model_validator(mode="after")
    def has_bounds_in_order(self) -> Self:
        if self.bounds is None:
            if self.log or self.step:
                raise ValueError("log and step go with numbers, not with a choice")
            return self
        low, high = self.bounds
        if low >= high:
            raise ValueError(f"the low bound {low:g} should be below the high bound {high:g}")
        if self.is_log and low <= 0:
            raise ValueError(f"the low bound {low:g} should be above 0, as log goes by ratio")
        if self.is_log and self.step:
            raise ValueError("log and step do not go together")
        if self.int_ and self.step and self.step % 1:
            raise ValueError(f"the step {self.step:g} should be a whole number, as int is")
        return self

    @model_validator(mode="after")
    def has_lengths_in_order(self) -> Self:
        if self.length and self.length[0] > self.length[1]:
            raise ValueError(f"the least length {self.length[0]} should be at most the greatest, {self.length[1]}")
        return self
