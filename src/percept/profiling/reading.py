"""Find out how a table is to be read: encoding, separator, header, format of numbers, marks of missing cells."""

import csv
import itertools
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from percept.dataset.formats import CsvFormat, number_pattern
from percept.dataset.table import Table
from percept.errors import UserError, listed
from percept.files.csv import read_csv
from percept.files.limits import LIMITS, Limits
from percept.files.parquet import is_parquet, read_parquet
from percept.profiling.date_formats import date_forms
from percept.profiling.encoding import check_is_file, guess_encoding, read_bytes

SAMPLE_ROWS = 1000
SAMPLE_BYTES = 2**24
SAMPLE_VALUES = 1000  # of a column
SEPARATORS = (",", ";", "\t", "|")
# Decimal mark and thousands mark, the likelier first.
NOTATIONS = ((".", ""), (".", ","), (",", ""), (",", "."), (",", " "), (".", " "), (".", "'"))
NUMBER = re.compile(r"[+-]?\d[\d.,' \u00a0\u202f]*([eE][+-]?\d+)?")
MISSING = {"na", "n/a", "#n/a", "n.a.", "<na>", "?", "-", "--", ".", "null", "none", "nil", "missing", "unknown"}
MISSING |= {"inf", "-inf", "#value!", "#div/0!", "없음", "결측", "모름"}
ADVICE = "correct the file; --separator, --header and --encoding say how it is read, where that was seen wrong"
SURELY_MISSING = {"n/a", "#n/a", "<na>", "?", "null", "#value!", "#div/0!"}  # among texts too


@dataclass(frozen=True)
class Reading:
    """A table, and how it was read."""

    table: Table
    text: CsvFormat
    remarks: dict[str, str]  # option of the source that differs from its default -> why
    kind: Literal["csv", "parquet"] = "csv"  # of the source


@dataclass(frozen=True)
class ReadOptions:
    """What a person says about the text; None: to be found out."""

    header: bool | None = None  # the first row names the columns
    separator: str | None = None
    encoding: str | None = None


NO_OPTIONS = ReadOptions()


def read_table(path: Path, options: ReadOptions = NO_OPTIONS, limits: Limits = LIMITS) -> Reading:
    """Find out how to read a file, and read it. Raises `UserError`."""
    check_is_file(path)
    if is_parquet(path):
        return _read_parquet(path, options, limits)
    text, remarks = _text_format(path, options, limits)
    table = read_csv(path, text, ADVICE, limits)
    _check_width(path, table)
    found, more = _cell_options(table, text.separator)
    if found:
        del table  # two of them would need twice the memory
        text = CsvFormat.model_validate(text.model_dump() | found)
        table = read_csv(path, text, ADVICE, limits)
    return Reading(table, text, remarks | more)


def _text_format(path: Path, options: ReadOptions, limits: Limits) -> tuple[CsvFormat, dict[str, str]]:
    """Find out how text becomes rows, and return remarks on the options that differ from their defaults."""
    content = read_bytes(path, limits)
    encoding, doubt = (options.encoding, "as asked") if options.encoding else guess_encoding(path, content)
    lines = content[:SAMPLE_BYTES].decode(encoding, "replace").splitlines(keepends=True)[: 10 * SAMPLE_ROWS]
    if len(content) > SAMPLE_BYTES and len(lines) > 1:
        lines.pop()  # it may be cut
    separator = options.separator or _separator(lines)
    rows = _rows(lines, separator)
    _check_first_row(path, rows)
    text = CsvFormat(separator=separator, encoding=encoding)
    remarks = {"encoding": doubt} if encoding != CsvFormat().encoding else {}
    if separator != ",":
        remarks["separator"] = ""
    if not (_has_header(rows) if options.header is None else options.header):
        names = tuple(f"column_{number + 1}" for number in range(len(rows[0])))
        text = text.model_copy(update={"columns": names})
        seen = "the first row looks like data; --header: it names the columns"
        remarks["columns"] = seen if options.header is None else "as asked: the first row is data"
    return text, remarks


def _read_parquet(path: Path, options: ReadOptions, limits: Limits) -> Reading:
    """Read a file that says itself how to, except which texts stand for a missing cell."""
    if options != NO_OPTIONS:
        expected = "none of them: a Parquet file says so itself"
        raise UserError("--header, --separator, --encoding", f"{path} is a Parquet file", expected, "leave them out")
    table = read_parquet(path, limits=limits)
    distinct = _value_counts(table)
    if not (marks := _missing_marks(distinct, ".", "")):
        return Reading(table, table.text, {}, "parquet")
    known = table.text.missing
    del table  # two of them would need twice the memory
    table = read_parquet(path, (*known, *marks), limits)
    return Reading(table, table.text, _remark_on(marks, distinct), "parquet")


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
    """Find the separator that cuts most rows into equally many cells, and most cells into numbers."""

    def quality(separator: str) -> tuple[bool, float, float, int]:
        rows = _rows(lines, separator)
        width = _usual_width(rows)
        cells = [cell for row in rows[1:] for cell in row if cell]
        alike = sum(len(row) == width for row in rows) / len(rows)
        numbers = sum(NUMBER.fullmatch(cell) is not None for cell in cells) / max(len(cells), 1)
        return width > 1 and alike > 0.5, round(alike, 1), round(numbers, 1), width

    return max(SEPARATORS, key=quality)


