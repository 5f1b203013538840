"""Groups of test rows, by category, by quarter of a number, or by class: how good the model is in each."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from percept.evaluation.metrics import METRICS
from percept.evaluation.outcome import Outcome
from percept.evaluation.predictions import Predictions

MIN_ROWS = 20  # of a group
MAX_VALUES = 30  # of a column that makes groups
NUM_QUANTILES = 4  # groups of a column of numbers
MAX_COLUMNS = 100  # that make groups, the first ones
MAX_ROWS = 50_000  # of more, every second, third, ... test row
LEVEL = 0.05  # of chance that any group at all is called worse where none is

Members = Iterator[tuple[str, NDArray[np.bool_]]]  # name and mask (rows,) of each group


class Group(NamedTuple):
    """A group of test rows and its score."""

    name: str
    num_rows: int
    value: float
    interval: tuple[float, float] | None
    p_value: float  # how likely such errors are where the group is like the others; of many groups (`holm`)

    @property
    def is_worse(self) -> bool:
        return self.p_value < LEVEL


def of_categories(predictions: Predictions) -> Members:
    """Yield the rows of each category and of each class."""
    for column in predictions.spec.raw_inputs[:MAX_COLUMNS]:
        if column.kind == "category":
            cells = predictions.raw[column.name][:, 0].astype(str)
            values = np.unique(cells)
            if 1 < len(values) <= MAX_VALUES:
                yield from ((f"{column.name} = {value or '(missing)'}", cells == value) for value in values)
    if predictions.objective.kind == "multiclass" and predictions.objective.primary == "accuracy":
        yield from ((f"class {name}", predictions.y == index) for index, name in enumerate(predictions.spec.classes))


def of_numbers(predictions: Predictions) -> Members:
    """Yield the rows of each quarter of a column of numbers, or of each number where they are as few."""
    for column in predictions.spec.raw_inputs[:MAX_COLUMNS]:
        if column.kind != "numeric":
            continue
        cells = predictions.raw[column.name][:, 0].astype(np.float64)
        known = np.isfinite(cells)
        values = np.unique(cells[known])
        if 1 < len(values) <= NUM_QUANTILES:
            yield from ((f"{column.name} = {value:.4g}", cells == value) for value in values)
        elif len(values):
            yield from _quarters(column.name, cells, known)
        if 0 < known.sum() < len(cells):
            yield f"{column.name} = (missing)", ~known


def _quarters(name: str, cells: NDArray[np.float64], known: NDArray[np.bool_]) -> Members:
    edges = np.unique(np.quantile(cells[known], np.linspace(0, 1, NUM_QUANTILES + 1)))
    for low, high in pairwise(edges):
        first = low == edges[0]
        inside = known & (cells >= low if first else cells > low) & (cells <= high)
        yield f"{name} {'from' if first else 'above'} {low:.4g} to {high:.4g}", inside


def members(predictions: Predictions) -> Members:
    """Yield the groups with rows enough."""
    for name, rows in chain(of_categories(predictions), of_numbers(predictions)):
        if MIN_ROWS <= rows.sum() < len(rows):
            yield name, rows


def scored(predictions: Predictions) -> list[Group]:
    """Return the groups with rows enough, the worst by the primary metric first."""
    predictions = predictions.take(slice(None, None, -(-len(predictions.y) // MAX_ROWS)))
    metric, wrong, found = METRICS[predictions.objective.primary], errors(predictions.outcome), []
    judged = replace(predictions, raw={})  # which need not be copied for each group
    for name, rows in members(predictions):
        outcome = judged.take(rows).outcome
        value = metric.function(outcome)
        if value is not None:
            interval = metric.interval(outcome)
            chance = _chance(wrong, rows)
            found.append(Group(name, int(rows.sum()), value, interval and metric.possible(interval), chance))
    adjusted = holm([group.p_value for group in found])
    groups = [group._replace(p_value=chance) for group, chance in zip(found, adjusted, strict=True)]
    return sorted(groups, key=lambda group: group.value if metric.higher_is_better else -group.value)


def errors(outcome: Outcome) -> NDArray[np.float64]:
    """Return how wrong each row is, (rows,): 0 or 1, share of its labels, or distance in standard deviations."""
    y = outcome.y
    if outcome.kind == "regression":
        return (np.abs(y - outcome.predicted) / (y.std(axis=0) + (y.std(axis=0) == 0))).mean(axis=1)
    wrong = (outcome.decisions != y).astype(np.float64)
    return wrong if wrong.ndim == 1 else wrong.mean(axis=1)


def _chance(errors: NDArray[np.float64], rows: NDArray[np.bool_]) -> float:
    """Return how likely as many errors, or as large ones, are among as many rows drawn by chance.

    Exact for rows that are right or wrong (Fisher 1922), else by ranks (Mann & Whitney 1947).
    """
    from scipy import stats

    if np.isin(errors, (0, 1)).all():
        inside = int(errors[rows].sum())
        return float(stats.hypergeom.sf(inside - 1, len(errors), int(errors.sum()), int(rows.sum())))
    return float(stats.mannwhitneyu(errors[rows], errors[~rows], alternative="greater", method="asymptotic").pvalue)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values of one question of many: below a level only so often as one asked alone (Holm 1979)."""
    order = np.argsort(p_values, kind="stable")
    steps = np.array(p_values)[order] * (len(p_values) - np.arange(len(p_values)))
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1) if len(p_values) else []
    return adjusted.tolist()
