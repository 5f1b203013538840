"""csv: one text table."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal, Self

import numpy as np
from pydantic import Field, model_validator

from percept.errors import UserError, listed
from percept.params import Section
from percept.sources.dataset import Table
from percept.sources.download import RemoteFile, bring
from percept.sources.text import Encoding, decoded

ALSO = {" ": "\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}", "'": "\N{RIGHT SINGLE QUOTATION MARK}"}  # mean the same


class CsvFormat(Section):
    """How the text becomes rows."""

    columns: tuple[str, ...] | None = None  # names for a file without a header; null: the first line names them
    separator: str = Field(",", min_length=1, max_length=1, pattern=r'[^"\r\n]')
    missing: tuple[str, ...] = ("", "NaN", "nan")  # cells that stand for "no value", spaces around them aside
    encoding: Encoding = "utf-8-sig"  # UTF-8, with or without a byte order mark
    decimal: Literal[".", ","] = "."  # before the fraction of a number
    thousands: Literal["", ".", ",", " ", "'"] = ""  # between groups of three digits; " ": also no-break spaces

    @model_validator(mode="after")
    def tells_fractions_from_groups(self) -> Self:
        if self.decimal == self.thousands:
            raise ValueError(f"decimal and thousands should differ, and both are {self.decimal!r}")
        return self


class Csv(CsvFormat):
    """A CSV file published at some address, or lying on this machine."""

    kind: Literal["csv"]
    files: tuple[RemoteFile, ...]

    @model_validator(mode="after")
    def has_one_file(self) -> "Csv":
        if len(self.files) != 1:
            raise ValueError(f"files: {len(self.files)} given; a csv source has exactly one")
        return self

    def fetch(self, folder: Path, have: Path | None) -> None:
        bring(self.files[0], folder, have)

    def read(self, folder: Path) -> Table:
        return read_csv(folder / self.files[0].path, self)


def read_csv(path: Path, text: CsvFormat) -> Table:
    """Read every cell as text. Raises `UserError` for what is not a table, with the line."""
    content = decoded(path, text.encoding, _unreadable)
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=text.separator, strict=True)
    rows, lines = [], []
    try:
        header = text.columns or next((row for row in reader if row), ())
        names = [name.strip() for name in header]
        _check_header(path, names, text)
        for row in reader:
            if not row:
                continue  # a blank line
            if len(row) != len(names):
                raise _unreadable(path, f"line {reader.line_num} has {len(row)} cells", f"{len(names)} cells in each")
            rows.append(row)
            lines.append(reader.line_num)
    except csv.Error as error:
        raise _unreadable(path, f"line {reader.line_num}: {error}", "well-formed CSV") from None
    if not rows:
        raise _unreadable(path, "no rows", "at least one row" + ("" if text.columns else " below the header"))
    missing = set(text.missing)
    plain = _plain_number(text)
    columns = {}
    for name, cells in zip(names, zip(*rows, strict=True), strict=True):
        values = ["" if cell in missing else cell for cell in map(str.strip, cells)]
        columns[name] = np.array([plain(value) for value in values] if plain else values, dtype=object)
    return Table(file=str(path), columns=columns, lines=np.array(lines))


def number_pattern(decimal: str, thousands: str) -> re.Pattern[str]:
    """What a number looks like that is written with these marks."""
    between = thousands + ALSO.get(thousands, "")
    groups = rf"|\d{{1,3}}(?:[{between}]\d{{3}})+" if between else ""
    point = re.escape(decimal)
    return re.compile(rf"[+-]?(?:(?:\d+{groups})(?:{point}\d+)?|{point}\d+)(?:[eE][+-]?\d+)?", re.ASCII)


def _plain_number(text: CsvFormat) -> Callable[[str], str] | None:
    """What writes a number as Python does, 1.234,5 as 1234.5, and leaves all other cells; None: all are so already."""
    if text.decimal == "." and not text.thousands:
        return None
    number = number_pattern(text.decimal, text.thousands)
    between = text.thousands + ALSO.get(text.thousands, "")
    marks = str.maketrans({text.decimal: "."} | dict.fromkeys(between))
    return lambda cell: cell.translate(marks) if number.fullmatch(cell) else cell


def _check_header(path: Path, names: list[str], text: CsvFormat) -> None:
    if not text.columns and not any(names):
        raise _unreadable(path, "the file is empty" if not names else "the header is blank", "a header line and rows")
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        raise _unreadable(path, f"the header names {listed(map(repr, twice))} more than once", "distinct column names")


def _unreadable(path: Path, found: str, expected: str) -> UserError:
    return UserError(
        str(path),
        found,
        expected,
        "mend the file (and its sha256), or source.separator, source.columns, source.encoding",
    )
