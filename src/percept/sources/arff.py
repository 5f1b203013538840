"""arff: a text table whose header says what each column holds, in one file, or as training and test set.

The reader is our own: SciPy's guesses the quotes of all rows from the first and of values from the line, which takes
minutes where there are many, takes a backslash for the end of a quoted text, and passes over cells that are too many.
"""

import csv
import io
import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import zip_longest
from math import isnan
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from percept.dataset.formats import CsvFormat, Encoding
from percept.dataset.table import Table, fold_texts
from percept.errors import UserError, listed
from percept.files.limits import LIMITS, MIB, Limits
from percept.files.text import DAMAGED, broken_gzip, unpacked
from percept.params import Section
from percept.sources.download import RemoteFile, bring
from percept.sources.source import SourceOptions

QUOTED = r"'[^']*'|\"[^\"]*\""
ATTRIBUTE = re.compile(rf"@attribute\s+({QUOTED}|[^'\"\s]\S*)\s+(\S.*)", re.IGNORECASE)
VALUE = re.compile(rf"\s*({QUOTED}|[^'\"\s,{{}}][^,}}]*)\s*([,}}])")  # the first } outside of quotes ends the values
NUMERIC = ("numeric", "real", "int")  # how the types begin
UNREAD = ("string", "date", "relational")
SINGLE_QUOTE = re.compile(r"(^|,)\s*'")  # opens a cell
TEXT = CsvFormat(missing=("", "NaN", "nan", "?"))
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
    fold: tuple[str, ...] = ()  # columns whose texts are read as `folded` has them

    def fetch(self, folder: Path, have: Path | None) -> None:
        for _, file in self.files:
            if file:
                bring(file, folder, have, limits=self.limits)

    def read(self, folder: Path) -> Table:
        parts = [read_arff(folder / file.path, self.encoding, self.limits) for _, file in self.files if file]
        for test in parts[1:]:
            _check_same_attributes(parts[0], test)
        table = as_table(parts)
        return fold_texts(table, self.fold) if self.fold else table


@dataclass(frozen=True)
class Relation:
    """The contents of one ARFF file."""

    path: Path
    attributes: dict[str, frozenset[str] | None]  # nominal values by name, in the file's order; None: numeric
    cells: NDArray[np.object_]  # (rows, attributes) of str
    lines: NDArray[np.int64]  # (rows,)


def as_table(parts: Sequence[Relation]) -> Table:
    """Return the rows of a file, or of a training and a test set."""
    return Table(
        file=" and ".join(str(part.path) for part in parts),
        columns=dict(zip(parts[0].attributes, np.concatenate([part.cells for part in parts]).T, strict=True)),
        lines=np.concatenate([part.lines for part in parts]),
        is_test=np.repeat([False, True], [len(part.lines) for part in parts]) if len(parts) == 2 else None,
        text=TEXT,
    )


def read_arff(path: Path, encoding: str = "utf-8-sig", limits: Limits = LIMITS) -> Relation:
    """Read one file: numbers as Python writes them, nominal values as they stand, "" for a missing one.

    Raises `UserError` for what is not ARFF, with the line, and for what only Weka reads.
    """
    rows, numbers = [], []
    csv.field_size_limit(limits.cell_chars)
    with closing(_lines(path, encoding, limits)) as texts:
        lines = enumerate(texts, 1)
        attributes = _attributes(path, lines, limits)
        for number, line in lines:
            if line and not line.startswith("%"):
                rows.append(_row(path, number, line, attributes))
                numbers.append(number)
                limits.check(str(path), len(rows) * len(attributes), "cells", f"cells up to line {number:,}", False)
    if not rows:
        raise _unreadable(path, "no rows", "at least one row below @data")
    return Relation(path, attributes, np.array(rows, dtype=object), np.array(numbers))


