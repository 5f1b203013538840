"""Columns that give the target away: the same under another name, or known only once the answer is."""

from collections import Counter
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from percept.dataset.cells import parse_dates, parse_numbers
from percept.dataset.table import Table
from percept.errors import listed
from percept.profiling.columns import ColumnProfile

SAMPLE_ROWS = 5000
FEW_ROWS = 50  # fewer cannot tell a column that knows the target from one that happens to agree
CLASSES_RIGHT, VARIANCE_EXPLAINED = 0.99, 0.999
EXACT, MOST_PARTS = 0.99999, 6  # variance explained by columns that add up to the target, and how many they may be


def columns_that_tell(table: Table, target: str, is_value: bool, columns: Iterable[ColumnProfile]) -> dict[str, str]:
    """Column -> how it gives the target away, for columns that do so alone while others do not.

    is_value: the target is a number to predict, not a class.
    """
    known = np.flatnonzero(table.columns[target] != "")
    if len(known) < FEW_ROWS:
        return {}
    rows = np.random.default_rng(0).permutation(known)[:SAMPLE_ROWS]
    answers = table.columns[target][rows]
    wanted = answers_as_numbers(answers, is_value)
    told, least = {}, VARIANCE_EXPLAINED if is_value else CLASSES_RIGHT
    columns = list(columns)
    for column in columns:
        cells = table.columns[column.name][rows]
        renamed = not is_value and _is_renamed(cells, answers)
        score = _score(_as_predictor(cells, column), wanted, is_value)
        if renamed or score > least:
            what = f"{target} by another name" if renamed else f"alone it tells {target} ({_said(score, is_value)})"
            told[column.name] = f"gives the target away: {what}"
    # Where most columns do, the task is just easy.
    return told if len(told) <= max(len(columns) // 2, 1) and len(told) < len(columns) else {}


def columns_that_add_up(table: Table, target: str, columns: Iterable[ColumnProfile]) -> dict[str, str]:
    """Column -> how it gives a number away together with others, as parts do that have the target as their sum."""
    names = [column.name for column in columns if column.use == "numeric"]
    numbers = np.column_stack([parse_numbers(table.columns[name]) for name in (*names, target)])
    numbers = numbers[~np.isnan(numbers).any(axis=1)][:SAMPLE_ROWS]
    if len(names) < 2 or len(numbers) < max(FEW_ROWS, 3 * len(names)):
        return {}
    *x, y = ((numbers - numbers.mean(axis=0)) / np.where(numbers.std(axis=0) > 0, numbers.std(axis=0), 1)).T
    parts = dict(zip(names, x, strict=True))
    explained, weights = _explained(parts, y)
    for name in sorted(names, key=lambda name: abs(weights[name])):
        others = {other: values for other, values in parts.items() if other != name}
        if explained > EXACT and others and _explained(others, y)[0] > EXACT:
            parts = others
    if explained <= EXACT or not 2 <= len(parts) <= MOST_PARTS:
        return {}
    return dict.fromkeys(parts, f"gives the target away: {target} is a weighted sum of {listed(parts)}")


def _explained(parts: dict[str, NDArray], y: NDArray[np.float64]) -> tuple[float, dict[str, float]]:
    """r2 and weights of the best sum."""
    x = np.column_stack(list(parts.values()))
    weights = np.linalg.lstsq(x, y)[0]
    return 1 - ((x @ weights - y) ** 2).mean(), dict(zip(parts, weights.tolist(), strict=True))


def _said(score: float, is_value: bool) -> str:
    return f"r2 {score:.4f}" if is_value else f"balanced accuracy {score:.3f}"


def answers_as_numbers(answers: NDArray[np.object_], is_value: bool) -> NDArray[np.float64]:
    """(rows, 1) values, or (rows, classes) of 0 and 1."""
    if is_value:
        return parse_numbers(answers)[:, np.newaxis]
    classes, index = np.unique(answers.astype(str), return_inverse=True)
    return np.eye(len(classes))[index]


def _is_renamed(cells: NDArray[np.object_], answers: NDArray[np.object_]) -> bool:
    pairs = Counter(zip(cells.tolist(), answers.tolist(), strict=True))
    left, right = {one for one, _ in pairs}, {other for _, other in pairs}
    return len(pairs) == len(left) == len(right)


def _as_predictor(cells: NDArray[np.object_], column: ColumnProfile) -> NDArray:
    """(rows,) numbers with NaN, or class numbers of texts."""
    if column.use == "date" and column.form:
        return parse_dates(cells, column.form)
    if column.use == "numeric":
        return parse_numbers(cells)
    return np.unique(cells.astype(str), return_inverse=True)[1].reshape(-1)


def _score(values: NDArray, wanted: NDArray[np.float64], is_value: bool) -> float:
    """Balanced accuracy or r2 of one column alone: each half of the rows is told from the other."""
    half = len(values) // 2
    first, second = np.arange(half), np.arange(half, len(values))
    told = np.empty_like(wanted)
    beyond = np.nan if is_value else None  # a value beyond those that were seen tells nothing of its own
    for seen, unseen in ((first, second), (second, first)):
        told[unseen] = _told(values[seen], wanted[seen], values[unseen], beyond)
    if is_value:
        within = ~np.isnan(told)
        spread = ((wanted[within] - wanted[within].mean()) ** 2).sum() if within.any() else 0.0
        return float(1 - ((told - wanted)[within] ** 2).sum() / spread) if spread else 0.0
    right = (told.argmax(axis=1) == wanted.argmax(axis=1)).astype(float)
    return float(np.mean([right[rows == 1].mean() for rows in wanted.T]))


def _told(seen: NDArray, wanted: NDArray[np.float64], unseen: NDArray, beyond: float | None) -> NDArray[np.float64]:
    """(unseen rows, outputs): the mean of rows with the same value; numbers between two values lie between them.

    beyond: what to tell of numbers outside those seen; None: as of the nearest one.
    """
    everywhere = wanted.mean(axis=0)
    told = np.tile(everywhere, (len(unseen), 1))
    if seen.dtype.kind == "f":
        gaps, unseen_gaps = np.isnan(seen), np.isnan(unseen)
        if gaps.any():
            told[unseen_gaps] = wanted[gaps].mean(axis=0)
        seen, wanted = seen[~gaps], wanted[~gaps]
        if not len(seen):
            return told
    values, index, counts = np.unique(seen, return_inverse=True, return_counts=True)
    means = np.stack([np.bincount(index.reshape(-1), output) / counts for output in wanted.T], axis=1)
    if seen.dtype.kind == "f":
        rows = ~unseen_gaps
        told[rows] = np.stack([np.interp(unseen[rows], values, output, beyond, beyond) for output in means.T], axis=1)
        return told
    place = np.searchsorted(values, unseen).clip(0, len(values) - 1)
    same = values[place] == unseen
    told[same] = means[place[same]]
    return told
