"""Cross-validation: the rows that are no test rows, cut into folds, each of which in turn is what a run is tested on.

The test rows of the task are in no fold, so that a person may choose between settings by the scores of the folds.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from percept.dataset.table import Images, Table
from percept.errors import UserError
from percept.features.folds import Folds, fold_numbers
from percept.features.ordering import check_times
from percept.features.prepare import Preparation, Rows, prepare_subsets, read_raw
from percept.features.split import Fraction, Given, Latest, Nothing, Same, Split, SplitIndices, cells_of, split_rows
from percept.prepared.contents import Prepared

TEST, LATER = "a test row of the task", "later than the fold"  # why a row of the source is in no part of a fold
WHERE, FEWER = "cross-validation", "take fewer folds"


@dataclass(frozen=True)
class CrossValidation:
    """Into how many folds the rows are cut, and how often. Raises `UserError` for numbers that mean nothing."""

    num_folds: int = 5
    repeats: int = 1

    def __post_init__(self) -> None:
        for name, value, least in (("folds", self.num_folds, 2), ("repeats", self.repeats, 1)):
            if value < least:
                raise UserError(f"{WHERE}: {name}", str(value), f"{least} or more", "correct it, or leave it out")


@dataclass(frozen=True)
class Fold:
    """A fold: which rows take part, and how they are divided; the test rows among them are the fold itself."""

    repeat: int  # from 1
    number: int  # from 1
    members: NDArray[np.int64]  # among the rows that are in some fold
    indices: SplitIndices  # among the members


class FoldError(UserError):
    """What a person can correct, found in one fold."""

    def __init__(self, repeat: int, number: int, error: UserError) -> None:
        Exception.__init__(self, f"repeat {repeat}, fold {number}: {error}")


@contextmanager
def within(repeat: int, number: int) -> Iterator[None]:
    """Let a `UserError` name the fold in which it is found."""
    try:
        yield
    except UserError as error:
        raise FoldError(repeat, number, error) from None


def prepare_folds(
    raw: Images | Table, options: Preparation, cross_validation: CrossValidation
) -> Iterator[tuple[Fold, Prepared]]:
    """Give each fold, and what `prepare` makes of a task whose test rows it is.

    Validation rows, or inner folds, are cut from the rows of the other folds as `split.validation` says, and encoder,
    bins and scales are fitted to the training rows that are left. All folds are drawn, and what is wrong with them is
    said, before the first one is given. Raises `UserError`.
    """
    rows = read_raw(raw, options)
    rows = rows.take(_rows_in_folds(rows, options), TEST)
    folds = draw_folds(rows, options, cross_validation)
    return ((fold, _prepare(rows, fold, options)) for fold in folds)


def _rows_in_folds(rows: Rows, options: Preparation) -> NDArray[np.int64]:
    if isinstance(options.split.test, Same):
        advice = "compare runs of several seeds instead: a truth table has no other rows"
        raise UserError("split.test.kind", "same", "test rows that are set apart from the others", advice)
    split = options.split.model_copy(update={"validation": Nothing(kind="none")})
    return split_rows(split, rows.y, rows.cells, rows.is_test, options.seed).train


def _prepare(rows: Rows, fold: Fold, options: Preparation) -> Prepared:
    with within(fold.repeat, fold.number):
        return prepare_subsets(rows.take(fold.members, LATER), fold.indices, options)


def draw_folds(rows: Rows, options: Preparation, cross_validation: CrossValidation) -> list[Fold]:
    """Cut rows into folds in the way in which the task sets its test rows apart. Raises `UserError`.

    Which row is in which fold depends on `options.seed` and the number of the repeat alone.
    """
    way, found = _way_of(options.split), []
    if way.column and cross_validation.repeats > 1:
        what = f"{cross_validation.repeats}, and the folds follow the order of column {way.column!r}"
        raise UserError(f"{WHERE}: repeats", what, "1, as nothing is drawn by chance", "leave it out")
    for repeat in range(1, cross_validation.repeats + 1):
        state = int(np.random.default_rng([options.seed, repeat]).integers(2**32))
        numbers = _numbers(rows, way, cross_validation.num_folds, state)
        for number in range(1, cross_validation.num_folds + 1):
            members = np.flatnonzero(numbers <= number) if way.column else np.arange(len(numbers))
            with within(repeat, number):
                indices = _divide(rows, members, numbers[members] == number, options)
            found.append(Fold(repeat, number, members, indices))
    return found


def _divide(rows: Rows, members: NDArray[np.int64], is_fold: NDArray[np.bool_], options: Preparation) -> SplitIndices:
    """Make the fold the test rows, and cut validation rows from the others."""
    validation = options.split.validation
    if isinstance(validation, Fraction):
        validation = validation.model_copy(update={"of": "train"})
    split = options.split.model_copy(update={"test": Given(kind="given"), "validation": validation})
    cells = {name: rows.cells[name][members] for name in split.columns() if name in rows.cells}
    return split_rows(split, rows.y[members], cells, is_fold, options.seed)


class Way(NamedTuple):
    """How folds are cut; where nothing is said, each row is drawn by itself."""

    stratify: bool = False  # each fold has the share of each class
    group: str | None = None  # column: rows of one value are in one fold
    column: str | None = None  # each fold is later in this column than all that is learned from
    form: str | None = None  # of its dates; None: numbers


def _way_of(split: Split) -> Way:
    """Read it from how test rows are cut off or, where these are not drawn, from how validation rows are."""
    match split.test if isinstance(split.test, Fraction | Latest) else split.validation:
        case (Latest() | Folds(column=str())) as cut:
            return Way(column=cut.column, form=cut.form)
        case (Fraction() | Folds()) as cut:
            return Way(stratify=cut.stratify, group=cut.group)
    return Way()


def _numbers(rows: Rows, way: Way, num: int, state: int) -> NDArray[np.int64]:
    """Return the number of each row's fold, (rows,), from 1; 0 for rows that are earlier than all folds."""
    from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold

    every = np.arange(len(rows.y))
    if way.column:
        cells = cells_of("split", way.column, every, rows.cells)
        return _blocks(check_times("split", way.column, cells, way.form), num, way.column)
    if way.group:
        groups = cells_of("split", way.group, every, rows.cells).astype(str)
        _check_enough(num, len(np.unique(groups)), f"values of column {way.group!r}")
        return fold_numbers(GroupKFold(num, shuffle=True, random_state=state), every, groups) + 1
    _check_enough(num, len(every), "rows")
    if way.stratify:
        _, labels, counts = np.unique(rows.y, axis=0, return_inverse=True, return_counts=True)
        _check_enough(num, int(counts.min()), "rows of the rarest class", ", or set split.test.stratify: false")
        return fold_numbers(StratifiedKFold(num, shuffle=True, random_state=state), labels) + 1
    return fold_numbers(KFold(num, shuffle=True, random_state=state), every) + 1


def _blocks(times: NDArray[np.float64], num: int, column: str) -> NDArray[np.int64]:
    """Cut rows by time into `num` + 1 blocks of about one size, from 0; rows of one time are in one block."""
    numbers = np.searchsorted(np.sort(times), times) * (num + 1) // len(times)
    _check_enough(num, len(np.unique(numbers)) - 1, f"steps of {num + 1} in the order of column {column!r} with rows")
    return numbers


def _check_enough(num_folds: int, there: int, what: str, otherwise: str = "") -> None:
    if there < num_folds:
        found = f"{num_folds}, and there are {there} {what}"
        raise UserError(f"{WHERE}: folds", found, f"at most {there}", f"{FEWER}{otherwise}")
