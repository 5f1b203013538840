"""Find out how a table is to be read: encoding, separator, header, format of numbers, marks of missing cells."""

import csv
import io
import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from percept.dataset.formats import CsvFormat
from percept.dataset.table import Table
from percept.errors import UserError, listed
from percept.files.csv import sample_csv
from percept.files.left_out import without
from percept.files.limits import LIMITS, Limits
from percept.files.parquet import is_parquet, read_parquet
from percept.profiling import structure
from percept.profiling.cell_options import cell_options
from percept.profiling.encoding import check_is_file, guess_encoding, read_ends
from percept.profiling.header import NUMBER, is_header
from percept.profiling.structure import OddRows
from percept.profiling.totals import totals as find_totals
from percept.sources.arff import as_table, read_arff

SAMPLE_ROWS = 1000
SAMPLE_BYTES = 2**24
SAMPLE_CELLS = 50_000  # which tell the separator
SEPARATORS = (",", ";", "\t", "|")
ADVICE = (
    "correct the file; --separator, --header and --encoding say how it is read, where that was seen wrong, and "
    "--leave-out how rows begin that are no rows of the table"
)


@dataclass(frozen=True)
class Reading:
    """A table, and how it was read."""

    table: Table
    text: CsvFormat
    remarks: dict[str, str]  # option of the source that differs from its default -> why
    kind: Literal["csv", "parquet", "arff"] = "csv"  # of the source
    odd: OddRows = field(default_factory=OddRows)  # rows that are left out
    sampled_from: int | None = None  # rows of the file, where the table is a sample of them

    @property
    def num_rows(self) -> int:
        """Return how many rows the file has."""
        return self.sampled_from or self.table.num_rows

    def notes(self) -> list[str]:
        """Say what a person should know of the sample."""
        if self.sampled_from is None:
            return []
        seen = f"{self.table.num_rows:,} of {self.num_rows:,} rows, evenly spread"
        return [f"Too large for memory: what is said here was seen in {seen}."]


@dataclass(frozen=True)
class ReadOptions:
    """What a person says about the text; None: to be found out."""

    header: bool | None = None  # the first row names the columns
    separator: str | None = None
    encoding: str | None = None
    named: tuple[str, ...] = ()  # columns that other options name, which a header must have
    leave_out: tuple[str, ...] = ()  # how rows begin that are no rows of the table
    all_rows: bool = False  # leave out no other row
    missing: tuple[str, ...] = ()  # cells that stand for no value, beside those that are found
    as_texts: tuple[str, ...] = ()  # columns whose cells are texts, even where they are numbers with a unit


NO_OPTIONS = ReadOptions()


def read_table(path: Path, options: ReadOptions = NO_OPTIONS, limits: Limits = LIMITS) -> Reading:
    """Find out how to read a file, and read it. Raises `UserError`."""
    check_is_file(path)
    if is_parquet(path):
        return _read_parquet(path, options, limits)
    if path.name.lower().removesuffix(".gz").endswith(".arff"):
        return _read_arff(path, options, limits)
    text, remarks, odd = _text_format(path, options, limits)
    return _read_cells(path, text, remarks, odd, options, limits)


def _text_format(path: Path, options: ReadOptions, limits: Limits) -> tuple[CsvFormat, dict[str, str], OddRows]:
    """Find out how text becomes rows: remarks on options that differ from their defaults, and rows to leave out."""
    content, end = read_ends(path, limits)
    encoding, doubt = (options.encoding, "as asked") if options.encoding else guess_encoding(path, content)
    sample = io.StringIO(content[:SAMPLE_BYTES].decode(encoding, "replace"), newline="")  # ends lines as csv does
    lines = list(itertools.islice(sample, 10 * SAMPLE_ROWS))
    if len(content) > SAMPLE_BYTES and len(lines) > 1:
        lines.pop()  # it may be cut
    separator = options.separator or _separator(lines)
    text = CsvFormat(separator=separator, encoding=encoding, missing=(*CsvFormat().missing, *options.missing))
    rows, odd = _rows(lines, separator), structure.as_asked(options.leave_out)
    if not options.all_rows:
        odd = odd.with_rows(structure.titles(path, text, odd, _usual_width(rows), _starts_table(options), limits))
    rows = odd.kept(rows, separator) or [[]]
    _check_first_row(path, rows)
    remarks = {"encoding": doubt} if encoding != CsvFormat().encoding else {}
    if separator != ",":
        remarks["separator"] = ""
    if not is_header(rows, options.header, options.named):
        names = tuple(f"column_{number + 1}" for number in range(len(rows[0])))
        text = text.model_copy(update={"columns": names})
        seen = "the first row looks like data; --header: it names the columns"
        remarks["columns"] = seen if options.header is None else "as asked: the first row is data"
    if not options.all_rows:
        odd = odd.with_rows(structure.notes_below(path, text, end.rstrip()[-4096:], len(rows[0]), limits))
    return text, remarks, odd


