"""Columns that are filled only once the target is known, and pairs of columns that only together tell it."""

from collections.abc import Iterable, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from percept.dataset.table import Table
from percept.errors import listed
from percept.profiling.columns import ColumnProfile
from percept.profiling.phrases import shorten

FEW_ROWS = 20  # that are filled
PURE = 0.99  # of the filled rows have one class
COMMON = 0.9  # a class of more than this share is what most rows have anyway
SURE = 20  # nats of evidence: the filled rows are no random ones

SAMPLE_ROWS = 2000
MAX_COLUMNS = 60
MAX_VALUES = 50
ROWS_PER_PAIR = 10  # of values, on average
ALONE = 0.95  # share of rows that one column may tell alone


def filled_after_event(table: Table, target: str, is_value: bool, columns: Iterable[ColumnProfile]) -> dict[str, str]:
    """Return the columns that have a value only where the target has a certain one, and the reason.

    is_value: the target is a number; then it counts whether it has its most frequent value.
    """
    answers = table.columns[target]
    known = answers != ""
    labels, index, counts = np.unique(answers[known].astype(str), return_inverse=True, return_counts=True)
    if is_value:  # has it its most frequent value?
        most = counts.argmax()
        words = [f"not {shorten(labels[most])}", shorten(labels[most])]
        index, counts = (index == most).astype(int), np.array([len(index) - counts[most], counts[most]])
    else:
        words = list(map(shorten, labels))
    found: dict[str, list[str]] = {}
    columns = list(columns)
    for column in columns:
        filled = (table.columns[column.name] != "")[known]
        if column.num_missing and filled.sum() >= FEW_ROWS and not filled.all():
            label = _certain_label(np.bincount(index[filled], minlength=len(counts)), counts)
            if label is not None:
                found.setdefault(words[label], []).append(column.name)
    if sum(map(len, found.values())) == len(columns):
        return {}
    return {
        name: f"gives the target away: filled only where {target} is {label}"
        + (f", as {listed(other for other in names if other != name)}" if len(names) > 1 else "")
        for label, names in found.items()
        for name in names
    }


def _certain_label(filled: NDArray[np.int64], everywhere: NDArray[np.int64]) -> int | None:
    """Return the class that nearly all filled rows have, unless most rows have it anyway or chance may explain it."""
    label = int(filled.argmax())
    share, usual = filled[label] / filled.sum(), everywhere[label] / everywhere.sum()
    if share < PURE or usual > COMMON:
        return None
    rest = (1 - share) * np.log((1 - share) / (1 - usual)) if share < 1 else 0.0
    return label if filled.sum() * (share * np.log(share / usual) + rest) > SURE else None


def pairs_that_tell(table: Table, target: str, columns: Sequence[ColumnProfile]) -> list[tuple[str, str]]:
    """Return pairs of columns of few values that together tell the class, and that do not alone; not all columns."""
    known = np.flatnonzero(table.columns[target] != "")
    rows = np.random.default_rng(0).permutation(known)[:SAMPLE_ROWS]
    answers = np.unique(table.columns[target][rows].astype(str), return_inverse=True)[1]
    num_classes = int(answers.max()) + 1
    few = [column.name for column in columns if 1 < column.num_values <= MAX_VALUES][:MAX_COLUMNS]
    codes = {name: np.unique(table.columns[name][rows].astype(str), return_inverse=True)[1] for name in few}
    codes = {name: code for name, code in codes.items() if _told(code, answers, num_classes) < ALONE}
    found = []
    for one, other in combinations(codes, 2):
        both = codes[one] * MAX_VALUES * 2 + codes[other]
        num_pairs = len(np.unique(both))
        if num_pairs * ROWS_PER_PAIR <= len(rows) and _told(both, answers, num_classes) >= PURE:
            found.append((one, other))
    return found if len(columns) > 2 else []


def _told(codes: NDArray[np.int64], answers: NDArray[np.int64], num_classes: int) -> float:
    """Return the balanced accuracy of the class that most rows of the same code have."""
    values, index = np.unique(codes, return_inverse=True)
    counts = np.bincount(index * num_classes + answers, minlength=len(values) * num_classes)
    counts = counts.reshape(len(values), num_classes)
    right = np.zeros(num_classes)
    np.add.at(right, counts.argmax(axis=1), counts.max(axis=1))
    present = counts.sum(axis=0) > 0
    return float((right[present] / counts.sum(axis=0)[present]).mean())
