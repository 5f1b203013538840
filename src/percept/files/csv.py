"""CSV files, plain or packed by gzip: one reader of rows, and the whole table that is made of them.

The reader is our own, around Python's csv module: it names the line where a row goes wrong, keeps each cell as it is
written, and spares predict the import of pandas.
"""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import accumulate, islice
from pathlib import Path

from percept.dataset.formats import CsvFormat, check_units, plain_numbers
from percept.dataset.table import Table, fold_texts
from percept.errors import UserError, listed
from percept.files.held import HeldCells, SampledCells, StoredCells
from percept.files.left_out import LeftOut
from percept.files.limits import LIMITS, MIB, Limits
from percept.files.text import DAMAGED, broken_gzip, unpacked

ADVICE = "correct the file (and its sha256), or source.separator, source.columns, source.encoding"
CHUNK = 8192  # rows
CHUNK_BYTES = 16 * MIB  # of rows that are taken at once, and the last of them

Row = list[str]


class CsvRows:
    """The rows of a CSV file of any size, some at a time, with the line where each ends."""

    def __init__(
        self,
        stream: io.BufferedReader,
        file: str,
        text: CsvFormat,
        advice: str,
        limits: Limits,
        left_out: LeftOut | None = None,
    ) -> None:
        """Start to read. Raises `UserError` for a file that is not text.

        file: its name in messages; advice: what to do where it is not CSV; left_out: rows that count as blank ones.
        """
        self._file, self._text, self._advice, self._limits = file, text, advice, limits
        self._is_row: Callable[[Row], bool] = left_out.keeps if left_out else bool
        self._ended = 0  # the line where the last row before those that wait ends
        self._waiting: list[Row] = []
        content, self._read = unpacked(stream, file, limits, is_held=False)
        self._read.row_start = 0
        lines = io.TextIOWrapper(content, text.encoding, newline="")
        csv.field_size_limit(limits.cell_chars)
        self._reader = csv.reader(lines, delimiter=text.separator, strict=True)

    @property
    def num_bytes(self) -> int:
        """Return how many bytes are read, unpacked."""
        return self._read.num_bytes

    def first(self) -> Row:
        """Take the first row that is not blank, or [] where there is none. Raises `UserError`."""
        while row := self._take(1):
            self._ended = self._reader.line_num
            if self._is_row(row[0]):
                return row[0]
        return []

    def put_back(self, row: Row) -> None:
        """Let `chunks` begin with the row that `first` gave."""
        self._waiting.append(row)
        self._ended -= num_lines(row)

    def chunks(self, num_rows: int, width: int | None = None) -> Iterator[tuple[list[Row], Sequence[int]]]:
        """Give rows that are not blank, at most `num_rows` at a time, and the line where each ends.

        width: cells that each row must have; None: any number. Raises `UserError`, with the line.
        """
        while rows := self._take(num_rows, width):
            lines = self._lines(rows)
            self._ended = self._reader.line_num
            if lines:
                yield list(filter(self._is_row, rows)), lines

    def refusal(self, found: str, expected: str) -> UserError:
        """Make an error about this file."""
        return UserError(self._file, found, expected, self._advice)

    def wrong_encoding(self, found: str) -> UserError:
        """Make an error about this file for text that is in another encoding."""
        advice = f"save it in this encoding, or {self._advice}"
        return UserError(self._file, found, f"text in {self._text.encoding}", advice)

    def check_no_nul(self, name: str, cells: Sequence[str], lines: Sequence[int]) -> None:
        """Refuse NUL characters: fixed-width text arrays lose them, and most often the file is UTF-16."""
        if "\0" in "".join(cells):
            line = lines[next(index for index, cell in enumerate(cells) if "\0" in cell)]
            found = f"line {line}, column {name!r} holds a NUL character"
            raise self.wrong_encoding(found)

    def no_rows(self) -> UserError:
        """Make the error for a file without rows."""
        return self.refusal("no rows", "at least one row" + ("" if self._text.columns else " below the header"))

    def _take(self, num_rows: int, width: int | None = None) -> list[Row]:
        """Take the next rows, blank ones too. Rows before a broken one are checked first: the first error is told."""
        rows, self._waiting = self._waiting, []
        problem, start = None, self._read.num_bytes
        try:
            for row in islice(self._reader, num_rows - len(rows)):
                rows.append(row)
                self._read.row_start = self._read.num_bytes
                if self._read.num_bytes - start > CHUNK_BYTES:
                    break
        except csv.Error as error:
            problem = self._broken(error, self._ended + sum(map(num_lines, rows)) + 1)
        except DAMAGED as error:
            problem = broken_gzip(self._file, error, f" after line {self._reader.line_num}")
        except UnicodeDecodeError as error:
            # What was decoded before holds no further whole line: the next bytes are asked for only then.
            line = self._reader.line_num + 1
            line += error.object[: error.start].decode(error.encoding, "ignore").count("\n")
            problem = self.wrong_encoding(f"line {line} is not {self._text.encoding}")
        if width is not None:
            self._check_width(rows, width)
        if problem:
            raise problem from None
        return rows

    def _broken(self, error: csv.Error, begin: int) -> UserError:
        """Make the error for a row that begins in line `begin` and is no CSV, or has a cell beyond the bound."""
        line = self._reader.line_num
        since = f", in a row that begins in line {begin}" if line > begin else ""
        if str(error).startswith("field larger"):
            found = f"line {line}: a cell of more than {self._limits.cell_chars:,} characters{since}"
            return self._limits.refusal(self._file, found, "cell_chars")
        return self.refusal(f"line {line}: {error}{since}", "well-formed CSV")

    def _check_width(self, rows: list[Row], width: int) -> None:
        if set(map(len, rows)) - {width, 0}:
            for row, end in zip(rows, self._ends(rows), strict=True):
                if len(row) != width and self._is_row(row):
                    raise self.refusal(f"line {end} has {len(row)} cells", f"{width} cells in each")

    def _lines(self, rows: list[Row]) -> Sequence[int]:
        """Find the line where each row ends, for rows that are not blank."""
        if self._reader.line_num - self._ended == len(rows) and all(map(self._is_row, rows)):
            return range(self._ended + 1, self._ended + 1 + len(rows))
        return [end for row, end in zip(rows, self._ends(rows), strict=True) if self._is_row(row)]

    def _ends(self, rows: list[Row]) -> Iterator[int]:
        """Count the lines up to the end of each row."""
        return islice(accumulate(map(num_lines, rows), initial=self._ended), 1, None)


