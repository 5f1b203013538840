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
    leave_out: tuple[str, ...] = ()  # how rows begin that are no rows of the table, such as totals and notes
    repeated_header: bool = False  # rows that are the header again are no rows of the table

    def read(self, folder: Path) -> Table:
        file = folder / self.files[0].path
        return read_csv(
            file,
            self,
            limits=self.limits,
            leave_out=self.leave_out,
            repeated_header=self.repeated_header,
            store_in=folder.parent,
        )
