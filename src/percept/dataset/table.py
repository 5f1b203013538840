"""A raw dataset in memory: rows as published, nothing fitted, nothing dropped."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from percept.dataset.cells import are_number_codes, number_code
from percept.dataset.formats import CsvFormat, PictureFormat, folded
from percept.dataset.stored import Columns, kept, taken
from percept.errors import UserError, listed, nearest


@dataclass(frozen=True)
class Table:
    """Text cells by column, as in the file; a missing cell is the empty string."""

    file: str  # for messages
    columns: Columns  # name -> (rows,) of str, in the file's order
    lines: NDArray[np.int64]  # (rows,) where each row ends in the file, for messages
    is_test: NDArray[np.bool_] | None = None  # (rows,) where the publisher set test rows apart
    text: CsvFormat = field(default_factory=CsvFormat)  # how a file of new rows is read
    unit: Literal["line", "row"] = "line"  # of `lines`
    codes: tuple[str, ...] = ()  # columns whose numbers name something, read as `number_code` has them

    @property
    def num_rows(self) -> int:
        return len(self.lines)

    def place(self, row: int) -> str:
        """Return where a row is in the file, in words."""
        return f"{self.unit} {self.lines[row]}"

    def take(self, rows: NDArray[np.int64]) -> Self:
        """Return the table of the rows with these numbers, in their order."""
        is_test = None if self.is_test is None else self.is_test[rows]
        return replace(self, columns=taken(self.columns, rows), lines=self.lines[rows], is_test=is_test)

    def with_cells(self, names: Sequence[str], change: Callable[[str], str]) -> Self:
        """Return the table with each different cell of these columns changed."""
        changed = kept(self.columns, ((name, _changed(self.columns[name], change)) for name in names))
        return replace(self, columns=self.columns | changed)  # type: ignore[operator]  # both are of one kind


def _changed(cells: NDArray[np.object_], change: Callable[[str], str]) -> NDArray[np.object_]:
    texts = {cell: change(cell) for cell in set(cells.tolist())}
    return np.array([texts[cell] for cell in cells.tolist()], dtype=object)


def fold_texts(table: Table, names: Sequence[str]) -> Table:
    """Return the table with the texts of these columns folded, and new rows read so too. Raises `UserError`."""
    for name in names:
        if name not in table.columns:
            found = f"{table.file} has no column {name!r}{nearest(name, table.columns)}"
            raise UserError("source.fold", found, f"some of {listed(table.columns)}", "correct it in conf/task/")
    text = table.text.model_copy(update={"fold": tuple(names)})
    return replace(table.with_cells(names, folded), text=text)


def with_codes(table: Table, names: Sequence[str]) -> Table:
    """Return the table with the numbers of those of these columns that hold no other text as `number_code` has them."""
    codes = tuple(name for name in names if are_number_codes(table.columns[name]))
    return replace(table.with_cells(codes, number_code), codes=codes) if codes else table


@dataclass(frozen=True)
class Images:
    """Grey or colour pictures of one size."""

    pixels: NDArray[np.uint8]  # (images, height, width, channels)
    labels: NDArray[np.int64]  # (images,) index into classes
    classes: tuple[str, ...]
    is_test: NDArray[np.bool_] | None = None  # (images,) where the publisher set test images apart
    dropped: dict[str, int] = field(default_factory=dict)  # reason -> pictures that the source has besides these
    form: PictureFormat | None = None  # how a new picture is brought to these pixels; None: only its size
    white: int = 255  # the brightest level

    @property
    def num_rows(self) -> int:
        return len(self.pixels)
