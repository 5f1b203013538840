"""parquet: one table whose columns have types, read as the text cells that a CSV file of it would have."""

from pathlib import Path
from typing import Literal

from percept.dataset.formats import CsvFormat
from percept.dataset.table import Table, fold_texts
from percept.files.left_out import without
from percept.files.parquet import read_parquet
from percept.sources.source import OneFile


class Parquet(OneFile):
    """A Parquet file published at some address, or stored on this machine."""

    kind: Literal["parquet"]
    missing: tuple[str, ...] = CsvFormat().missing  # texts that stand for "no value", beside null and NaN
    leave_out: tuple[str, ...] = ()  # how rows begin that are no rows of the table; commas part the cells
    fold: tuple[str, ...] = ()  # columns whose texts differ by capitals, blanks or the form of Unicode to no effect

    def read(self, folder: Path) -> Table:
        table = read_parquet(folder / self.files[0].path, self.missing, self.limits)
        return fold_texts(without(table, self.leave_out), self.fold)
