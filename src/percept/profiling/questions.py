"""What a person should say about a table, because the cells leave it open; each note names the option that says it."""

import shlex
from collections.abc import Iterable, Sequence

import numpy as np

from percept.dataset.cells import split_form
from percept.dataset.formats import CsvFormat
from percept.dataset.table import Table
from percept.errors import listed
from percept.profiling.after_event import pairs_that_tell
from percept.profiling.columns import ColumnProfile
from percept.profiling.missing_codes import missing_codes
from percept.profiling.phrases import contents, shorten
from percept.profiling.totals import unproven
from percept.profiling.units import in_unit, several_units

MIN_COUNTS, MAX_COUNTS = 11, 30  # different values of a count that is a number rather than a class
FEW_CODES = 3  # whole numbers that are classes without doubt
MAX_PAIRS = 3  # of columns that are named
MANY_CODES = 50  # whole numbers that could be classes


def are_counts(target: ColumnProfile) -> bool:
    """Tell whether whole numbers are counts of something: from 0 or 1 on, many values, and fewer rows the higher."""
    if not target.whole or target.low not in (0, 1) or not MIN_COUNTS <= target.num_values <= MAX_COUNTS:
        return False
    values = np.array([float(value) for value, _ in target.values])
    rows = np.array([count for _, count in target.values])
    upper = rows[values > (target.low + target.high) / 2].sum()
    return bool(upper < 0.5 * rows.sum() and rows[values == target.high].sum() < 0.1 * rows.max())


def kind_note(target: ColumnProfile, kind: str, wanted: str | None) -> list[str]:
    """Say of a target of few whole numbers what it was taken for, and how it is taken for the other."""
    if wanted or not (target.is_number and target.whole) or not FEW_CODES < target.num_values <= MANY_CODES:
        return []
    name = shorten(target.name)
    if kind == "regression":
        what = f"{name} ({contents(target)}) is taken for {'counts' if are_counts(target) else 'amounts'}"
        return [f"{what}: a regression; --kind multiclass takes each number for a class."]
    what = f"{name} ({target.num_values} whole numbers) is taken for classes"
    return [f"{what}; --kind regression takes it for amounts, where their order counts."]


def unit_notes(text: CsvFormat, target: str, kind: str, columns: Iterable[ColumnProfile]) -> list[str]:
    """Say in which unit the target is predicted, and which columns have more than one."""
    mixed = {column.name: several_units([value for value, _ in column.values]) for column in columns}
    units = [entry.unit for entry in text.units if entry.column == target and entry.unit]
    notes = [f"Predictions of {shorten(target)} are numbers {in_unit(unit)}." for unit in units if kind == "regression"]
    return [*notes, *(f"{shorten(name)} has {remark}." for name, remark in mixed.items() if remark)]


def mixed_notes(columns: Iterable[ColumnProfile]) -> list[str]:
    """Name the first cell that keeps a column from being used, and the option that helps."""
    return [
        f"{shorten(column.name)} is left out, as it holds {column.mixture}: if such texts stand for no value, "
        "--missing=TEXT for each says so (source.missing); else correct them."
        for column in columns
        if column.kind == "mixed"
    ]


def century_notes(columns: Iterable[ColumnProfile]) -> list[str]:
    """Say which years two digits are taken for."""
    notes = []
    for column in columns:
        _, first = split_form(column.form or "")
        if first is not None:
            years = f"{first} to {first + 99}, so its dates are {contents(column)}"
            what = f"{shorten(column.name)} gives two digits of each year, read as {years}"
            notes.append(f"{what}; another year behind `from` in its form reads them as the hundred years from there.")
    return notes


def missing_code_notes(table: Table, columns: Iterable[ColumnProfile]) -> list[str]:
    """Ask about numbers such as -999 among others."""
    notes = []
    for column in columns:
        for text, rows in missing_codes(table, column).items():
            text = text.replace(".", table.text.decimal)
            what = f"{shorten(column.name)} is {text} in {rows} row{'s' * (rows > 1)}, far from its other numbers"
            notes.append(f"{what}: if it stands for no value, --missing={text} says so (source.missing).")
    return notes


def total_notes(table: Table) -> list[str]:
    """Ask about rows that say they are totals, where their numbers do not show it."""
    return [
        f"{shorten(name)} says {text!r}: if such rows add up others, --leave-out leaves out those that begin so."
        for text, name in unproven(table).items()
    ]


def pair_notes(table: Table, target: str, used: Sequence[ColumnProfile]) -> list[str]:
    """Ask about pairs of columns that only together tell the class."""
    return [
        f"{shorten(one)} and {shorten(other)} together tell {shorten(target)}: if they are known only with it, "
        f"--drop {shlex.quote(one)} --drop {shlex.quote(other)}."
        for one, other in pairs_that_tell(table, target, used)[:MAX_PAIRS]
    ]


def nonlinear_note(target: str, names: Sequence[str]) -> str:
    """Name columns of whole numbers that could be categories."""
    options = " ".join(f"--category {shlex.quote(name)}" for name in names)
    return f"{shorten(target)} rises and falls along {listed(names)}: {options} gives each value an input of its own."
