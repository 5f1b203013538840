"""Folds of the training rows: each is kept from some members of a network, whose epoch it then chooses."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from percept.dataset.cells import Form
from percept.errors import UserError
from percept.features.ordering import check_times
from percept.params import Section

if TYPE_CHECKING:
    from sklearn.model_selection import BaseCrossValidator

WHERE = "split.validation"
OF_A_SHARE = ("fraction", "random_state", "of", "rows")  # options of other kinds of split


class Folds(Section):
    """Set no validation rows apart: members of the network learn from all folds but one, so that all rows are used.

    What they say of the fold that they did not see chooses the epoch, temperature and thresholds, and is the score on
    validation rows.
    """

    kind: Literal["folds"]
    num: Annotated[int, Field(ge=2, le=20)] = 5
    stratify: bool = False  # keep the share of each class
    group: str | None = None  # column: rows of one value stay in one fold
    column: str | None = None  # each fold is a range of this column, such as a time
    form: Form | None = None  # of its dates, as strptime takes it; null: numbers

    @model_validator(mode="before")
    @classmethod
    def leaves_out_options_of_a_share(cls, values: Any) -> Any:
        """Let those of another kind stay beside it, so that `split.validation.kind=folds` is enough."""
        return {name: value for name, value in values.items() if name not in OF_A_SHARE}

    @model_validator(mode="after")
    def chooses_one_way(self) -> "Folds":
        if self.stratify + (self.group is not None) + (self.column is not None) > 1:
            raise ValueError("stratify, group and column do not go together; choose one")
        return self

    def columns(self) -> tuple[str, ...]:
        """Return the columns that decide."""
        return tuple(filter(None, (self.group, self.column)))


def assign_folds(
    folds: Folds, labels: NDArray, columns: dict[str, NDArray[np.object_]], seed: int
) -> NDArray[np.int64]:
    """Return the number of each row's fold, (rows,). Raises `UserError` where there are too few rows or groups.

    labels: (rows,) targets, for stratify; columns: (rows,) cells of `folds.columns()`.
    """
    from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold

    if folds.column is not None:
        return _by_order(folds, check_times(WHERE, folds.column, columns[folds.column], folds.form))
    try:
        if folds.group is not None:
            return fold_numbers(GroupKFold(folds.num), labels, columns[folds.group].astype(str))
        kind = StratifiedKFold if folds.stratify else KFold
        return fold_numbers(kind(folds.num, shuffle=True, random_state=seed), labels)
    except ValueError as error:
        raise _too_few(folds, str(error).partition(". ")[0]) from None


def fold_numbers(splitter: "BaseCrossValidator", labels: NDArray, groups: NDArray | None = None) -> NDArray[np.int64]:
    """Return the number of each row's fold, (rows,), as a splitter of scikit-learn draws it. Raises `ValueError`."""
    numbers = np.zeros(len(labels), np.int64)
    for number, (_, rows) in enumerate(splitter.split(labels, labels, groups)):
        numbers[rows] = number
    return numbers


def _too_few(folds: Folds, found: str) -> UserError:
    return UserError(WHERE, found, f"enough for {folds.num} folds", "set split.validation.num lower")


def _by_order(folds: Folds, times: NDArray[np.float64]) -> NDArray[np.int64]:
    """Cut the rows, in the order of a column, into folds of equal size."""
    if len(times) < folds.num:
        raise _too_few(folds, f"{len(times)} rows")
    numbers = np.empty(len(times), np.int64)
    numbers[np.argsort(times, kind="stable")] = np.arange(len(times)) * folds.num // len(times)
    return numbers
