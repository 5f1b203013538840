"""Find out what the cells of a table say about how they are written: marks of numbers and of missing cells."""

import itertools
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from percept.dataset.cells import parse_numbers
from percept.dataset.formats import CsvFormat
from percept.dataset.numerals import CLOCK, number_pattern, unit_reader
from percept.dataset.table import Table
from percept.errors import listed
from percept.profiling.date_formats import usual_form
from percept.profiling.header import NUMBER
from percept.profiling.units import FEWEST, MOST, find_unit, split

SAMPLE_VALUES = 1000  # of a column
# Decimal mark and thousands mark, the likelier first.
PLAIN = number_pattern(".", "")
USUAL = 0.9  # of a column's cells, which say how it is written
NOTATIONS = ((".", ""), (".", ","), (",", ""), (",", "."), (",", " "), (".", " "), (".", "'"))
MISSING = {"na", "n/a", "#n/a", "n.a.", "<na>", "?", "-", "--", ".", "null", "none", "nil", "missing", "unknown"}
MISSING |= {"\N{EN DASH}", "\N{EM DASH}", "\N{MINUS SIGN}", "inf", "-inf", "#value!", "#div/0!", "없음", "결측", "모름"}
SURELY_MISSING = {"n/a", "#n/a", "<na>", "?", "null", "#value!", "#div/0!"}  # among texts too


