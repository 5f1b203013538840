"""Examples as Keras trains on them: targets as the loss wants them, and how much each row counts."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from percept.dataset.stored import Array
from percept.errors import UserError, listed, nearest
from percept.objective import ClassWeights, Objective
from percept.prepared.examples import Examples
from percept.prepared.spec import DatasetSpec

if TYPE_CHECKING:
    import keras

MAX_ONE_HOT = 2**30  # bytes

Arrays = Array | dict[str, NDArray[Any]]


@dataclass(frozen=True)
class FitData:
    """Inputs, targets and weights, row by row; a network of several inputs or outputs takes dicts of arrays."""

    x: Arrays  # (rows, ...)
    y: Arrays  # (rows, units), or class numbers (rows, 1)
    weight: NDArray[np.float32] | None = None  # (rows,) how much a row counts in the loss; None: all the same
    places: NDArray[np.int64] | None = None  # (rows,) where each stands in its source; None: counted from 1

    def __len__(self) -> int:
        return len(next(iter(self.x.values())) if isinstance(self.x, dict) else self.x)

    @property
    def arrays(self) -> tuple[Arrays, ...]:
        """Return (x, y) or (x, y, weight), as Keras takes them."""
        return (self.x, self.y) if self.weight is None else (self.x, self.y, self.weight)

    def take(self, rows: NDArray[np.int64]) -> Self:
        """Return the data of some rows."""
        x, y = _taken(self.x, rows), _taken(self.y, rows)
        weight = None if self.weight is None else self.weight[rows]
        return type(self)(x, y, weight, None if self.places is None else self.places[rows])


def _taken(arrays: Arrays, rows: NDArray[np.int64]) -> Arrays:
    if isinstance(arrays, dict):
        return {name: array[rows] for name, array in arrays.items()}
    return arrays[rows]


def fit_data(examples: Examples, spec: DatasetSpec, objective: Objective, network: "keras.Model") -> FitData:
    """Convert targets to the form that the loss takes, for each output: (rows, units), or class numbers (rows, 1)."""
    y: NDArray[Any] = examples.y
    match objective.kind:
        case "multiclass" if objective.learns_shares:
            y = _one_hot(y, len(spec.classes), "label_smoothing" if objective.label_smoothing else "one_hot")
        case "multiclass":
            y = y[:, np.newaxis]
        case "binary":
            y = y[:, np.newaxis].astype(np.float32)
        case "multilabel":
            y = y.astype(np.float32)
        case "regression":
            y = spec.learned(y).astype(np.float32)
    targets = dict.fromkeys(network.output, y) if isinstance(network.output, dict) else y
    return FitData(examples.x, targets, examples.weight, examples.places())


def _one_hot(y: NDArray[np.int64], num_classes: int, option: str) -> NDArray[np.float32]:
    """Return rows of 0 and one 1, (rows, classes). Raises `UserError` where they would take too much memory.

    option: of the objective, that asks for them.
    """
    if (size := y.size * num_classes * 4) > MAX_ONE_HOT:
        found = f"{num_classes:,} classes and {y.size:,} rows: {size / 2**30:.1f} GiB of shares"
        expected = f"at most {MAX_ONE_HOT / 2**30:.0f} GiB"
        raise UserError(f"objective.{option}", found, expected, "leave it at its default, which needs no such rows")
    rows = np.zeros((y.size, num_classes), np.float32)
    rows[np.arange(y.size), y] = 1
    return rows


def smoothed(data: FitData, objective: Objective) -> FitData:
    """Return data whose labels give `objective.label_smoothing` of themselves to all classes alike."""
    share = getattr(objective, "label_smoothing", 0.0)
    if not share:
        return data

    def of_output(y: Any) -> NDArray[np.float32]:
        num_classes = 2 if objective.kind == "binary" else y.shape[-1]
        return (y * (1 - share) + share / num_classes).astype(np.float32)

    y = {name: of_output(y) for name, y in data.y.items()} if isinstance(data.y, dict) else of_output(data.y)
    return replace(data, y=y)


def class_weights(y: NDArray[Any], classes: tuple[str, ...], objective: Objective) -> NDArray[np.float32] | None:
    """Return how much each row counts in the loss, (rows,), or None where all count the same. Raises `UserError`.

    y: (rows,) class index. Balanced is rows / (classes * rows of the class), as in King & Zeng 2001.
    """
    wanted: ClassWeights = getattr(objective, "class_weights", "none")
    if wanted == "none":
        return None
    if not isinstance(wanted, dict):  # balanced
        counts = np.bincount(y, minlength=len(classes))
        return (len(y) / (len(classes) * counts[y])).astype(np.float32)
    for name in wanted:
        if name not in classes:
            found = f"class {name!r}{nearest(name, classes)}"
            raise UserError("objective.class_weights", found, f"some of {listed(classes)}", "correct the name")
    return np.array([wanted.get(name, 1.0) for name in classes], np.float32)[y]


def weighted(examples: Examples, spec: DatasetSpec, objective: Objective) -> Examples:
    """Multiply the weight of each row by that of its class. Raises `UserError`."""
    weight = class_weights(examples.y, spec.classes, objective)
    if weight is not None and examples.weight is not None:
        weight = weight * examples.weight
    return examples if weight is None else replace(examples, weight=weight)
