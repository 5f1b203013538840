"""Which rows train the network, which choose its epoch, and which it is tested on."""

from functools import partial
from typing import Annotated, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from percept.dataset.cells import Form
from percept.dataset.stored import Columns
from percept.errors import UserError, listed, nearest
from percept.features.folds import Folds, assign_folds
from percept.features.ordering import check_times, unusable
from percept.params import Label, Section, Seed

Share = Annotated[float, Field(gt=0, lt=1)]


class Fraction(Section):
    """Cut off a random share of the rows, as scikit-learn's train_test_split draws it."""

    kind: Literal["fraction"]
    fraction: Share
    stratify: bool = False  # keep the share of each class
    random_state: Seed | None = None  # null: the run's seed
    of: Literal["train", "test"] = "train"  # validation only: cut from the training rows or from the test rows
    group: str | None = None  # column: rows of one value stay together, and the share is one of the values

    @model_validator(mode="after")
    def keeps_groups_or_shares(self) -> "Fraction":
        if self.group and self.stratify:
            raise ValueError("group and stratify do not go together; set stratify: false to keep groups together")
        return self


class Ends(Section):
    """Cut off rows from one end of the file, by share or by number."""

    fraction: Share | None = None
    rows: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def says_how_many(self) -> "Ends":
        if (self.fraction is None) == (self.rows is None):
            raise ValueError("give either `fraction` or `rows`")
        return self

    def count(self, num_rows: int) -> int:
        """Return how many of `num_rows` rows are cut off; it may be more than there are."""
        # As Keras counts for validation_split, but rounded first: 10 * (1 - 0.9) is 0.99...
        return self.rows or num_rows - int(round(num_rows * (1 - (self.fraction or 0)), 6))


class First(Ends):
    kind: Literal["first"]


class Last(Ends):
    kind: Literal["last"]


class Latest(Ends):
    """Cut off the rows with the latest values of a column; those as late as the first of them are all taken along."""

    kind: Literal["latest"]
    column: str
    form: Form | None = None  # of dates, as strptime takes it, such as %Y-%m-%d; null: numbers


class Given(Section):
    """Cut off the rows that the publisher set apart."""

    kind: Literal["given"]


class ColumnValue(Section):
    """Cut off the rows with a certain value in a column."""

    kind: Literal["column"]
    column: str
    value: Label


class Same(Section):
    """Test on the training rows: for a truth table, where there are no others."""

    kind: Literal["same"]


class Nothing(Section):
    """No validation rows: all of them train. Options of another kind may stay beside it, without effect."""

    model_config = Section.model_config | {"extra": "ignore"}  # so that `split.validation.kind=none` is enough

    kind: Literal["none"]


Cut = Fraction | First | Last | Latest | Given | ColumnValue  # how rows are cut off from others


class Split(Section):
    """First the test rows are set apart, then the validation rows.

    The columns that decide are no features, unless features names them too.
    """

    test: Annotated[Fraction | First | Last | Latest | Given | ColumnValue | Same, Field(discriminator="kind")]
    validation: Annotated[Fraction | First | Last | Latest | ColumnValue | Folds | Nothing, Field(discriminator="kind")]

    @model_validator(mode="after")
    def cuts_validation_rows_from_rows_that_are_there(self) -> "Split":
        if isinstance(self.test, Fraction) and self.test.of == "test":
            raise ValueError("test.of: only validation rows can be cut from the test rows")
        if isinstance(self.test, Same) and isinstance(self.validation, Fraction) and self.validation.of == "test":
            raise ValueError("validation.of: test does not go with test.kind: same, whose rows all train")
        return self

    @model_validator(mode="after")
    def has_each_group_in_one_subset(self) -> "Split":
        groups = [cut.group for cut in (self.test, self.validation) if isinstance(cut, Fraction | Folds)]
        if len(set(groups)) > 1:
            test, validation = (group or "null" for group in groups)
            raise ValueError(f"test.group is {test} and validation.group {validation}; they should be the same")
        return self

    @property
    def group(self) -> str | None:
        """Return the column of which rows of one value are in one subset."""
        cuts = (cut for cut in (self.test, self.validation) if isinstance(cut, Fraction | Folds))
        return next((cut.group for cut in cuts if cut.group), None)

    def columns(self) -> tuple[str, ...]:
        """Return the columns that decide the split."""
        found = [getattr(cut, name, None) for _, cut in self for name in ("group", "column")]
        return tuple(dict.fromkeys(filter(None, found)))


Indices = NDArray[np.int64]
Mask = NDArray[np.bool_]


class SplitIndices(NamedTuple):
    """The row numbers of each subset."""

    train: Indices
    validation: Indices
    test: Indices
    fold: Indices | None = None  # (training rows,) the number of each row's fold, where there are folds


