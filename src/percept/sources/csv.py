"""csv: one text table."""

from pathlib import Path
from typing import Literal

from percept.dataset.formats import CsvFormat
from percept.dataset.table import Table
from percept.files.csv import read_csv
from percept.sources.source import OneFile


class Csv(OneFile, CsvFormat):
    """A CSV file published at some address, or stored on this machine."""

    kind: Literal["csv"]

    def read(self, folder: Path) -> Table:
        return read_csv(folder / self.files[0].path, self, limits=self.limits)
