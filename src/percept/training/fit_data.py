"""Arrays as Keras trains on them: a network of several inputs or outputs takes dicts of arrays."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Arrays = NDArray[Any] | dict[str, NDArray[Any]]


@dataclass(frozen=True)
class FitData:
    """Inputs, targets as the loss wants them, and weights, row by row."""

    x: Arrays  # (rows, ...)
    y: Arrays  # (rows, units), or class numbers (rows, 1)
    weight: NDArray[np.float32] | None = None  # (rows,) how much a row counts in the loss; None: all the same

    def __len__(self) -> int:
        return len(next(iter(self.x.values())) if isinstance(self.x, dict) else self.x)

    @property
    def arrays(self) -> tuple[Arrays, ...]:
        """Give (x, y) or (x, y, weight), as Keras takes them."""
        return (self.x, self.y) if self.weight is None else (self.x, self.y, self.weight)

    def take(self, rows: NDArray[np.int64]) -> Self:
        """Give the data of some rows."""
        x, y = _taken(self.x, rows), _taken(self.y, rows)
        return type(self)(x, y, None if self.weight is None else self.weight[rows])


def _taken(arrays: Arrays, rows: NDArray[np.int64]) -> Arrays:
    if isinstance(arrays, dict):
        return {name: array[rows] for name, array in arrays.items()}
    return arrays[rows]
