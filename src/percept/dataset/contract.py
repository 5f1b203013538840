"""What each column of a table must hold: checked before training, and row by row when predicting.

The rules are our own, because predict needs them without pandas, on which the libraries for such checks stand.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field, FiniteFloat, model_validator

from percept.dataset.cells import Form, parse_dates, parse_numbers
from percept.errors import listed
from percept.names import by_name
from percept.params import Label, Section


class Number(Section):
    """The cells of a column are finite numbers."""

    type: Literal["number"]
    whole: bool = False  # without a fraction
    min: FiniteFloat | None = None
    max: FiniteFloat | None = None
    missing: bool = True  # cells may be empty
    unique: bool = False  # no value twice

    @model_validator(mode="after")
    def has_room(self) -> Self:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("min should not be above max")
        return self


class Category(Section):
    """The cells of a column are texts; with `values`, no others than these."""

    type: Literal["category"]
    values: Annotated[tuple[Label, ...], Field(min_length=1)] | None = None
    missing: bool = True
    unique: bool = False


class Date(Section):
    """The cells of a column are days or moments as text."""

    type: Literal["date"]
    format: Form  # such as %Y-%m-%d
    min: Label | None = None  # in this format
    max: Label | None = None
    missing: bool = True
    unique: bool = False

    @model_validator(mode="after")
    def has_readable_ends(self) -> Self:
        ends = self.days([end for end in (self.min, self.max) if end is not None])
        if np.isnan(ends).any():
            raise ValueError(f"min and max should be dates such as format {self.format} reads")
        if len(ends) == 2 and ends[0] > ends[1]:
            raise ValueError("min should not be above max")
        return self

    def days(self, cells: Sequence[str]) -> NDArray[np.float64]:
        """Return (rows,) days since 1970."""
        return parse_dates(np.array(cells, dtype=object), self.format)


ColumnRule = Annotated[Number | Category | Date, Field(discriminator="type")]
Range = Annotated[Number | Date, Field(discriminator="type")]


class Contract(Section):
    """A rule for each column by name; columns that are not named may hold anything.

    A name that is no key (`fits_key`) stands inside: `satisfied: {name: "How satisfied ...", type: number}`.
    """

    violation: Literal["error", "drop"] = "error"  # stop, or go on without such rows and count them
    columns: Annotated[dict[str, ColumnRule], BeforeValidator(by_name)] = Field({})


class Violation(NamedTuple):
    """A rule that some rows of a column break."""

    column: str
    rule: str  # what is wrong with them, such as "above 99"
    rows: NDArray[np.bool_]  # (rows,)


def violations(contract: Contract, columns: Mapping[str, NDArray[np.object_]]) -> Iterator[Violation]:
    """Check columns of text cells, (rows,), "" where one is missing; ignore the rules of columns that are not there."""
    for name, rule in contract.columns.items():
        if name in columns:
            for reason, rows in _broken(rule, columns[name]):
                if rows.any():
                    yield Violation(name, reason, rows)


def _broken(rule: ColumnRule, cells: NDArray[np.object_]) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    empty = cells == ""
    if not rule.missing:
        yield "missing", empty
    values: NDArray = cells
    match rule:
        case Category():
            if rule.values is not None:
                yield f"none of {listed(rule.values, 5)}", ~_is_in(cells, set(rule.values)) & ~empty
        case Number():
            values = parse_numbers(cells)
            yield "no number", np.isnan(values) & ~empty
            if rule.whole:
                yield "not whole", values % 1 > 0
            yield from _outside(values, rule.min, rule.max, rule)
        case Date():
            values = parse_dates(cells, rule.format)
            yield f"no date such as {rule.format}", np.isnan(values) & ~empty
            low, high = (None if end is None else rule.days([end])[0] for end in (rule.min, rule.max))
            yield from _outside(values, low, high, rule)
    if rule.unique:
        counts = Counter(values[~empty].tolist())
        yield "there more than once", _is_in(values, {value for value, count in counts.items() if count > 1}) & ~empty


def _is_in(values: NDArray, chosen: set[str | float]) -> NDArray[np.bool_]:
    return np.fromiter((value in chosen for value in values.tolist()), bool, len(values))


def _outside(
    values: NDArray[np.float64], low: float | None, high: float | None, rule: Number | Date
) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    if low is not None and rule.min is not None:
        yield f"below {shown(rule.min)}", values < low
    if high is not None and rule.max is not None:
        yield f"above {shown(rule.max)}", values > high


def shown(end: float | str) -> str:
    """Return an end of a range as messages have it."""
    return end if isinstance(end, str) else f"{end:.15g}"
