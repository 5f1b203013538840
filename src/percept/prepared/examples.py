"""data/prepared: the arrays of each subset, and the raw rows that the shipped file is evaluated on."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from percept import paths
from percept.dataset.arrays import load_arrays, save_arrays, without_objects
from percept.dataset.stored import Array
from percept.errors import UserError
from percept.prepared.spec import DatasetSpec, Subset

MOST_HELD = 2**28  # bytes of inputs that come into memory; more are read from the file as they are needed


@dataclass(frozen=True)
class Examples:
    """Network inputs and targets, row by row."""

    x: Array  # (rows, *spec.shape) float32, or uint8 of pictures
    # (rows,) class index, (rows, labels) 0 or 1, or (rows, targets) values in their own unit
    y: NDArray[np.float64 | np.int64]
    weight: NDArray[np.float32] | None = None  # (rows,) how much a row counts in the loss; None: all the same
    fold: NDArray[np.int64] | None = None  # (rows,) number of the fold that a training row belongs to
    row: NDArray[np.int64] | None = None  # (rows,) line of the file, or number of the picture, that each comes from
    group: NDArray[np.str_] | None = None  # (rows,) where the task keeps rows of one group in one subset

    def __len__(self) -> int:
        return len(self.x)

    def take(self, rows: NDArray[np.int64]) -> Self:
        """Return some rows."""
        arrays = {name: array[rows] for name, array in vars(self).items() if array is not None}
        return type(self)(**arrays)

    def places(self) -> NDArray[np.int64]:
        """Return `row`; without it, rows are counted from 1."""
        return np.arange(len(self)) + 1 if self.row is None else self.row


def load_spec(folder: Path = paths.PREPARED) -> DatasetSpec:
    """Load the description of the dataset. Raises `UserError` when preprocess has not run."""
    path = folder / paths.SPEC
    if not path.is_file():
        raise UserError(str(path), "there is no such file", "the output of preprocess", "run `dvc repro`")
    return DatasetSpec.load(path)


def load_examples(subset: Subset, folder: Path = paths.PREPARED) -> Examples:
    """Load one subset; it may be empty."""
    return Examples(**load_arrays(folder / f"{subset}.npz", {"x": MOST_HELD}))


def save_examples(subset: Subset, examples: Examples, folder: Path) -> None:
    arrays = {name: array for name, array in vars(examples).items() if array is not None}
    save_arrays(folder / f"{subset}.npz", arrays)


def save_out_of_fold(predicted: NDArray[np.float32] | None, folder: Path) -> None:
    """Write predictions of the training rows, (rows, outputs); None, where there are no folds, as no rows."""
    save_arrays(
        folder / paths.OUT_OF_FOLD, {"predicted": np.zeros((0, 1), np.float32) if predicted is None else predicted}
    )


def load_out_of_fold(folder: Path = paths.MODELS) -> NDArray[np.float32]:
    """Load what `save_out_of_fold` wrote."""
    with np.load(folder / paths.OUT_OF_FOLD) as arrays:
        return arrays["predicted"]


def load_raw(subset: Subset, spec: DatasetSpec, folder: Path = paths.PREPARED) -> dict[str, Any]:
    """Load raw inputs by name, (rows, 1) for a column and (rows, height, width, channels) for pictures."""
    if spec.pixels:
        return {spec.raw_inputs[0].name: load_examples(subset, folder).x}
    with np.load(folder / f"{subset}_rows.npz") as arrays:
        # Positions, not names, key the file: a column's name may hold any character.
        return {column.name: arrays[str(index)] for index, column in enumerate(spec.raw_inputs)}


def save_raw(subset: Subset, raw: Mapping[str, NDArray], folder: Path) -> None:
    """Write the columns of a table: float32 or float64, or fixed-width text (no pickle)."""
    columns = ((str(index), without_objects(column)) for index, column in enumerate(raw.values()))
    save_arrays(folder / f"{subset}_rows.npz", columns)
