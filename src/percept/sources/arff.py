"""arff: a text table whose header says what each column holds, in one file, or as training and test set.

scipy reads the header. The rows are read here, because scipy guesses their quotes from the first row, takes a backslash
for the end of a quoted text, and passes over cells that are too many.
"""

import csv
import io
import re
from dataclasses import dataclass
from itertools import zip_longest
from math import isnan
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from percept.dataset.formats import CsvFormat, Encoding
from percept.dataset.table import Table
from percept.errors import UserError, listed
from percept.files.text import read_bytes
from percept.params import Section
from percept.sources.download import RemoteFile, bring
from percept.sources.source import SourceOptions

NAME = r"'[^']*'|\"[^\"]*\"|[^'\"\s]\S*"
UNREAD = re.compile(rf"@attribute\s+({NAME})\s+(string|date|relational)", re.IGNORECASE)
SINGLE_QUOTE = re.compile(r"(^|,)\s*'")  # opens a cell
TO_CSV = "convert the file to CSV (source.kind: csv)"


class ArffFiles(Section):
    """One file with all rows, or one for training and one for testing, as published."""

    train: RemoteFile
    test: RemoteFile | None = None


class Arff(SourceOptions):
    """Numeric and nominal attributes."""

    kind: Literal["arff"]
    files: ArffFiles
    encoding: Encoding = "utf-8-sig"  # UTF-8, with or without a byte order mark

    def fetch(self, folder: Path, have: Path | None) -> None:
        for _, file in self.files:
            if file:
                bring(file, folder, have)

    def read(self, folder: Path) -> Table:
        parts = [read_arff(folder / file.path, self.encoding) for _, file in self.files if file]
        for test in parts[1:]:
            _check_same_attributes(parts[0], test)
        cells = np.concatenate([part.cells for part in parts])
        return Table(
            file=" and ".join(str(part.path) for part in parts),
            columns=dict(zip(parts[0].attributes, cells.T, strict=True)),
            lines=np.concatenate([part.lines for part in parts]),
            is_test=np.repeat([False, True], [len(part.lines) for part in parts]) if len(parts) == 2 else None,
            text=CsvFormat(missing=("", "NaN", "nan", "?")),
        )


@dataclass(frozen=True)
class Relation:
    """The contents of one ARFF file."""

    path: Path
    attributes: dict[str, frozenset[str] | None]  # nominal values by name, in the file's order; None: numeric
    cells: NDArray[np.object_]  # (rows, attributes) of str
    lines: NDArray[np.int64]  # (rows,)


def read_arff(path: Path, encoding: str = "utf-8-sig") -> Relation:
    """Read one file: numbers as Python writes them, nominal values as they stand, "" for a missing one.

    Raises `UserError` for what is not ARFF, with the line, and for what only Weka reads.
    """
    lines = list(io.StringIO(_decoded(path, encoding), newline=None))
    start = next((index for index, line in enumerate(lines) if line.strip()[:5].lower() == "@data"), None)
    if start is None:
        raise _unreadable(path, "no line @data", "a header, @data, and rows")
    attributes = _attributes(path, lines[:start])
    rows, numbers = [], []
    for number, line in enumerate(lines[start + 1 :], start + 2):
        if line.strip() and not line.lstrip().startswith("%"):
            rows.append(_row(path, number, line.strip(), attributes))
            numbers.append(number)
    if not rows:
        raise _unreadable(path, "no rows", "at least one row below @data")
    return Relation(path, attributes, np.array(rows, dtype=object), np.array(numbers))


def _decoded(path: Path, encoding: str) -> str:
    try:
        content = read_bytes(path).decode(encoding)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise _unreadable(path, f"line {line} is not {encoding}", f"text in {encoding}") from None
    if "\0" in content:  # fixed-width text arrays would lose it; most often the file is UTF-16
        line = content.count("\n", 0, content.index("\0")) + 1
        raise _unreadable(path, f"line {line} holds a NUL character", f"text in {encoding}")
    return content