def split_rows(split: Split, labels: NDArray, columns: Columns, is_test: Mask | None, seed: int) -> SplitIndices:
    """Divide the rows among train, validation and test.

    labels: (rows,) targets, for stratify; columns: values by column name; is_test: (rows,) the publisher's test rows.
    Raises `UserError` when a subset would be empty or a class is too small.
    """
    cut = partial(_cut_off, labels=labels, columns=columns, is_test=is_test, seed=seed)
    every = np.arange(len(labels))
    rest, test = (every, every) if isinstance(split.test, Same) else cut("split.test", split.test, every)
    match split.validation:
        case Nothing():
            train, validation = rest, every[:0]
        case Folds() as folds:
            chosen = {name: cells_of("split.validation", name, rest, columns) for name in folds.columns()}
            fold = assign_folds(folds, labels[rest], chosen, seed)
            return SplitIndices(rest, every[:0], test, fold)
        case Fraction(of="test"):
            train, (validation, test) = rest, cut("split.validation", split.validation, test)
        case _:
            train, validation = cut("split.validation", split.validation, rest)
    return SplitIndices(train=train, validation=validation, test=test)


def _cut_off(
    where: str, cut: Cut, rows: Indices, labels: NDArray, columns: Columns, is_test: Mask | None, seed: int
) -> tuple[Indices, Indices]:
    """Return the rows that stay and the rows that are cut off. Raises `UserError` where there are none of either."""
    if isinstance(cut, Fraction):
        stay, off = _draw(where, cut, rows, labels, columns, seed)
    else:
        chosen = _choose(where, cut, rows, columns, is_test)
        stay, off = rows[~chosen], rows[chosen]
    if len(stay) == 0 or len(off) == 0:
        found = f"of {len(rows)} rows it would take {len(off)} and leave {len(stay)}"
        raise UserError(where, found, "at least one row on each side", "change its fraction, rows or value")
    return stay, off


def _choose(where: str, cut: Cut, rows: Indices, columns: Columns, is_test: Mask | None) -> Mask:
    """Return the (rows,) mask of the rows that a cut without chance takes off. Raises `UserError`."""
    match cut:
        case First():
            return np.arange(len(rows)) < cut.count(len(rows))
        case Last():
            return np.arange(len(rows)) >= len(rows) - cut.count(len(rows))
        case Latest():
            return _latest(where, cut, cells_of(where, cut.column, rows, columns))
        case ColumnValue():
            return cells_of(where, cut.column, rows, columns, may_be_missing=True) == cut.value
    # Given is left.
    if is_test is None:
        raise UserError(where, "kind: given", "a source with a test set of its own", "choose kind: fraction")
    return is_test[rows]


def cells_of(
    where: str, column: str, rows: Indices, columns: Columns, may_be_missing: bool = False
) -> NDArray[np.object_]:
    """Return some rows' cells of a column. Raises `UserError` where there is no such column, or a cell is missing.

    where: the option that names the column.
    """
    if column not in columns:
        found = f"there is no column {column!r}{nearest(column, columns)}"
        expected = f"one of {listed(columns)}" if columns else "a split without columns: pictures have none"
        raise UserError(where, found, expected, "correct it in conf/task/")
    values = columns[column][rows]
    if not may_be_missing and (values == "").any():
        raise unusable(where, column, f"{(values == '').sum()} of {len(values)} cells are missing", "a value in each")
    return values


def _latest(where: str, cut: Latest, cells: NDArray[np.object_]) -> Mask:
    """Return the (rows,) mask of the rows that are at least as late as the one that is `cut.count` from the end."""
    times = check_times(where, cut.column, cells, cut.form)
    return times >= np.sort(times)[-min(cut.count(len(times)), len(times))]


def _draw(
    where: str, cut: Fraction, rows: Indices, labels: NDArray, columns: Columns, seed: int
) -> tuple[Indices, Indices]:
    """Return the rows that stay and a random share of them as scikit-learn draws it. Raises `UserError`."""
    from sklearn.model_selection import GroupShuffleSplit, train_test_split

    groups = None if cut.group is None else cells_of(where, cut.group, rows, columns).astype(str)
    state = seed if cut.random_state is None else cut.random_state
    try:
        if groups is not None:
            shuffled = GroupShuffleSplit(1, test_size=cut.fraction, random_state=state)
            stay, off = next(shuffled.split(rows, groups=groups))
            return rows[stay], rows[off]
        stratify = labels[rows] if cut.stratify else None
        stay, off = train_test_split(rows, test_size=cut.fraction, random_state=state, stratify=stratify)
    except ValueError as error:
        found = str(error).partition(". ")[0]  # what follows lists every class that is too small
        advice = "change the fraction" + (", or set stratify: false" if cut.stratify else "")
        raise UserError(where, found, f"enough rows for a share of {cut.fraction}", advice) from None
    return stay, off
