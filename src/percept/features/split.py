"""Which rows train, which choose, which judge."""

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from percept.dataset.cells import Form, parse_dates
from percept.dataset.numbers import parse_numbers
from percept.params import Label, Section

Share = Annotated[float, Field(gt=0, lt=1)]


class Fraction(Section):
    """A random share of the rows, as scikit-learn's train_test_split draws it."""

    kind: Literal["fraction"]
    fraction: Share
    stratify: bool = False  # keep the share of each class
    random_state: int | None = None  # null: the run's seed
    of: Literal["train", "test"] = "train"  # validation only: cut from the training rows or from the test rows
    group: str | None = None  # column: rows of one value stay together, and the share is one of the values

    @model_validator(mode="after")
    def keeps_groups_or_shares(self) -> "Fraction":
        if self.group and self.stratify:
            raise ValueError("group and stratify do not go together; set stratify: false to keep groups together")
        return self


class Ends(Section):
    """Rows from one end of the file, by share or by number."""

    fraction: Share | None = None
    rows: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def says_how_many(self) -> "Ends":
        if (self.fraction is None) == (self.rows is None):
            raise ValueError("give either `fraction` or `rows`")
        return self

    def count(self, num_rows: int) -> int:
        # As Keras counts for validation_split, but rounded first: 10 * (1 - 0.9) is 0.99...
        return self.rows or num_rows - int(round(num_rows * (1 - self.fraction), 6))


class First(Ends):
    kind: Literal["first"]


class Last(Ends):
    kind: Literal["last"]


class Latest(Ends):
    """The rows with the latest values of a column; those as late as the first of them are all taken along."""

    kind: Literal["latest"]
    column: str
    form: Form | None = None  # of dates, as strptime takes it, such as %Y-%m-%d; null: numbers

    def times(self, cells: NDArray[np.object_]) -> NDArray[np.float64]:
        """(rows,) with NaN where a cell is no number or date."""
        return parse_numbers(cells) if self.form is None else parse_dates(cells, self.form)


class Given(Section):
    """The rows that the publisher set apart."""

    kind: Literal["given"]


class Column(Section):
    """The rows with a certain value in a column."""

    kind: Literal["column"]
    column: str
    value: Label


class Same(Section):
    """Test on the training rows: for a truth table, where there are no others."""

    kind: Literal["same"]


class Nothing(Section):
    """No validation rows: all of them train. What a task says of its own may stay beside it, without effect."""

    model_config = Section.model_config | {"extra": "ignore"}  # so that `split.validation.kind=none` is enough

    kind: Literal["none"]


class Split(Section):
    """First the test rows are set apart, then the validation rows.

    The columns that decide are no features, unless features names them too.
    """

    test: Annotated[Fraction | First | Last | Latest | Given | Column | Same, Field(discriminator="kind")]
    validation: Annotated[Fraction | First | Last | Latest | Column | Nothing, Field(discriminator="kind")]

    @model_validator(mode="after")
    def cuts_validation_rows_from_rows_that_are_there(self) -> "Split":
        if isinstance(self.test, Fraction) and self.test.of == "test":
            raise ValueError("test.of: only validation rows can be cut from the test rows")
        if isinstance(self.test, Same) and isinstance(self.validation, Fraction) and self.validation.of == "test":
            raise ValueError("validation.of: test does not go with test.kind: same, whose rows all train")
        return self

    @model_validator(mode="after")
    def has_each_group_in_one_part(self) -> "Split":
        groups = [part.group for part in (self.test, self.validation) if isinstance(part, Fraction)]
        if len(set(groups)) > 1:
            test, validation = (group or "null" for group in groups)
            raise ValueError(f"test.group is {test} and validation.group {validation}; they should be the same")
        return self

    def columns(self) -> tuple[str, ...]:
        """Columns that decide the split."""
        found = [getattr(part, "group" if isinstance(part, Fraction) else "column", None) for _, part in self]
        return tuple(dict.fromkeys(filter(None, found)))
