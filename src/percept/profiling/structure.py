"""Rows of a file that are no rows of its table: titles above the header, the header again, notes below, totals."""

import csv
import io
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np

from percept.dataset.formats import CsvFormat
from percept.dataset.table import Table
from percept.errors import listed
from percept.files.csv import ADVICE, CHUNK, CsvRows, num_lines
from percept.files.left_out import LeftOut, as_header
from percept.files.limits import Limits
from percept.profiling.totals import Total

SAMPLE_ROWS = 1000
MAX_NOTES = 50
ABOVE, BELOW = "above the header", "below the table"
MAX_TITLES = 20  # rows above the header
NOTE = re.compile(
    r"(sources?|notes?|quellen?|anmerkung(en)?|hinweis|nota|fuente|stand|출처|자료|주|비고|出典|注|来源)\s*[:.)\uff1a].*"
    r"|[*†‡※#]+\s*\w.*|\(?\d\)\s*\w.*|[-_=]{3,}.*|(generated|copyright|©)\b.*",
    re.IGNORECASE | re.DOTALL,
)


class OddRow(NamedTuple):
    """A row that is none of the table."""

    place: str  # such as "line 62"
    beginning: str  # for the option of the source; "" where `repeated_header` tells it
    why: str  # after its place, such as "the header again"


@dataclass(frozen=True)
class OddRows:
    """The rows of a file that are left out."""

    rows: tuple[OddRow, ...] = ()

    def with_rows(self, rows: Iterable[OddRow]) -> Self:
        return replace(self, rows=(*self.rows, *rows))

    @property
    def beginnings(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(row.beginning for row in self.rows if row.beginning))

    @property
    def repeated_header(self) -> bool:
        return any(not row.beginning for row in self.rows)

    def kept(self, rows: list[list[str]], separator: str) -> list[list[str]]:
        """Return the rows that begin in no such way."""
        return list(filter(LeftOut(self.beginnings, separator).keeps, rows)) if self.beginnings else rows

    def notes(self) -> list[str]:
        """Say for each reason which rows are left out."""
        places: dict[str, list[str]] = {}
        for row in self.rows:
            if row.place:
                places.setdefault(row.why, []).append(row.place)
        return [f"Left out: {listed(found, 5)} ({why})." for why, found in places.items()]


def as_asked(beginnings: Iterable[str]) -> OddRows:
    """Return what a person says: rows that begin so are left out."""
    return OddRows(tuple(OddRow("", beginning, "as asked") for beginning in beginnings))


def titles(
    path: Path,
    text: CsvFormat,
    odd: OddRows,
    width: int,
    starts_table: Callable[[list[list[str]]], bool],
    limits: Limits,
) -> list[OddRow]:
    """Return the rows above the header; starts_table: tells whether rows begin with it. Raises `UserError`."""
    rows = [row for row in _rows(path, text, limits, SAMPLE_ROWS) if odd.kept([row.cells], text.separator)]
    count = num_titles([row.cells for row in rows], width)
    if not count or not starts_table([row.cells for row in rows[count:]]):
        return []
    return [OddRow(f"line {row.line}", _beginning(row.cells, text), ABOVE) for row in rows[:count] if any(row.cells)]


def notes_below(path: Path, text: CsvFormat, tail: bytes, width: int, limits: Limits) -> list[OddRow]:
    """Return the notes below a table; tail: the end of the file's bytes. Raises `UserError`."""
    last = list(io.StringIO(tail.decode(text.encoding, "ignore"), newline=""))[-1:]
    row = next(csv.reader(last, delimiter=text.separator), [])
    if row and not num_notes([list(map(str.strip, row))], width, [True]) and len(row) == width:
        return []
    rows = list(deque(_rows(path, text, limits), MAX_NOTES))
    ends = [0, *(row.line for row in rows)]
    after_blank = [row.line - row.num_lines > end for row, end in zip(rows, ends, strict=False)]
    count = num_notes([row.cells for row in rows], width, after_blank)
    return [
        OddRow(f"line {row.line}", _beginning(row.cells, text), BELOW)
        for row in rows[len(rows) - count :]
        if any(row.cells)
    ]


