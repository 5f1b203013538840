"""Which rows train, which choose, which judge."""

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from percept.errors import UserError, listed, nearest
from percept.params import Label, Section

Indices = NDArray[np.int64]
Share = Annotated[float, Field(gt=0, lt=1)]


class Fraction(Section):
    """A random share of the rows, as scikit-learn's train_test_split draws it."""

    kind: Literal["fraction"]
    fraction: Share
    stratify: bool = False  # keep the share of each class
    random_state: int | None = None  # null: the run's seed
    of: Literal["train", "test"] = "train"  # validation only: cut from the training rows or from the test rows


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


class Given(Section):
    """The rows that the publisher set apart."""

    kind: Literal["given"]


class Column(Section):
    """The rows with a certain value in a column; the column is no feature."""

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
    """First the test rows are set apart, then the validation rows."""

    test: Annotated[Fraction | First | Last | Given | Column | Same, Field(discriminator="kind")]
    validation: Annotated[Fraction | First | Last | Column | Nothing, Field(discriminator="kind")]

    @model_validator(mode="after")
    def cuts_validation_rows_from_rows_that_are_there(self) -> "Split":
        if isinstance(self.test, Fraction) and self.test.of == "test":
            raise ValueError("test.of: only validation rows can be cut from the test rows")
        if isinstance(self.test, Same) and isinstance(self.validation, Fraction) and self.validation.of == "test":
            raise ValueError("validation.of: test does not go with test.kind: same, whose rows all train")
        return self

    def columns(self) -> tuple[str, ...]:
        """Columns that decide the split."""
        return tuple(part.column for part in (self.test, self.validation) if isinstance(part, Column))


class Parts(Section):
    """Row numbers of each part."""

    model_config = Section.model_config | {"arbitrary_types_allowed": True}

    train: Indices
    validation: Indices
    test: Indices


def split_rows(
    split: Split, labels: NDArray, columns: dict[str, NDArray], is_test: NDArray[np.bool_] | None, seed: int
) -> Parts:
    """Share out the rows.

    labels: (rows,) targets, for stratify; columns: values by column name; is_test: (rows,) the publisher's test rows.
    Raises `UserError` when a part would be empty or a class is too small.
    """
    every = np.arange(len(labels))
    if isinstance(split.test, Same):
        rest, test = every, every
    else:
        rest, test = _cut("split.test", split.test, every, labels, columns, is_test, seed)
    match split.validation:
        case Nothing():
            train, validation = rest, every[:0]
        case Fraction(of="test"):
            validation, test = _cut("split.validation", split.validation, test, labels, columns, is_test, seed)
            train = rest
        case _:
            train, validation = _cut("split.validation", split.validation, rest, labels, columns, is_test, seed)
    return Parts(train=train, validation=validation, test=test)


def _cut(
    where: str,
    part: Section,
    rows: Indices,
    labels: NDArray,
    columns: dict[str, NDArray],
    is_test: NDArray[np.bool_] | None,
    seed: int,
) -> tuple[Indices, Indices]:
    """(rows that stay, rows cut off)."""
    match part:
        case Fraction():
            stay, off = _random_cut(where, part, rows, labels, seed)
        case First():
            count = part.count(len(rows))
            stay, off = rows[count:], rows[:count]
        case Last():
            count = part.count(len(rows))
            stay, off = rows[: max(len(rows) - count, 0)], rows[max(len(rows) - count, 0) :]
        case Given():
            if is_test is None:
                raise UserError(where, "kind: given", "a source with a test set of its own", "choose kind: fraction")
            stay, off = rows[~is_test[rows]], rows[is_test[rows]]
        case Column():
            if part.column not in columns:
                raise UserError(
                    where,
                    f"there is no column {part.column!r}{nearest(part.column, columns)}",
                    f"one of {listed(columns)}",
                    "mend it in conf/task/",
                )
            chosen = columns[part.column][rows] == part.value
            stay, off = rows[~chosen], rows[chosen]
    if len(stay) == 0 or len(off) == 0:
        raise UserError(
            where,
            f"of {len(rows)} rows it would take {len(off)} and leave {len(stay)}",
            "at least one row on each side",
            "change its fraction, rows or value",
        )
    return stay, off


def _random_cut(where: str, part: Fraction, rows: Indices, labels: NDArray, seed: int) -> tuple[Indices, Indices]:
    from sklearn.model_selection import train_test_split

    state = seed if part.random_state is None else part.random_state
    try:
        stay, off = train_test_split(
            rows,
            test_size=part.fraction,
            random_state=state,
            stratify=labels[rows] if part.stratify else None,
        )
    except ValueError as error:
        raise UserError(
            where,
            str(error).partition(". ")[0],  # what follows lists every class that is too small
            f"enough rows for a share of {part.fraction}",
            "change the fraction, or set stratify: false",
        ) from None
    return stay, off
