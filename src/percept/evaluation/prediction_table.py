"""Predictions beside their targets as a table, from which every score can be computed again: test_predictions.csv.

Columns: `row` (the line of the file, or the number of the picture), `group` where the task has groups, `actual`,
`predicted` and, of classes and labels, `probability of NAME`; of several labels or targets `actual NAME` and so on.
"""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from percept.errors import UserError
from percept.evaluation.outcome import Kind, Outcome
from percept.evaluation.predictions import Predictions
from percept.prepared.examples import Examples

ROW, GROUP, ACTUAL, PREDICTED, PROBABILITY = "row", "group", "actual", "predicted", "probability of "
MAX_CLASSES = 100  # of more, a probability for each class would be too much to keep

Columns = dict[str, NDArray]  # (rows,) by name


def table_of(predictions: Predictions, examples: Examples) -> Columns:
    """Return the columns of the table. examples: the rows that are predicted."""
    y, predicted, names = predictions.y, predictions.predicted, predictions.spec.names
    found: Columns = {ROW: examples.places()} | ({} if examples.group is None else {GROUP: examples.group})
    if predictions.objective.kind in ("binary", "multiclass"):
        classes = np.array(names, object)
        found |= {ACTUAL: classes[y], PREDICTED: classes[predictions.decisions]}
        probable = names[1:] if predictions.objective.kind == "binary" else names if len(names) <= MAX_CLASSES else ()
        return found | {f"{PROBABILITY}{name}": predicted[:, index] for index, name in enumerate(probable)}
    for index, name in enumerate(names):
        end = f" {name}" if len(names) > 1 else ""
        if predictions.decisions is None:
            found |= {f"{ACTUAL}{end}": y[:, index], f"{PREDICTED}{end}": predicted[:, index]}
        else:
            found |= {f"{ACTUAL}{end}": y[:, index], f"{PREDICTED}{end}": predictions.decisions[:, index]}
            found[f"{PROBABILITY}{name}"] = predicted[:, index]
    return found


def save_table(file: Path, columns: Mapping[str, NDArray]) -> None:
    """Write it as CSV, numbers in the fewest digits that tell them apart."""
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*(_texts(cells) for cells in columns.values()), strict=True))


def _texts(cells: NDArray) -> list:
    return list(map(str, cells)) if cells.dtype.kind == "f" else cells.tolist()


def read_table(text: str, where: str) -> dict[str, list[str]]:
    """Read what `save_table` wrote: the cells of each column. Raises `UserError` for what is no such table."""
    header, *rows = list(csv.reader(io.StringIO(text, newline=""))) or [[]]
    if ROW not in header or any(len(row) != len(header) for row in rows):
        expected, advice = "a table of predictions", "let evaluate write it again: `dvc repro --force evaluate`"
        raise UserError(where, f"columns {header[:3]}", expected, advice)
    return {name: [row[index] for row in rows] for index, name in enumerate(header)}


def outcome_of(columns: Mapping[str, list[str]], kind: Kind) -> Outcome:
    """Return what scores are computed from. Where no probabilities are kept, `predicted` is (rows, 0)."""
    part = {
        start: [cells for name, cells in columns.items() if name.startswith(start)]
        for start in (ACTUAL, PREDICTED, PROBABILITY)
    }
    num_rows = len(columns[ROW])
    probabilities = np.array(part[PROBABILITY], np.float32).reshape(-1, num_rows).T.astype(np.float64)
    match kind:
        case "regression":
            values, predicted = np.array(part[ACTUAL], np.float64).T, np.array(part[PREDICTED], np.float32).T
            return Outcome(kind, values, predicted.astype(np.float64), np.empty((num_rows, 0), np.int64))
        case "multilabel":
            labels, decisions = (np.array(part[name], np.int64).T for name in (ACTUAL, PREDICTED))
            return Outcome(kind, labels, probabilities, decisions)
    names = [name.removeprefix(PROBABILITY) for name in columns if name.startswith(PROBABILITY)]
    known = [*names, *sorted({*columns[ACTUAL], *columns[PREDICTED]} - {*names})]
    index = {name: number for number, name in enumerate(known)}
    if kind == "binary":
        index = {name: int(name == names[0]) for name in known}
    y, decisions = (np.array([index[cell] for cell in columns[name]], np.int64) for name in (ACTUAL, PREDICTED))
    return Outcome(kind, y, probabilities, decisions)
