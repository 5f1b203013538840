"""A CSV file of any size, plain or packed by gzip, some rows at a time."""

import csv
import gzip
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, islice
from pathlib import Path
from typing import BinaryIO

from percept.dataset.formats import CsvFormat
from percept.errors import UserError, listed, nearest
from percept.files.text import DAMAGED, GZIP, NUM_BYTES, check_is_text

ADVICE = "correct the file; the model reads it as its own training rows were read"


@dataclass(frozen=True)
class TableChunk:
    """Some rows of a table, as text."""

    columns: dict[str, Sequence[str]]  # those that are wanted
    lines: Sequence[int]  # where each row ends in the file
    num_cells: dict[int, int] = field(default_factory=dict)  # of a row that has too many or too few; its cells are ""
    width: int = 0  # cells that each should have
    unit: str = "line"

    def place(self, row: int) -> str:
        """Where a row is, in words."""
        return f"{self.unit} {self.lines[row]}"


class CsvReader:
    """The wanted columns of a CSV file."""

    def __init__(
        self, stream: io.BufferedReader, file: str, text: CsvFormat, wanted: Sequence[str], targets: Sequence[str]
    ):
        """file: its name in messages; targets: columns that need not be there. Raises `UserError`."""
        self._file, self._text, self._wanted = file, text, tuple(dict.fromkeys(wanted))
        lines = io.TextIOWrapper(self._unpacked(stream), text.encoding, newline="")
        self._reader = csv.reader(lines, delimiter=text.separator, strict=True)
        self._waiting: list[list[str]] = []  # the first row, where it was read to find the names
        names = self._find_names(targets)
        self._width = len(names)
        self._positions = {name: names.index(name) for name in self._wanted}

    def chunks(self, num_rows: int) -> Iterator[TableChunk]:
        """At most so many rows at a time. Raises `UserError` for what is not CSV, with the line."""
        found = False
        start = self._reader.line_num - sum(map(_num_lines, self._waiting))
        while rows := self._take(num_rows):
            if lines := self._ends(rows, start):
                found = True
                yield self._chunk(list(filter(None, rows)), lines)
            start = self._reader.line_num
        if not found:
            raise self._refusal("no rows", "at least one row" + ("" if self._text.columns else " below the header"))

    def _take(self, num_rows: int) -> list[list[str]]:
        rows, self._waiting = self._waiting, []
        try:
            rows += islice(self._reader, num_rows - len(rows))
        except csv.Error as error:
            raise self._refusal(f"line {self._reader.line_num}: {error}", "well-formed CSV") from None
        except DAMAGED as error:
            raise self._refusal(f"broken after line {self._reader.line_num} ({error})", "a whole gzip file") from None
        except UnicodeDecodeError as error:
            # What was decoded before holds no further whole line: the next bytes are asked for only then.
            before = error.object[: error.start].decode(error.encoding, "ignore").count("\n")
            line = self._reader.line_num + before + 1
            expected = f"text in {self._text.encoding}, as the training rows were"
            advice = "save it in this encoding; a packed file or a spreadsheet: save it as CSV"
            raise UserError(self._file, f"line {line} is not {error.encoding}", expected, advice) from None
        return rows

    def _unpacked(self, stream: io.BufferedReader) -> BinaryIO:
        start = stream.peek(NUM_BYTES)
        if start.startswith(b"PAR1"):
            raise UserError(self._file, "a Parquet file", "text, such as CSV", "name the file itself")
        check_is_text(Path(self._file), start)
        return gzip.open(stream) if start.startswith(GZIP) else stream

    def _ends(self, rows: list[list[str]], start: int) -> Sequence[int]:
        """The line where each row ends that is not blank."""
        if self._reader.line_num - start == len(rows) and all(rows):
            return range(start + 1, start + 1 + len(rows))
        ends = accumulate(map(_num_lines, rows), initial=start)
        return [end for row, end in zip(rows, islice(ends, 1, None), strict=True) if row]

    def _chunk(self, rows: list[list[str]], lines: Sequence[int]) -> TableChunk:
        num_cells = {}
        if set(map(len, rows)) != {self._width}:
            num_cells = {index: len(row) for index, row in enumerate(rows) if len(row) != self._width}
            rows = [[""] * self._width if index in num_cells else row for index, row in enumerate(rows)]
        columns = list(zip(*rows, strict=True))
        wanted = {name: columns[position] for name, position in self._positions.items()}
        for name, cells in wanted.items():
            if "\0" in "".join(cells):  # most often the file is UTF-16
                line = lines[next(index for index, cell in enumerate(cells) if "\0" in cell)]
                found = f"line {line}, column {name!r} holds a NUL character"
                raise self._refusal(found, f"text in {self._text.encoding}")
        return TableChunk(wanted, lines, num_cells, self._width)

    def _find_names(self, targets: Sequence[str]) -> list[str]:
        first: list[str] = []
        while not first:
            rows = self._take(1)
            if not rows:
                raise self._refusal("the file is empty", "rows" if self._text.columns else "a header line and rows")
            first = rows[0]
        names = [cell.strip() for cell in first]
        if self._text.columns and not set(self._wanted) <= set(names):
            self._waiting.append(first)
            return self._given_names(self._text.columns, targets, len(names))
        for name in self._wanted:
            if name not in names:
                raise self._missing(name, names)
            if names.count(name) > 1:
                raise self._refusal(f"the header names {name!r} more than once", "distinct column names")
        return names

    def _given_names(self, columns: Sequence[str], targets: Sequence[str], num_cells: int) -> list[str]:
        """The names of a file without a header, which may lack the targets."""
        without = [name for name in columns if name not in targets]
        for names in (columns, without):
            if len(names) == num_cells and set(self._wanted) <= set(names):
                return list(names)
        widths = " or ".join(map(str, dict.fromkeys([len(columns), len(without)])))
        raise self._refusal(
            f"the first row has {num_cells} cells", f"{widths} ({listed(columns)}), or a header line that names them"
        )

    def _missing(self, name: str, names: list[str]) -> UserError:
        lacking = [wanted for wanted in self._wanted if wanted not in names]
        expected = f"the columns {listed(self._wanted, 40)}, in any order"
        if len(lacking) == len(self._wanted):
            found = f"the first line ({listed(names, 5)}) names no column that the model reads"
            advice = f"write a header line above the rows; cells are parted by {self._text.separator!r}"
            return UserError(self._file, found, expected, advice)
        others = f" (nor {listed(map(repr, lacking[1:]))})" if len(lacking) > 1 else ""
        return UserError(self._file, f"no column {name!r}{others}{nearest(name, names)}", expected, ADVICE)

    def _refusal(self, found: str, expected: str) -> UserError:
        return UserError(self._file, found, expected, ADVICE)


def _num_lines(row: list[str]) -> int:
    """Of the file: a cell may hold line breaks."""
    return 1 + sum(cell.count("\n") + cell.count("\r") - cell.count("\r\n") for cell in row)
