"""What the shipped file looks at: how much worse it is without a column, and what it says as one column changes."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from percept.evaluation.metrics import METRICS
from percept.evaluation.outcome import Outcome
from percept.evaluation.predictions import Predictions, Raw
from percept.model_file.session import OUTPUT
from percept.prepared.spec import RawInput

MAX_ANSWERS = 60_000  # rows that the shipped file is asked for, over all columns
MAX_ROWS, MIN_ROWS = 2000, 100  # of test rows that take part
NUM_SHUFFLES = 5
MAX_COLUMNS = 200  # more take too long
NUM_VALUES = 12  # of a column, for what the model says as it changes
MAX_LINES = 4  # classes or targets that are drawn

Answer = Callable[[Raw], Raw]


class Importance(NamedTuple):
    """How much worse the primary metric is where the cells of a column are shuffled."""

    column: str
    mean: float  # over the shuffles; above 0: the column helps
    low: float
    high: float


class Effect(NamedTuple):
    """What the model says, on average, where all rows have the same value in a column."""

    column: str
    values: list  # numbers or texts, in order
    predicted: dict[str, list[float]]  # by class or target: mean probability or value


def importances(predictions: Predictions, answer: Answer, seed: int) -> list[Importance]:
    """Return the columns of a table, that which is missed most first (Breiman 2001; Fisher, Rudin & Dominici 2019).

    Columns that come from one date are shuffled together.
    """
    columns: dict[str, list[RawInput]] = {}
    for column in predictions.spec.raw_inputs:
        columns.setdefault(column.source, []).append(column)
    if predictions.spec.pixels or not 1 < len(columns) <= MAX_COLUMNS:
        return []
    random = np.random.default_rng(seed)
    most = min(MAX_ROWS, max(MIN_ROWS, MAX_ANSWERS // (NUM_SHUFFLES * len(columns))))
    some = _some_rows(predictions, most, random)
    metric = METRICS[predictions.objective.primary]
    whole = metric.function(_outcome(some, answer(some.raw)))
    if whole is None:
        return []
    found = []
    for name, parts in columns.items():
        shuffled = [metric.function(_outcome(some, answer(raw))) for raw in _shuffles(some.raw, parts, random)]
        sign = 1 if metric.higher_is_better else -1
        losses = [sign * (whole - value) for value in shuffled if value is not None]
        if losses:
            found.append(Importance(name, float(np.mean(losses)), min(losses), max(losses)))
    return sorted(found, key=lambda each: -each.mean)


def _some_rows(predictions: Predictions, most: int, random: np.random.Generator) -> Predictions:
    num_rows = len(predictions.y)
    rows = np.sort(random.choice(num_rows, min(num_rows, most), replace=False))
    return predictions.take(rows)


def _shuffles(raw: Raw, parts: list[RawInput], random: np.random.Generator) -> Iterator[Raw]:
    for _ in range(NUM_SHUFFLES):
        order = random.permutation(len(next(iter(raw.values()))))
        yield raw | {part.name: raw[part.name][order] for part in parts}


def _outcome(some: Predictions, outputs: Raw) -> Outcome:
    return Predictions.of(outputs, some.raw, some.y, some.spec, some.objective).outcome


def effects(predictions: Predictions, columns: list[str], answer: Answer, seed: int) -> list[Effect]:
    """Return partial dependence (Friedman 2001) on some columns of a table; parts of a date have none."""
    some = _some_rows(predictions, MIN_ROWS, np.random.default_rng(seed))
    inputs = {column.name: column for column in predictions.spec.raw_inputs if column.date is None}
    found = []
    for name in columns:
        if name not in inputs or inputs[name].kind not in ("numeric", "category"):
            continue
        cells = predictions.raw[name]
        values = _numbers(cells) if inputs[name].kind == "numeric" else _commonest(cells)
        if len(values) > 1:
            found.append(Effect(name, values.tolist(), _answers(some, name, values, answer)))
    return found


def _numbers(cells: NDArray) -> NDArray:
    """Return values from the 2nd to the 98th percentile, each as likely to be passed as the next."""
    known = cells[np.isfinite(cells)]
    return np.unique(np.quantile(known, np.linspace(0.02, 0.98, NUM_VALUES))) if len(known) else known


def _commonest(cells: NDArray) -> NDArray:
    values, counts = np.unique(cells.astype(str), return_counts=True)
    return values[np.argsort(-counts, kind="stable")[:NUM_VALUES]]


def _answers(some: Predictions, name: str, values: NDArray, answer: Answer) -> dict[str, list[float]]:
    num_rows, num_values = len(some.y), len(values)
    raw = {column: np.tile(cells, (num_values, 1)) for column, cells in some.raw.items()}
    raw[name] = np.repeat(values, num_rows)[:, np.newaxis].astype(some.raw[name].dtype)
    predicted = answer(raw)[OUTPUT].reshape(num_values, num_rows, -1).mean(axis=1)  # (values, outputs)
    spec = some.spec
    names = spec.classes[1:] if some.objective.kind == "binary" else spec.names
    spread = np.argsort(-np.ptp(predicted, axis=0), kind="stable")[:MAX_LINES]  # those that change most
    return {names[index]: predicted[:, index].tolist() for index in sorted(spread)}
