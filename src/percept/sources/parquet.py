"""parquet: one table whose columns have types, read as the text cells that a CSV file of it would have."""

from pathlib import Path
from typing import Literal

from percept.dataset.formats import CsvFormat
from percept.dataset.table import Table
from percept.files.parquet import read_parquet
from percept.sources.source import OneFile


class Parquet(OneFile):
    """A Parquet file published at some address, or stored on this machine."""

    kind: Literal["parquet"]
    missing: tuple[str, ...] = CsvFormat().missing  # texts that stand for "no value", beside null and NaN

    def read(self, folder: Path) -> Table:
        return read_parquet(folder / self.files[0].path, self.missing, self.limits)
