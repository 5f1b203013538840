"""generated: a few rows written in the task file itself, such as a truth table."""

import csv
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from percept.dataset.formats import CsvFormat
from percept.dataset.table import Table
from percept.files.csv import read_csv
from percept.sources.source import SourceOptions


class Generated(SourceOptions):
    """Names of columns, and rows of values for them."""

    kind: Literal["generated"]
    columns: tuple[str, ...] = Field(min_length=1)
    rows: tuple[tuple[int | float | str, ...], ...] = Field(min_length=1)

    @model_validator(mode="after")
    def rows_fill_the_columns(self) -> "Generated":
        for index, row in enumerate(self.rows):
            if len(row) != len(self.columns):
                raise ValueError(f"rows[{index}] has {len(row)} values; expected {len(self.columns)}")
        return self

    def fetch(self, folder: Path, have: Path | None) -> None:
        with (folder / "rows.csv").open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream).writerows([self.columns, *self.rows])

    def read(self, folder: Path) -> Table:
        return read_csv(folder / "rows.csv", CsvFormat())
