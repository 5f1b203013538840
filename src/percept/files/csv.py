"""A CSV file as a table of text cells."""

import csv
import io
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from percept.dataset.formats import CsvFormat, plain_number
from percept.dataset.table import Table
from percept.errors import UserError, listed
from percept.files.text import decoded

ADVICE = "correct the file (and its sha256), or source.separator, source.columns, source.encoding"


def read_csv(path: Path, text: CsvFormat, advice: str = ADVICE) -> Table:
    """Read every cell as text. Raises `UserError` for what is not a table, with the line and the advice."""
    unreadable = partial(_unreadable, advice=advice)
    content = decoded(path, text.encoding, unreadable)
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=text.separator, strict=True)
    rows, lines, last = [], [], 0
    try:
        header = text.columns or next((row for row in reader if row), ())
        names = [name.strip() for name in header]
        _check_header(path, names, text, unreadable)
        for row in reader:
            last = reader.line_num
            if not row:
                continue  # a blank line
            if len(row) != len(names):
                raise unreadable(path, f"line {reader.line_num} has {len(row)} cells", f"{len(names)} cells in each")
            rows.append(row)
            lines.append(reader.line_num)
    except csv.Error as error:
        since = f", in a row that begins in line {last + 1}" if reader.line_num > last + 1 else ""
        raise unreadable(path, f"line {reader.line_num}: {error}{since}", "well-formed CSV") from None
    if not rows:
        raise unreadable(path, "no rows", "at least one row" + ("" if text.columns else " below the header"))
    missing = set(text.missing)
    plain = plain_number(text)
    columns = {}
    for name, cells in zip(names, zip(*rows, strict=True), strict=True):
        values = ["" if cell in missing else cell for cell in map(str.strip, cells)]
        columns[name] = np.array([plain(value) for value in values] if plain else values, dtype=object)
    form = CsvFormat(**{name: getattr(text, name) for name in CsvFormat.model_fields})
    return Table(file=str(path), columns=columns, lines=np.array(lines), text=form)


def _check_header(
    path: Path, names: list[str], text: CsvFormat, unreadable: Callable[[Path, str, str], UserError]
) -> None:
    if not text.columns and not any(names):
        raise unreadable(path, "the file is empty" if not names else "the header is blank", "a header line and rows")
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        raise unreadable(path, f"the header names {listed(map(repr, twice))} more than once", "distinct column names")


def _unreadable(path: Path, found: str, expected: str, advice: str) -> UserError:
    return UserError(str(path), found, expected, advice)
