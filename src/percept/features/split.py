"""Which rows train, which choose, which judge."""

from functools import partial
from typing import Annotated, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from percept.dataset.cells import Form, parse_dates, parse_numbers
from percept.errors import UserError, listed, nearest
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
        return self.rows or num_rows - int(round(num_rows * (1 - (self.fraction or 0)), 6))


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


class ColumnValue(Section):
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

    test: Annotated[Fraction | First | Last | Latest | Given | ColumnValue | Same, Field(discriminator="kind")]
    validation: Annotated[Fraction | First | Last | Latest | ColumnValue | Nothing, Field(discriminator="kind")]

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


Indices = NDArray[np.int64]


class SplitIndices(NamedTuple):
    """Row numbers of each subset."""

    train: Indices
    validation: Indices
    test: Indices


def split_rows(
    split: Split, labels: NDArray, columns: dict[str, NDArray], is_test: NDArray[np.bool_] | None, seed: int
) -> SplitIndices:
    """Share out the rows.

    labels: (rows,) targets, for stratify; columns: values by column name; is_test: (rows,) the publisher's test rows.
    Raises `UserError` when a part would be empty or a class is too small.
    """
    cut = partial(_cut, labels=labels, columns=columns, is_test=is_test, seed=seed)
    every = np.arange(len(labels))
    rest, test = (every, every) if isinstance(split.test, Same) else cut("split.test", split.test, every)
    match split.validation:
        case Nothing():
            train, validation = rest, every[:0]
        case Fraction(of="test"):
            train, (validation, test) = rest, cut("split.validation", split.validation, test)
        case _:
            train, validation = cut("split.validation", split.validation, rest)
    return SplitIndices(train=train, validation=validation, test=test)


def _cut(
    where: str,
    part: Section,
    rows: Indices,
    labels: NDArray,
    columns: dict[str, NDArray],
    is_test: NDArray[np.bool_] | None,
    seed: int,
) -> tuple[Indices, Indices]:
    """Give the rows that stay and the rows cut off. Raises `UserError`."""
    match part:
        case Fraction():
            groups = None if part.group is None else _values(where, part.group, rows, columns)
            stay, off = _random_cut(where, part, rows, labels, groups, seed)
        case First():
            off, stay = np.split(rows, [part.count(len(rows))])
        case Last():
            stay, off = np.split(rows, [max(len(rows) - part.count(len(rows)), 0)])
        case Latest():
            late = _latest(where, part, _values(where, part.column, rows, columns))
            stay, off = rows[~late], rows[late]
        case Given():
            if is_test is None:
                raise UserError(where, "kind: given", "a source with a test set of its own", "choose kind: fraction")
            stay, off = rows[~is_test[rows]], rows[is_test[rows]]
        case ColumnValue():
            chosen = _values(where, part.column, rows, columns, may_be_missing=True) == part.value
            stay, off = rows[~chosen], rows[chosen]
    if len(stay) == 0 or len(off) == 0:
        raise UserError(
            where,
            f"of {len(rows)} rows it would take {len(off)} and leave {len(stay)}",
            "at least one row on each side",
            "change its fraction, rows or value",
        )
    return stay, off


def _values(
    where: str, column: str, rows: Indices, columns: dict[str, NDArray], may_be_missing: bool = False
) -> NDArray[np.object_]:
    if column not in columns:
        found = f"there is no column {column!r}{nearest(column, columns)}"
        expected = f"one of {listed(columns)}" if columns else "a split without columns: pictures have none"
        raise UserError(where, found, expected, "correct it in conf/task/")
    values = columns[column][rows]
    if not may_be_missing and (values == "").any():
        raise _unusable(where, column, f"{(values == '').sum()} of {len(values)} cells are missing", "a value in each")
    return values


def _latest(where: str, part: Latest, cells: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Tell which rows, (rows,), are at least as late as the one that is `part.count` from the end."""
    times = part.times(cells)
    wrong = np.flatnonzero(np.isnan(times))
    if len(wrong):
        found = f"{len(wrong)} of {len(cells)} cells cannot be ordered, the first is {cells[wrong[0]]!r}"
        expected = "a number in each (form: null)" if part.form is None else f"a date such as {part.form} in each"
        raise _unusable(where, part.column, found, expected)
    return times >= np.sort(times)[-min(part.count(len(times)), len(times))]


def _unusable(where: str, column: str, found: str, expected: str) -> UserError:
    advice = (
        "correct them, or leave such rows out: contract.violation: drop and "
        f"contract.columns: {{{column}: {{type: ..., missing: false}}}}"
    )
    return UserError(where, f"column {column!r}: {found}", expected, advice)


def _random_cut(
    where: str, part: Fraction, rows: Indices, labels: NDArray, groups: NDArray[np.object_] | None, seed: int
) -> tuple[Indices, Indices]:
    from sklearn.model_selection import GroupShuffleSplit, train_test_split

    state = seed if part.random_state is None else part.random_state
    try:
        if groups is not None:
            shuffled = GroupShuffleSplit(1, test_size=part.fraction, random_state=state)
            return tuple(rows[chosen] for chosen in next(shuffled.split(rows, groups=groups.astype(str))))
        stratify = labels[rows] if part.stratify else None
        stay, off = train_test_split(rows, test_size=part.fraction, random_state=state, stratify=stratify)
    except ValueError as error:
        raise UserError(
            where,
            str(error).partition(". ")[0],  # what follows lists every class that is too small
            f"enough rows for a share of {part.fraction}",
            "change the fraction" + (", or set stratify: false" if part.stratify else ""),
        ) from None
    return stay, off