def _has_header(rows: list[list[str]]) -> bool:
    """Tell whether the first row names the columns: not if it has numbers above numbers, or values that come again."""
    first, rest = rows[0], rows[1:]
    if not rest:
        return True
    names, data = 0, 0
    for number, name in enumerate(first):
        cells = [row[number] for row in rest if len(row) > number and row[number]]
        are_numbers = bool(cells) and sum(map(_is_number_or_date, cells)) > 0.9 * len(cells)
        if _is_number_or_date(name):
            data += are_numbers
        elif are_numbers or not name:
            names += 1
        else:
            data += cells.count(name) > 1
    are_years = all(re.fullmatch(r"(19|20)\d\d", name) for name in first)
    return are_years or data <= names


def _is_number_or_date(cell: str) -> bool:
    return NUMBER.fullmatch(cell) is not None or bool(re.match(r"\d", cell) and date_forms([cell]))


def _cell_options(table: Table, separator: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the options of the source that follow from the cells of all columns, and remarks on them."""
    distinct = _value_counts(table)
    options: dict[str, Any] = {}
    remarks: dict[str, str] = {}
    decimal, thousands, example = _notation(distinct.values(), separator)
    if decimal != ".":
        options["decimal"], remarks["decimal"] = decimal, f"as in {example}"
    if thousands:
        options["thousands"], remarks["thousands"] = thousands, f"as in {example}"
    marks = _missing_marks(distinct, decimal, thousands)
    if marks:
        options["missing"] = (*CsvFormat().missing, *marks)
        remarks |= _remark_on(marks, distinct)
    return options, remarks


def _value_counts(table: Table) -> dict[str, Counter[str]]:
    """Count the first values of each column, and all that may stand for a missing one; "" aside."""
    return {name: _first_values(Counter(cells.tolist())) for name, cells in table.columns.items()}


def _first_values(counts: Counter[str]) -> Counter[str]:
    """Return some of the values and all marks: those of every column together can be as large as the table."""
    counts.pop("", None)
    known = [value for value in counts if value.lower() in MISSING]
    return Counter({value: counts[value] for value in (*itertools.islice(counts, 2 * SAMPLE_VALUES), *known)})


def _remark_on(marks: list[str], distinct: dict[str, Counter[str]]) -> dict[str, str]:
    return {"missing": "; ".join(f"{mark!r} in {_where(mark, distinct)}" for mark in marks)}


def _where(mark: str, distinct: dict[str, Counter[str]]) -> str:
    columns = [name or "a column without a name" for name, values in distinct.items() if mark in values]
    count = sum(values[mark] for values in distinct.values())
    return f"{count} cell{'s' * (count > 1)} of {listed(columns, 3)}"


def _notation(columns: Iterable[Counter[str]], separator: str) -> tuple[str, str, str]:
    """Return the decimal and thousands mark that make most columns numbers, and a cell that shows them."""
    samples = [list(itertools.islice(values, SAMPLE_VALUES)) for values in columns]
    samples = [[cell for cell in cells if cell.lower() not in MISSING] for cells in samples]
    numeric = [cells for cells in samples if cells and _matching_share(NUMBER, cells) > 0.9]
    marked = [cells for cells in numeric if _matching_share(number_pattern(".", ""), cells) <= 0.9]
    if not marked:
        return ".", "", ""
    order = sorted(NOTATIONS, key=lambda marks: marks[0] != ",") if separator == ";" else NOTATIONS

    def columns_read(marks: tuple[str, str]) -> int:
        return sum(_matching_share(number_pattern(*marks), cells) > 0.9 for cells in numeric)

    decimal, thousands = max(order, key=columns_read)
    if not columns_read((decimal, thousands)):
        return ".", "", ""
    shown = [cell for cells in marked for cell in cells if number_pattern(decimal, thousands).fullmatch(cell)]
    wanted = thousands or decimal
    return decimal, thousands, next((cell for cell in shown if wanted in cell), "")


def _matching_share(pattern: re.Pattern[str], cells: list[str]) -> float:
    """Return the fraction of cells that match."""
    return sum(pattern.fullmatch(cell) is not None for cell in cells) / max(len(cells), 1)


def _missing_marks(distinct: dict[str, Counter[str]], decimal: str, thousands: str) -> list[str]:
    """Find texts that stand for a missing cell: known ones among numbers or dates, unmistakable ones anywhere."""
    marks: dict[str, None] = {}
    number = number_pattern(decimal, thousands)
    for values in distinct.values():
        found = [value for value in values if value.lower() in MISSING]
        if not found:
            continue
        others = list(itertools.islice((value for value in values if value.lower() not in MISSING), SAMPLE_VALUES))
        if others and (_matching_share(number, others) > 0.9 or date_forms(others)):
            marks |= dict.fromkeys(found)
        else:
            marks |= dict.fromkeys(value for value in found if others and value.lower() in SURELY_MISSING)
    return list(marks)