def _lines(path: Path, encoding: str, limits: Limits) -> Generator[str, None, None]:
    """Give each line without the spaces around it. Raises `UserError` for what is not text, with the line."""
    number = 0
    with path.open("rb") as stream:
        content, read = unpacked(stream, str(path), limits, is_held=True)
        read.row_start = 0
        try:
            for number, line in enumerate(io.TextIOWrapper(content, encoding), 1):
                read.row_start = read.num_bytes
                if "\0" in line:  # fixed-width text arrays would lose it; most often the file is UTF-16
                    raise _unreadable(path, f"line {number} holds a NUL character", f"text in {encoding}")
                yield line.strip()
        except DAMAGED as error:
            raise broken_gzip(str(path), error, f" after line {number}") from None
        except UnicodeDecodeError as error:
            number += 1 + error.object.count(b"\n", 0, error.start)
            raise _unreadable(path, f"line {number} is not {encoding}", f"text in {encoding}") from None


def _attributes(path: Path, lines: Iterator[tuple[int, str]], limits: Limits) -> dict[str, frozenset[str] | None]:
    """Return the attributes that the lines down to @data name, as `Relation` has them. Raises `UserError`."""
    attributes: dict[str, frozenset[str] | None] = {}
    num_chars = 0
    for number, line in lines:
        word = line[:10].lower()
        if word.startswith("@data"):
            break
        num_chars += len(line)
        if num_chars > limits.row_mib * MIB:
            raise limits.refusal(str(path), f"a header of more than {limits.row_mib:,} MiB", "row_mib")
        if word.startswith("@attribute"):
            name, values = _attribute(path, number, line)
            if name in attributes:
                raise _unreadable(path, f"line {number} names {name!r} again", "distinct names of attributes")
            attributes[name] = values
            limits.check(str(path), len(attributes), "columns", "attributes", is_all=False)
        elif line and not word.startswith(("%", "@relation")):
            raise _unreadable(path, f"line {number} of the header: {line[:60]}", "@relation, @attribute or @data")
    else:
        raise _unreadable(path, "no line @data", "a header, @data, and rows")
    if not attributes:
        raise _unreadable(path, "no line @attribute", "one for each column")
    return attributes


def _attribute(path: Path, number: int, line: str) -> tuple[str, frozenset[str] | None]:
    """Read the name and the nominal values of an attribute, None for a numeric one. Raises `UserError`."""
    if not (found := ATTRIBUTE.match(line)):
        raise _unreadable(path, f"line {number}: {line[:60]}", "@attribute, a name and a type")
    name, kind = _bare(found[1]), found[2]
    _check_no_escapes(path, number, found[1] + kind.partition("}")[0])
    if kind.startswith("{"):
        return name, _values(path, number, kind)
    if kind.lower().startswith(UNREAD):
        what = f"line {number}: attribute {found[1]} is of type {kind.split()[0].lower()}"
        raise UserError(str(path), what, "numeric and nominal attributes, which alone can be read", TO_CSV)
    if not kind.lower().startswith(NUMERIC):
        what = f"line {number}: attribute {found[1]} is of type {kind[:30]}"
        raise _unreadable(path, what, "numeric, real, integer, or values in { }")
    return name, None


def _values(path: Path, number: int, text: str) -> frozenset[str]:
    """Read the values of a nominal attribute; a comment may stand behind them. Raises `UserError`."""
    values, position, mark = [], 1, ","
    while mark == ",":
        if not (found := VALUE.match(text, position)):
            what = f"line {number}: {text[position : position + 30]!r} among the values of an attribute"
            raise _unreadable(path, what, "values parted by commas, up to a closing }")
        values.append(_bare(found[1].strip()))
        position, mark = found.end(), found[2]
    return frozenset(values)


def _bare(text: str) -> str:
    """Take off the quotes."""
    return text[1:-1].strip() if text[0] in "'\"" else text


def _row(path: Path, number: int, line: str, attributes: dict[str, frozenset[str] | None]) -> list[str]:
    """Read the cells of the line with this number. Raises `UserError`."""
    if line.startswith("{"):
        found = f"line {number} is a sparse row ({line[:30]})"
        raise UserError(str(path), found, "rows with a cell for each attribute, which alone can be read", TO_CSV)
    _check_no_escapes(path, number, line)
    quote = "'" if SINGLE_QUOTE.search(line) else '"'
    try:
        cells = [cell.strip() for cell in next(csv.reader([line], quotechar=quote, skipinitialspace=True))]
    except csv.Error as error:
        raise _unreadable(path, f"line {number}: {error}", "cells parted by commas") from None
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
