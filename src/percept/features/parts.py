"""The rows of each part, as the options of the split say."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from percept.errors import UserError, listed, nearest
from percept.features.split import Column, First, Fraction, Given, Last, Latest, Nothing, Same, Split
from percept.params import Section

Indices = NDArray[np.int64]


class Parts(NamedTuple):
    """Row numbers of each part."""

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
        case Column():
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
        raise UserError(where, found, expected, "mend it in conf/task/")
    values = columns[column][rows]
    if not may_be_missing and (values == "").any():
        raise _unusable(where, column, f"{(values == '').sum()} of {len(values)} cells are missing", "a value in each")
    return values


def _latest(where: str, part: Latest, cells: NDArray[np.object_]) -> NDArray[np.bool_]:
    """(rows,) which are at least as late as the one that is `part.count` from the end."""
    times = part.times(cells)
    wrong = np.flatnonzero(np.isnan(times))
    if len(wrong):
        found = f"{len(wrong)} of {len(cells)} cells cannot be ordered, the first is {cells[wrong[0]]!r}"
        expected = "a number in each (form: null)" if part.form is None else f"a date such as {part.form} in each"
        raise _unusable(where, part.column, found, expected)
    return times >= np.sort(times)[-min(part.count(len(times)), len(times))]


def _unusable(where: str, column: str, found: str, expected: str) -> UserError:
    advice = (
        f"mend them, or leave such rows out: contract.violation: drop and contract.columns: {{{column}: {{type: ..., "
        "missing: false}}"
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
