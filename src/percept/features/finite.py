"""Numbers that leave 32 bits once they are scaled: refused with row and column, before a network learns of them."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from percept.dataset.cells import LARGEST
from percept.dataset.stored import parts_of
from percept.dataset.table import Table
from percept.errors import UserError
from percept.objective import Objective
from percept.prepared.examples import Examples
from percept.prepared.spec import DatasetSpec, Subset

EXPECTED = f"at most {LARGEST:.3g}, the largest number of 32 bits, when it is scaled by the training rows"


def check_finite(examples: Mapping[Subset, Examples], table: Table, spec: DatasetSpec, objective: Objective) -> None:
    """Check inputs, targets and weights of all rows as the network takes them. Raises `UserError`."""
    for subset, part in examples.items():
        for row, column, value in _not_finite(part, subset, spec, objective):
            line = part.places()[row]
            cell = table.columns[column][np.flatnonzero(table.lines == line)[0]] if column in table.columns else ""
            raise UserError(
                f"{table.file}, {table.unit} {line}, column {column!r}",
                f"{cell or 'it'} becomes {value} among the {subset} rows: it lies too far from the training rows",
                EXPECTED,
                "correct the cell, or set features.scaling: robust, which draws far inputs in",
            )


def _not_finite(
    part: Examples, subset: Subset, spec: DatasetSpec, objective: Objective
) -> Iterator[tuple[int, str, float]]:
    """Give a number of each kind that is not finite: its row in the subset, its column, and what it becomes."""
    start = 0
    for x in parts_of(part.x):
        for row, feature in _first(x):
            yield start + row, spec.feature_sources[feature], float(x[row, feature])
        start += len(x)
    if spec.target_scales and subset != "test":  # no network learns from a test target
        with np.errstate(over="ignore"):
            learned = spec.learned(part.y.astype(np.float64)).astype(np.float32)
        for row, target in _first(learned):
            yield row, spec.targets[target], float(learned[row, target])
    if part.weight is not None:
        for row, _ in _first(part.weight[:, np.newaxis]):
            yield row, str(objective.weight), float(part.weight[row])


def _first(values: NDArray[np.float32]) -> list[tuple[int, int]]:
    """Return row and column of the first number that is not finite, where there is one."""
    finite = np.isfinite(values)
    return [] if finite.all() else [divmod(int(np.argmin(finite)), values.shape[1])]