def total_lines(path: Path, text: CsvFormat, table: Table, found: dict[int, Total], limits: Limits) -> list[OddRow]:
    """Return totals of a CSV file as it has them. Raises `UserError`."""
    whys = {int(table.lines[row]): total for row, total in found.items()}
    cells = {row.line: row.cells for row in _rows(path, text, limits) if row.line in whys}
    return [_total(table, row, cells[int(table.lines[row])], total, text) for row, total in found.items()]


def total_rows_of(table: Table, found: dict[int, Total]) -> list[OddRow]:
    """Return totals of a table whose cells are those of its file."""
    cells = {row: [column[row] for column in table.columns.values()] for row in found}
    return [_total(table, row, cells[row], total, CsvFormat()) for row, total in found.items()]


def _total(table: Table, row: int, cells: list[str], total: Total, text: CsvFormat) -> OddRow:
    """Tell a total by its cells up to the word that says so, or by all where other rows begin so too."""
    start = cells[: list(table.columns).index(total.column) + 1] if total.column else cells
    alike = np.ones(table.num_rows, bool)
    for column, cell in zip(table.columns.values(), start, strict=False):
        alike &= column == cell
    begins = start if alike.sum() <= 1 else cells
    return OddRow(table.place(row), _beginning(begins, text), f"the {total.what} of {listed(total.names, 3)}")


def without_rows(table: Table, rows: Sequence[int]) -> Table:
    """Return the table without the rows with these numbers."""
    return table.take(np.setdiff1d(np.arange(table.num_rows), rows)) if len(rows) else table


class _Row(NamedTuple):
    cells: list[str]
    line: int  # where it ends
    num_lines: int


def _rows(path: Path, text: CsvFormat, limits: Limits, most: int | None = None) -> Iterator[_Row]:
    """Give the rows of a file as they stand in it, of any number of cells; most: as many. Raises `UserError`."""
    with path.open("rb") as stream:
        reader = CsvRows(stream, str(path), text, ADVICE, limits)
        for rows, lines in reader.chunks(most or CHUNK):
            for row, line in zip(rows, lines, strict=True):
                yield _Row(list(map(str.strip, row)), line, num_lines(row))
            if most:
                break


def _beginning(cells: Sequence[str], text: CsvFormat) -> str:
    """Write cells as the file would have them, without empty ones at the end."""
    cells = list(cells)
    while cells and not cells[-1]:
        cells.pop()
    stream = io.StringIO()
    csv.writer(stream, delimiter=text.separator, lineterminator="").writerow(cells)
    return stream.getvalue()


def num_titles(rows: Sequence[Sequence[str]], width: int) -> int:
    """Return how many rows stand above the header: they fill at most half of the cells that most rows have."""
    most = max(1, width // 2)
    for number, row in enumerate(rows[: MAX_TITLES + 1]):
        filled = sum(map(bool, row))
        if len(row) == width and (filled > most or width < 3):
            return number
        if filled > most:
            return 0
    return 0


def num_notes(rows: Sequence[Sequence[str]], width: int, after_blank: Sequence[bool]) -> int:
    """Return how many of the last rows are notes below the table, not rows that lack cells.

    after_blank: for each row, whether a blank line stands before it.
    """
    count = 0
    for number, row in enumerate(reversed(rows), 1):
        filled = [cell for cell in row if cell]
        is_wide = len(row) == width and not (width > 2 and len(filled) == 1 and row[0])
        is_full = len(filled) == len(row) == width
        if is_full or (is_wide and not NOTE.fullmatch(row[0])):
            break
        if NOTE.fullmatch(row[0]) or after_blank[-number] or (len(filled) == 1 and re.search(r"\D\s\w", row[0])):
            count = number
    return count


def header_again(table: Table) -> tuple[int, ...]:
    """Return the rows that are the header again."""
    header = as_header(list(table.columns))
    first = next(iter(table.columns.values()))
    likely = np.flatnonzero([cell.lower() == header[0] for cell in first.tolist()])
    rows = (row for row in likely.tolist() if as_header([cells[row] for cells in table.columns.values()]) == header)
    return tuple(rows)
