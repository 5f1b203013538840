"""The cells of a table as they come: in memory, in files where they are too many, or those of some of the rows."""

from collections.abc import Callable, Mapping, Sequence
from itertools import compress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from percept.dataset.stored import Columns, Folder, StoredColumns, Texts
from percept.files.limits import MIB, Limits

GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # 2**64 divided by the golden ratio
SAMPLE = 8  # a sample has the eighth part of the cells that memory may hold, at most

Cells = Mapping[str, list[str]]  # of some rows, by column
Clean = Callable[[list[list[str]], Sequence[int]], Cells]  # rows of a file, and the line where each ends


class HeldCells:
    """The cells of all rows; more than the limits allow raise `UserError`."""

    def __init__(self, file: str, names: Sequence[str], limits: Limits) -> None:
        self.file, self.limits = file, limits
        self.cells: dict[str, list[str]] = {name: [] for name in names}
        self.ends: list[NDArray[np.int64]] = []
        self.num_rows = 0  # of the file

    def add(self, rows: list[list[str]], ends: Sequence[int], clean: Clean, num_bytes: int) -> None:
        """Take rows; num_bytes: of the file up to here."""
        self.keep(clean(rows, ends), ends)
        found = f"cells up to line {ends[-1]:,}"
        self.limits.check(self.file, self.num_rows * len(self.cells), "cells", found, is_all=False)
        self.limits.check_size(self.file, num_bytes, is_all=False)

    def keep(self, cells: Cells, ends: Sequence[int]) -> None:
        for name, column in self.cells.items():
            column += cells[name]
        self.ends.append(np.asarray(ends))
        self.num_rows += len(ends)

    def is_too_large(self, num_rows: int, num_bytes: int) -> bool:
        return num_rows * len(self.cells) > self.limits.cells or num_bytes > self.limits.file_mib * MIB

    def columns(self) -> Columns:
        """Return the cells as arrays (rows,); they are not held twice."""
        return {name: np.array(self.cells.pop(name), dtype=object) for name in list(self.cells)}

    def lines(self) -> NDArray[np.int64]:
        """Return the line where each row ends, (rows,)."""
        return np.concatenate(self.ends)


class StoredCells(HeldCells):
    """The cells of all rows, which go into files of a temporary folder once they are too many for memory."""

    def __init__(self, file: str, names: Sequence[str], limits: Limits, parent: Path) -> None:
        super().__init__(file, names, limits)
        self._parent = parent
        self._texts: dict[str, Texts] = {}
        self._folder: Folder | None = None

    def add(self, rows: list[list[str]], ends: Sequence[int], clean: Clean, num_bytes: int) -> None:
        self.keep(clean(rows, ends), ends)
        if self._folder is None and self.is_too_large(self.num_rows, num_bytes):
            self._folder = folder = Folder(self._parent)
            self._texts = {name: Texts(folder) for name in self.cells}
        for name, texts in self._texts.items():
            texts.add(self.cells[name])
            self.cells[name].clear()

    def columns(self) -> Columns:
        if self._folder is None:
            return super().columns()
        return StoredColumns(self._folder, {name: texts.load for name, texts in self._texts.items()})


class SampledCells(HeldCells):
    """The cells of every row or, where they are too many for memory, of so few rows that they are not many.

    A row is kept if the fraction of its number times the golden ratio is small: such rows are evenly spread, and with
    no period that rows of a file may have.
    """

    def __init__(self, file: str, names: Sequence[str], limits: Limits) -> None:
        super().__init__(file, names, limits)
        self._step, self._numbers = 1, np.zeros(0, np.uint64)  # one row of so many is kept; which are

    def add(self, rows: list[list[str]], ends: Sequence[int], clean: Clean, num_bytes: int) -> None:
        numbers = np.arange(self.num_rows, self.num_rows + len(rows), dtype=np.uint64)
        kept = self._keeps(numbers)
        if kept.any():
            ends = np.asarray(ends)[kept].tolist()
            self.keep(clean(list(compress(rows, kept)), ends), ends)
            self._numbers = np.append(self._numbers, numbers[kept])
        self.num_rows = int(numbers[-1]) + 1
        share = 1 if self._step == 1 else SAMPLE  # once it is a sample
        while self.is_too_large(len(self._numbers) * share, num_bytes // self._step * share):
            self._step, share = 2 * self._step, SAMPLE
            kept = self._keeps(self._numbers)
            self.cells = {name: list(compress(column, kept)) for name, column in self.cells.items()}
            self.ends, self._numbers = [self.lines()[kept]], self._numbers[kept]

    def _keeps(self, numbers: NDArray[np.uint64]) -> NDArray[np.bool_]:
        return numbers * GOLDEN <= np.uint64((2**64 - 1) // self._step)