def cell_options(
    table: Table, text: CsvFormat, as_texts: Collection[str] = ()
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the options of the source that follow from the cells of all columns, and remarks on them.

    as_texts: columns whose cells are texts, whatever they look like.
    """
    counts = value_counts(table)
    units = {name: unit for name in counts if name not in as_texts and (unit := _unit(counts[name])) is not None}
    distinct = {name: _numbers(values) if name in units else values for name, values in counts.items()}
    options: dict[str, Any] = {}
    remarks: dict[str, str] = {}
    samples = _samples(distinct)
    order = sorted(NOTATIONS, key=lambda marks: marks[0] != ",") if text.separator == ";" else NOTATIONS
    decimal, thousands, example = _notation(samples, order)
    if decimal != ".":
        options["decimal"], remarks["decimal"] = decimal, f"as in {example}"
    if thousands:
        options["thousands"], remarks["thousands"] = thousands, f"as in {example}"
    own = {}
    for name, cells in (samples.marked | (samples.plain if decimal == "," else {})).items():
        found = _own(cells, name in units, (decimal, thousands), order)
        if found and name not in as_texts:
            own[name] = found
    marks = dict.fromkeys(distinct, (decimal, thousands)) | own
    units = dict.fromkeys(own, "") | units
    units = {name: unit for name, unit in units.items() if _is_read(counts[name], unit, *marks[name])}
    if units:
        options["units"] = [_entry(name, unit, own.get(name)) for name, unit in units.items()]
    texts = missing_marks(distinct, marks)
    if texts:
        options["missing"] = (*text.missing, *texts)
        remarks |= remark_on(texts, distinct)
    return options, remarks


def _entry(name: str, unit: str, own: tuple[str, str] | None) -> dict[str, str]:
    """Return an entry of `units`; own: the marks of a column where the file's are others."""
    return {"column": name, "unit": unit, **({"decimal": own[0], "thousands": own[1]} if own else {})}


def _unit(values: Counter[str]) -> str | None:
    """Return what `find_unit` does for a column that is not written in digits and marks of numbers alone."""
    cells = [cell for cell in itertools.islice(values, SAMPLE_VALUES) if cell.lower() not in MISSING]
    if _all_match(NUMBER, cells):
        return None
    has_signs = any(map(CLOCK.fullmatch, cells)) or any(split(cell) for cell in cells if not NUMBER.fullmatch(cell))
    return find_unit(cells) if has_signs else None


def _is_read(values: Counter[str], unit: str, decimal: str, thousands: str) -> bool:
    """Tell whether most cells are numbers with the unit in a notation, which the other columns have a say in."""
    read, cells = unit_reader(unit, decimal, thousands), list(itertools.islice(values, SAMPLE_VALUES))
    numbers = parse_numbers(np.array([read(cell) for cell in cells], dtype=object))
    return bool(np.isfinite(numbers).mean() > MOST / 2)


def _numbers(values: Counter[str]) -> Counter[str]:
    """Return values with the units and signs of numbers taken off; times, which have no marks, as whole numbers."""
    numbers: Counter[str] = Counter()
    for cell, count in values.items():
        found = split(cell)
        numbers[found.number if found else "0" if CLOCK.fullmatch(cell) else cell] += count
    return numbers


def value_counts(table: Table) -> dict[str, Counter[str]]:
    """Count the first values of each column, and all that may stand for a missing one; "" aside."""
    return {name: _first_values(Counter(cells.tolist())) for name, cells in table.columns.items()}


def _first_values(counts: Counter[str]) -> Counter[str]:
    """Return some of the values and all marks: those of every column together can be as large as the table."""
    counts.pop("", None)
    known = [value for value in counts if value.lower() in MISSING]
    return Counter({value: counts[value] for value in (*itertools.islice(counts, 2 * SAMPLE_VALUES), *known)})


def remark_on(marks: list[str], distinct: dict[str, Counter[str]]) -> dict[str, str]:
    return {"missing": "; ".join(f"{mark!r} in {_where(mark, distinct)}" for mark in marks)}


def _where(mark: str, distinct: dict[str, Counter[str]]) -> str:
    columns = [name or "a column without a name" for name, values in distinct.items() if mark in values]
    count = sum(values[mark] for values in distinct.values())
    return f"{count} cell{'s' * (count > 1)} of {listed(columns, 3)}"


class _Samples(NamedTuple):
    """Different cells of the columns that look like numbers, by name."""

    plain: dict[str, list[str]]  # as Python writes them
    marked: dict[str, list[str]]


def _samples(distinct: dict[str, Counter[str]]) -> _Samples:
    found = _Samples({}, {})
    for name, values in distinct.items():
        cells = [cell for cell in itertools.islice(values, SAMPLE_VALUES) if cell.lower() not in MISSING]
        if _matching_share(PLAIN, cells) > USUAL:
            found.plain[name] = cells
        elif _matching_share(NUMBER, cells) > USUAL:
            found.marked[name] = cells
    return found


def _notation(samples: _Samples, order: Sequence[tuple[str, str]]) -> tuple[str, str, str]:
    """Return the decimal and thousands mark that make most columns numbers, and a cell that shows them."""
    if not samples.marked:
        return ".", "", ""
    numeric = [*samples.plain.values(), *samples.marked.values()]

    def columns_read(marks: tuple[str, str]) -> int:
        return sum(_matching_share(number_pattern(*marks), cells) > USUAL for cells in numeric)

    decimal, thousands = max(order, key=columns_read)
    if not columns_read((decimal, thousands)):
        return ".", "", ""
    number = number_pattern(decimal, thousands)
    shown = [cell for cells in samples.marked.values() for cell in cells if number.fullmatch(cell)]
    wanted = thousands or decimal
    return decimal, thousands, next((cell for cell in shown if wanted in cell), "")


def _own(
    cells: list[str], has_unit: bool, common: tuple[str, str], order: Sequence[tuple[str, str]]
) -> tuple[str, str] | None:
    """Return the marks of a column that those of most columns do not read, where its cells leave no doubt."""
    if len(cells) < FEWEST or _matching_share(number_pattern(*common), cells) > USUAL:
        return None
    fits = (marks for marks in order if _matching_share(number_pattern(*marks), cells) > USUAL)
    found = next(fits, None)
    is_shown = found is not None and (has_unit or any(found[0] in cell for cell in cells))
    return found if is_shown else None


def _matching_share(pattern: re.Pattern[str], cells: list[str]) -> float:
    """Return the fraction of cells that match."""
    if cells and _all_match(pattern, cells):
        return 1.0
    return sum(pattern.fullmatch(cell) is not None for cell in cells) / max(len(cells), 1)


def _all_match(pattern: re.Pattern[str], cells: list[str]) -> bool:
    """Tell whether all cells match, in one call for all of them."""
    text = "".join(f"{cell}\n" for cell in cells)
    return text.count("\n") == len(cells) and _repeated(pattern).fullmatch(text) is not None


@cache
def _repeated(pattern: re.Pattern[str]) -> re.Pattern[str]:
    # Atomic: a line that is read stays read, so a cell that does not match costs no second look at those before it.
    return re.compile(rf"(?>(?:{pattern.pattern})\n)*+", pattern.flags)


def missing_marks(distinct: dict[str, Counter[str]], notations: Mapping[str, tuple[str, str]]) -> list[str]:
    """Find texts that stand for a missing cell: known ones among numbers or dates, unmistakable ones anywhere.

    notations: the decimal and the thousands mark of each column.
    """
    marks: dict[str, None] = {}
    for name, values in distinct.items():
        found = [value for value in values if value.lower() in MISSING]
        if not found:
            continue
        others = list(itertools.islice((value for value in values if value.lower() not in MISSING), SAMPLE_VALUES))
        if others and (
            _matching_share(number_pattern(*notations[name]), others) > USUAL or usual_form(Counter(others))
        ):
            marks |= dict.fromkeys(found)
        else:
            marks |= dict.fromkeys(value for value in found if others and value.lower() in SURELY_MISSING)
    return list(marks)
