"""A raw dataset in memory: rows as published, nothing fitted, nothing dropped."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from percept.dataset.cells import are_number_codes, number_code
from percept.dataset.formats import CsvFormat, PictureFormat, folded
from percept.errors import UserError, listed, nearest


@dataclass(frozen=True)
class Table:
    """Text cells by column, as in the file; a missing cell is the empty string."""

    file: str  # for messages
    columns: dict[str, NDArray[np.object_]]  # name -> (rows,) of str, in the file's order
    lines: NDArray[np.int64]  # (rows,) where each row ends in the file, for messages
    is_test: NDArray[np.bool_] | None = None  # (rows,) where the publisher set test rows apart
    text: CsvFormat = field(default_factory=CsvFormat)  # how a file of new rows is read
    unit: Literal["line", "row"] = "line"  # of `lines`
    codes: tuple[str, ...] = ()  # columns whose numbers name something, read as `number_code` has them

    @property
    def num_rows(self) -> int:
        return len(next(iter(self.columns.values())))

    def place(self, row: int) -> str:
        """Return where a row is in the file, in words."""
        return f"{self.unit} {self.lines[row]}"

    def take(self, rows: NDArray[np.int64]) -> Self:
        """Return the table of the rows with these numbers, in their order."""
        columns = {name: cells[rows] for name, cells in self.columns.items()}
        is_test = None if self.is_test is None else self.is_test[rows]
        return replace(self, columns=columns, lines=self.lines[rows], is_test=is_test)


def fold_texts(table: Table, names: Sequence[str]) -> Table:
    """Return the table with the texts of these columns folded, and new rows read so too. Raises `UserError`."""
    for name in names:
        if name not in table.columns:
            found = f"{table.file} has no column {name!r}{nearest(name, table.columns)}"
            raise UserError("source.fold", found, f"some of {listed(table.columns)}", "correct it in conf/task/")
    columns = {}
    for name in names:
        texts = {cell: folded(cell) for cell in set(table.columns[name].tolist())}
        columns[name] = np.array([texts[cell] for cell in table.columns[name].tolist()], dtype=object)
    text = table.text.model_copy(update={"fold": tuple(names)})
    return replace(table, columns=table.columns | columns, text=text)


def with_codes(table: Table, names: Sequence[str]) -> Table:
    """Return the table with the numbers of those of these columns that hold no other text as `number_code` has them."""
    codes = tuple(name for name in names if are_number_codes(table.columns[name]))
    if not codes:
        return table
    columns = {name: np.array([number_code(cell) for cell in table.columns[name]], dtype=object) for name in codes}
    return replace(table, columns=table.columns | columns, codes=codes)


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
