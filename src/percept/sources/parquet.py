"""parquet: one table whose columns have types, read as the text cells that a CSV file of it would have."""

from pathlib import Path
from typing import Literal, Self

from pydantic import model_validator

from percept.dataset.formats import CsvFormat, Decimal, Thousands, Units, check_marks
from percept.dataset.table import Table, fold_texts
from percept.files.left_out import without
from percept.files.parquet import read_parquet
from percept.sources.source import OneFile


class Parquet(OneFile):
    """A Parquet file published at some address, or stored on this machine."""

    kind: Literal["parquet"]
    missing: tuple[str, ...] = CsvFormat().missing  # texts that stand for "no value", beside null and NaN
    decimal: Decimal = "."  # of numbers that are texts
    thousands: Thousands = ""  # of numbers that are texts
    units: Units = ()  # of columns of texts that are numbers with a unit
    leave_out: tuple[str, ...] = ()  # how rows begin that are no rows of the table; commas part the cells
    fold: tuple[str, ...] = ()  # columns whose texts differ by capitals, blanks or the form of Unicode to no effect

    @model_validator(mode="after")
    def tells_fractions_from_groups(self) -> Self:
        check_marks(self.decimal, self.thousands)
        return self

    def read(self, folder: Path) -> Table:
        text = CsvFormat(missing=self.missing, decimal=self.decimal, thousands=self.thousands, units=self.units)
        table = read_parquet(folder / self.files[0].path, text, self.limits)
        return fold_texts(without(table, self.leave_out), self.fold)
