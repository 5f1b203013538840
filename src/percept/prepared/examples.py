"""data/prepared: the arrays of each part, and the raw rows that the shipped file is judged on."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from percept import paths
from percept.dataset.arrays import save_arrays, without_objects
from percept.errors import UserError
from percept.prepared.spec import DatasetSpec, Subset

Array = NDArray[np.float32 | np.uint8 | np.int64]
Arrays = Array | dict[str, Array]


@dataclass(frozen=True)
class Examples:
    """Network inputs and targets, row by row; a network of several inputs or outputs takes dicts of arrays."""

    x: Arrays  # (rows, *spec.shape)
    y: Arrays  # (rows,) class index, (rows, labels) 0 or 1, or (rows, targets) values in their own unit
    weight: NDArray[np.float32] | None = None  # (rows,) how much a row counts in the loss; None: all the same

    def __len__(self) -> int:
        return len(next(iter(self.x.values())) if isinstance(self.x, dict) else self.x)

    def take(self, rows: NDArray[np.int64]) -> Self:
        """The examples of some rows."""
        x, y, weight = (_taken(arrays, rows) for arrays in (self.x, self.y, self.weight))
        return replace(self, x=x, y=y, weight=weight)

    @property
    def parts(self) -> tuple[Arrays, ...]:
        """(x, y) or (x, y, weight), as Keras takes them."""
        return (self.x, self.y) if self.weight is None else (self.x, self.y, self.weight)


def _taken(arrays: Arrays | None, rows: NDArray[np.int64]) -> Arrays | None:
    if isinstance(arrays, dict):
        return {name: array[rows] for name, array in arrays.items()}
    return None if arrays is None else arrays[rows]


def load_spec(folder: Path = paths.PREPARED) -> DatasetSpec:
    """The dataset's description. Raises `UserError` when preprocess has not run."""
    path = folder / paths.SPEC
    if not path.is_file():
        raise UserError(str(path), "there is no such file", "the output of preprocess", "run `dvc repro`")
    return DatasetSpec.load(path)


def load_examples(part: Subset, folder: Path = paths.PREPARED) -> Examples:
    """One part; it may be empty."""
    with np.load(folder / f"{part}.npz") as arrays:
        return Examples(arrays["x"], arrays["y"], arrays.get("weight"))


def save_examples(part: Subset, examples: Examples, folder: Path) -> None:
    weight = {} if examples.weight is None else {"weight": examples.weight}
    save_arrays(folder / f"{part}.npz", {"x": examples.x, "y": examples.y, **weight})


def load_raw(part: Subset, spec: DatasetSpec, folder: Path = paths.PREPARED) -> dict[str, NDArray]:
    """Raw inputs by name, (rows, 1) for a column and (rows, height, width, channels) for pictures."""
    if spec.pixels:
        return {spec.raw_inputs[0].name: load_examples(part, folder).x}
    with np.load(folder / f"{part}_rows.npz") as arrays:
        # Positions, not names, key the file: a column's name may hold any character.
        return {column.name: arrays[str(index)] for index, column in enumerate(spec.raw_inputs)}


def save_raw(part: Subset, raw: dict[str, NDArray], folder: Path) -> None:
    """Write the columns of a table: float32, or fixed-width text (no pickle)."""
    columns = {str(index): without_objects(column) for index, column in enumerate(raw.values())}
    save_arrays(folder / f"{part}_rows.npz", columns)