def _read_cells(
    path: Path, text: CsvFormat, remarks: dict[str, str], odd: OddRows, options: ReadOptions, limits: Limits
) -> Reading:
    """Find out what the cells say about how they are to be read, and read them. Raises `UserError`."""
    table, num_rows = sample_csv(path, text, ADVICE, limits, odd.beginnings)
    _check_width(path, table)
    again = structure.header_again(table) if not (options.all_rows or text.columns) else ()
    found, more = cell_options(structure.without_rows(table, again), text, options.as_texts)
    odd = odd.with_rows(structure.OddRow(table.place(row), "", "the header again") for row in again)
    if found or again:
        del table  # two of them would need twice the memory
        text = CsvFormat.model_validate(text.model_dump() | found)
        table, num_rows = sample_csv(path, text, ADVICE, limits, odd.beginnings, odd.repeated_header)
    is_sample = num_rows > table.num_rows
    if not (options.all_rows or is_sample) and (totals := find_totals(table)):
        odd = odd.with_rows(structure.total_lines(path, text, table, totals, limits))
        table = structure.without_rows(table, tuple(totals))
    return Reading(table, text, remarks | more, odd=odd, sampled_from=num_rows if is_sample else None)


def _read_parquet(path: Path, options: ReadOptions, limits: Limits) -> Reading:
    """Read a file that says itself how to, except what texts mean. Raises `UserError`."""
    if options.header is not None or options.separator or options.encoding:
        expected = "none of them: a Parquet file says so itself"
        raise UserError("--header, --separator, --encoding", f"{path} is a Parquet file", expected, "leave them out")
    text = CsvFormat(missing=(*CsvFormat().missing, *options.missing))
    table = read_parquet(path, text, limits)
    found, remarks = cell_options(table, text, options.as_texts)
    if found:
        del table  # two of them would need twice the memory
        table = read_parquet(path, CsvFormat.model_validate(text.model_dump() | found), limits)
    odd = structure.as_asked(options.leave_out)
    table = without(table, odd.beginnings)
    if not options.all_rows and (totals := find_totals(table)):
        odd = odd.with_rows(structure.total_rows_of(table, totals))
        table = structure.without_rows(table, tuple(totals))
    return Reading(table, table.text, remarks, "parquet", odd)


def _read_arff(path: Path, options: ReadOptions, limits: Limits) -> Reading:
    """Read a file whose header says what the columns hold. Raises `UserError`."""
    given = (options.header is not None, options.separator, options.encoding, options.leave_out, options.missing)
    if any(given):
        found = f"{path} is an ARFF file, whose header says what its cells are"
        where = "--header, --separator, --encoding, --leave-out, --missing"
        raise UserError(where, found, "none of them", "leave them out, or convert the file to CSV")
    table = as_table([read_arff(path, limits=limits)])
    _check_width(path, table)
    return Reading(table, table.text, {}, "arff")


def _check_width(path: Path, table: Table) -> None:
    if len(table.columns) < 2:
        found = f"one column alone, {next(iter(table.columns))[:60]!r}"
        expected = f"columns set apart by one of {listed(map(repr, SEPARATORS))}"
        raise UserError(str(path), found, expected, "save it with commas, and the target as a column of its own")


def _check_first_row(path: Path, rows: list[list[str]]) -> None:
    width = _usual_width(rows)
    if len(rows[0]) not in (width, 0):
        found = f"{len(rows[0])} cell{'s' * (len(rows[0]) > 1)} in the first line, and {width} in most of those below"
        advice = "remove what stands above the header" if len(rows[0]) == 1 else "correct the header"
        if len(rows[0]) == width - 1:
            advice += ": name the first column, or remove the separator at the end of each line"
        raise UserError(str(path), found, "a name for each column in the first line", advice)


def _usual_width(rows: list[list[str]]) -> int:
    """Return how many cells most rows have, or else how many the first has."""
    width, count = Counter(map(len, rows)).most_common(1)[0]
    return width if count > 0.5 * len(rows) else len(rows[0])


def _rows(lines: list[str], separator: str) -> list[list[str]]:
    reader = csv.reader(lines, delimiter=separator)
    try:
        rows = list(itertools.islice((row for row in reader if row), SAMPLE_ROWS))
    except csv.Error:
        return [[]]  # read_csv says what is wrong, and where
    return [[cell.strip() for cell in row] for row in rows] or [[]]


def _separator(lines: list[str]) -> str:
    """Find the separator that cuts the header and most rows into equally many cells, and most cells into numbers."""

    def quality(separator: str) -> tuple[bool, bool, float, float, int]:
        rows = _rows(lines, separator)
        width = _usual_width(rows)
        cells = list(itertools.islice((cell for row in rows[1:] for cell in row if cell), SAMPLE_CELLS))
        alike = sum(len(row) == width for row in rows) / len(rows)
        numbers = sum(NUMBER.fullmatch(cell) is not None for cell in cells) / max(len(cells), 1)
        return width > 1 and alike > 0.5, len(rows[0]) == width, round(alike, 1), round(numbers, 1), width

    return max(SEPARATORS, key=quality)


def _starts_table(options: ReadOptions) -> Callable[[list[list[str]]], bool]:
    """Return what tells whether rows begin with the header, or with data where there is none."""
    return lambda rows: options.header is False or is_header(rows, options.header, options.named)