def num_lines(row: Row) -> int:
    """Count the lines of the file that a row takes: a cell may hold line breaks."""
    text = "\0".join(row)
    return 1 + text.count("\n") + text.count("\r") - text.count("\r\n")


def read_csv(
    path: Path,
    text: CsvFormat,
    advice: str = ADVICE,
    limits: Limits = LIMITS,
    leave_out: Sequence[str] = (),
    repeated_header: bool = False,
    store_in: Path | None = None,
) -> Table:
    """Read every cell as text. Raises `UserError` for what is not a table, with the line and `advice`.

    leave_out: how rows begin that are passed over; repeated_header: pass over those that are the header again, too;
    store_in: folder for the cells of a table that the limits keep from memory; None: it is refused.
    """

    def held(names: list[str]) -> HeldCells:
        file = str(path)
        return HeldCells(file, names, limits) if store_in is None else StoredCells(file, names, limits, store_in)

    return _read(path, text, advice, limits, LeftOut.of(leave_out, repeated_header, text.separator), held)[0]


def sample_csv(
    path: Path,
    text: CsvFormat,
    advice: str = ADVICE,
    limits: Limits = LIMITS,
    leave_out: Sequence[str] = (),
    repeated_header: bool = False,
) -> tuple[Table, int]:
    """Read as `read_csv` does, of a table beyond the limits every so many rows; return how many rows it has, too."""
    left_out = LeftOut.of(leave_out, repeated_header, text.separator)
    return _read(path, text, advice, limits, left_out, lambda names: SampledCells(str(path), names, limits))


def _read(
    path: Path,
    text: CsvFormat,
    advice: str,
    limits: Limits,
    left_out: LeftOut | None,
    held_by: Callable[[list[str]], HeldCells],
) -> tuple[Table, int]:
    with path.open("rb") as stream:
        reader = CsvRows(stream, str(path), text, advice, limits, left_out)
        names = [name.strip() for name in text.columns or reader.first()]
        limits.check(str(path), len(names), "columns", "columns")
        _check_header(reader, names, text)
        check_units(text, str(path), names)
        if left_out:
            left_out.is_header(names)
        held, clean = held_by(names), partial(_cleaned, reader, names, set(text.missing), plain_numbers(text, names))
        for rows, ends in reader.chunks(CHUNK, len(names)):
            held.add(rows, ends, clean, reader.num_bytes)
    if not held.num_rows:
        raise reader.no_rows()
    if left_out:
        left_out.check_all_found(str(path))
    form = CsvFormat(**{name: getattr(text, name) for name in CsvFormat.model_fields})
    table = Table(file=str(path), columns=held.columns(), lines=held.lines(), text=form)
    return fold_texts(table, text.fold), held.num_rows


def _cleaned(
    reader: CsvRows,
    names: list[str],
    missing: set[str],
    plain: Mapping[str, Callable[[str], str] | None],
    rows: list[Row],
    ends: Sequence[int],
) -> dict[str, list[str]]:
    """Return the cells of each column as a table has them."""
    columns = {}
    for name, cells in zip(names, zip(*rows, strict=True), strict=True):
        reader.check_no_nul(name, cells, ends)
        values = ["" if cell in missing else cell for cell in map(str.strip, cells)]
        as_plain = plain[name]
        columns[name] = list(map(as_plain, values)) if as_plain else values
    return columns


def _check_header(reader: CsvRows, names: list[str], text: CsvFormat) -> None:
    if not text.columns and not any(names):
        raise reader.refusal("the file is empty" if not names else "the header is blank", "a header line and rows")
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise reader.refusal(f"the header names {listed(map(repr, twice))} more than once", "distinct column names")
    if any("\0" in name for name in names):
        raise reader.wrong_encoding("the header holds a NUL character")
