"""Target leakage: columns that are the target under another name, or are known only once it is known."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from percept.dataset.cells import parse_dates, parse_numbers
from percept.dataset.table import Table
from percept.profiling.columns import ColumnProfile

SAMPLE_ROWS = 5000
FEW_ROWS = 50  # with fewer, a column may agree with the target by chance
LEAKING_ACCURACY, LEAKING_R2 = 0.99, 0.999  # of one column alone; the accuracy is balanced


def leaking_columns(table: Table, target: str, is_value: bool, columns: Iterable[ColumnProfile]) -> dict[str, str]:
    """Return the columns that predict the target alone, and how they give it away; none where most columns do.

    is_value: the target is a number to predict, not a class.
    """
    known = np.flatnonzero(table.columns[target] != "")
    if len(known) < FEW_ROWS:
        return {}
    rows = np.random.default_rng(0).permutation(known)[:SAMPLE_ROWS]
    answers = table.columns[target][rows]
    targets = target_matrix(answers, is_value)
    reasons, least = {}, LEAKING_R2 if is_value else LEAKING_ACCURACY
    columns = list(columns)
    for column in columns:
        cells = table.columns[column.name][rows]
        renamed = not is_value and _is_renamed(cells, answers)
        score = _score(_as_predictor(cells, column), targets, is_value)
        if renamed or score > least:
            what = f"{target} by another name" if renamed else f"alone it tells {target} ({_in_words(score, is_value)})"
            reasons[column.name] = f"gives the target away: {what}"
    # Where most columns do so, the task is just easy.
    return reasons if len(reasons) <= max(len(columns) // 2, 1) and len(reasons) < len(columns) else {}


def _in_words(score: float, is_value: bool) -> str:
    return f"r2 {score:.4f}" if is_value else f"balanced accuracy {score:.3f}"


def target_matrix(cells: NDArray[np.object_], is_value: bool) -> NDArray[np.float64]:
    """Return values, (rows, 1), or one-hot classes, (rows, classes)."""
    if is_value:
        return parse_numbers(cells)[:, np.newaxis]
    classes, index = np.unique(cells, return_inverse=True)  # as objects: fixed-width text is as wide as the longest
    return np.eye(len(classes))[index]


def _is_renamed(cells: NDArray[np.object_], answers: NDArray[np.object_]) -> bool:
    """Tell whether each value of one column goes with exactly one value of the other."""
    left, right = set(cells.tolist()), set(answers.tolist())
    return len(left) == len(right) == len(set(zip(cells.tolist(), answers.tolist(), strict=True)))


def _as_predictor(cells: NDArray[np.object_], column: ColumnProfile) -> NDArray:
    """Return numbers with NaN, or codes of texts, (rows,)."""
    if column.use == "date" and column.form:
        return parse_dates(cells, column.form)
    if column.use == "numeric":
        return parse_numbers(cells)
    return np.unique(cells, return_inverse=True)[1].reshape(-1)


def _score(values: NDArray, targets: NDArray[np.float64], is_value: bool) -> float:
    """Return balanced accuracy or r2 of one column alone: each half of the rows is predicted from the other."""
    half = len(values) // 2
    first, second = np.arange(half), np.arange(half, len(values))
    predicted = np.empty_like(targets)
    beyond = np.nan if is_value else None  # no number is predicted outside the range seen
    for seen, unseen in ((first, second), (second, first)):
        predicted[unseen] = _predict(values[seen], targets[seen], values[unseen], beyond)
    if is_value:
        within = ~np.isnan(predicted)
        spread = ((targets[within] - targets[within].mean()) ** 2).sum() if within.any() else 0.0
        return float(1 - ((predicted - targets)[within] ** 2).sum() / spread) if spread else 0.0
    right = (predicted.argmax(axis=1) == targets.argmax(axis=1)).astype(float)
    return float(np.mean([right[rows == 1].mean() for rows in targets.T]))


def _predict(seen: NDArray, targets: NDArray[np.float64], unseen: NDArray, beyond: float | None) -> NDArray[np.float64]:
    """Predict unseen rows, (rows, outputs): the mean of seen rows with the same value, for numbers interpolated.

    beyond: prediction for numbers outside those seen; None: that of the nearest one.
    """
    everywhere = targets.mean(axis=0)
    predicted = np.tile(everywhere, (len(unseen), 1))
    if seen.dtype.kind == "f":
        gaps, unseen_gaps = np.isnan(seen), np.isnan(unseen)
        if gaps.any():
            predicted[unseen_gaps] = targets[gaps].mean(axis=0)
        seen, targets = seen[~gaps], targets[~gaps]
        if not len(seen):
            return predicted
    values, index, counts = np.unique(seen, return_inverse=True, return_counts=True)
    means = np.stack([np.bincount(index.reshape(-1), output) / counts for output in targets.T], axis=1)
    if seen.dtype.kind == "f":
        rows = ~unseen_gaps
        columns = [np.interp(unseen[rows], values, output, beyond, beyond) for output in means.T]
        predicted[rows] = np.stack(columns, axis=1)
        return predicted
    place = np.searchsorted(values, unseen).clip(0, len(values) - 1)
    same = values[place] == unseen
    predicted[same] = means[place[same]]
    return predicted