def _attributes(path: Path, lines: list[str]) -> dict[str, frozenset[str] | None]:
    """Return the attributes that the header names, as `Relation` has them. Raises `UserError`."""
    from scipy.io import arff

    header = [line.strip() for line in lines]
    for number, line in enumerate(header, 1):
        if found := UNREAD.match(line):
            what = f"line {number}: attribute {found[1]} is of type {found[2].lower()}"
            raise UserError(str(path), what, "numeric and nominal attributes, which alone can be read", TO_CSV)
        if line.lower().startswith("@attribute"):
            _check_no_escapes(path, number, line)
    try:
        _, meta = arff.loadarff(io.StringIO("\n".join([*header, "@data", ""])))
    except (arff.ArffError, NotImplementedError, ValueError, csv.Error) as error:
        raise _unreadable(path, f"broken header ({error})", "@attribute lines with distinct names") from None
    if not meta.names():
        raise _unreadable(path, "no line @attribute", "one for each column")
    kinds = {name: meta[name] for name in meta}
    return {name: frozenset(map(str.strip, values)) if values else None for name, (_, values) in kinds.items()}


def _row(path: Path, number: int, line: str, attributes: dict[str, frozenset[str] | None]) -> list[str]:
    """Read the cells of the line with this number. Raises `UserError`."""
    if line.startswith("{"):
        found = f"line {number} is a sparse row ({line[:30]})"
        raise UserError(str(path), found, "rows with a cell for each attribute, which alone can be read", TO_CSV)
    _check_no_escapes(path, number, line)
    quote = "'" if SINGLE_QUOTE.search(line) else '"'
    cells = [cell.strip() for cell in next(csv.reader([line], quotechar=quote, skipinitialspace=True))]
    if len(cells) != len(attributes):
        expected = f"{len(attributes)} in each, parted by commas"
        raise _unreadable(path, f"line {number} has {len(cells)} cells", expected)
    return [
        _cell(cell, values, f"{path}, line {number}, attribute {name!r}")
        for cell, (name, values) in zip(cells, attributes.items(), strict=True)
    ]


def _cell(cell: str, values: frozenset[str] | None, where: str) -> str:
    """Check one cell; values: the nominal ones, None: a number. Raises `UserError`."""
    if cell == "?":
        return ""
    advice = "correct the file (and its sha256)"
    if values is not None:
        if cell not in values:
            raise UserError(where, f"{cell!r} is not one of its values", f"one of {listed(sorted(values))}", advice)
        return cell
    try:
        number = float(cell.replace("_", "?"))  # Python alone reads 1_000 as a number
    except ValueError:
        raise UserError(where, f"{cell!r} is no number", "a number, or ? where it is missing", advice) from None
    return "" if isnan(number) else repr(number)


def _check_no_escapes(path: Path, number: int, line: str) -> None:
    if "\\" in line:  # scipy takes \' for the end of a quoted text
        found = f"line {number} holds a backslash, which escapes what follows"
        raise UserError(str(path), found, "text without escapes, which alone can be read", TO_CSV)


def _check_same_attributes(train: Relation, test: Relation) -> None:
    pairs = zip_longest(train.attributes.items(), test.attributes.items())
    for position, (wanted, found) in enumerate(pairs, 1):
        if wanted != found:
            expected = f"{_described(wanted)}, as in {train.path}"
            raise _unreadable(test.path, f"attribute {position} is {_described(found)}", expected)


def _described(attribute: tuple[str, frozenset[str] | None] | None) -> str:
    if attribute is None:
        return "missing"
    name, values = attribute
    return f"{name!r} (numeric)" if values is None else f"{name!r} ({listed(sorted(values))})"


def _unreadable(path: Path, found: str, expected: str) -> UserError:
    return UserError(str(path), found, expected, "correct the file (and its sha256), or source.files, source.encoding")
