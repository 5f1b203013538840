"""Tell whether the first row of a table names its columns."""

import re
from collections.abc import Sequence

from percept.profiling.date_formats import date_forms, has_date_shape

NUMBER = re.compile(r"[+-]?\d[\d.,'\N{RIGHT SINGLE QUOTATION MARK} \u00a0\u202f]*([eE][+-]?\d+)?")


def _has_header(rows: list[list[str]]) -> bool:
    """Tell whether the first row names the columns: not if it has numbers above numbers, or values that come again."""
    first, rest = rows[0], rows[1:]
    if not rest:
        return True
    names, data = 0, 0
    for number, name in enumerate(first):
        cells = [row[number] for row in rest if len(row) > number and row[number]]
        are_numbers = bool(cells) and sum(map(_looks_like_number_or_date, cells)) > 0.9 * len(cells)
        if are_numbers and _is_year(name) and sum(map(_is_year, cells)) < 0.5 * len(cells):
            names += 1
        elif _is_number_or_date(name):
            data += are_numbers
        elif are_numbers or not name:
            names += 1
        else:
            data += cells.count(name) > 1
    return data <= names or _counts_columns(rows)


def _counts_columns(rows: list[list[str]]) -> bool:
    """Tell whether the first row counts the columns from 0 or 1, as pandas does, and is no row of such numbers."""
    first, start = rows[0], int(rows[0][0] == "1")
    if len(first) < 3 or first != [str(start + number) for number in range(len(first))]:
        return False
    return len(first) > 9 or not any(
        name in row[place : place + 1] for row in rows[1:] for place, name in enumerate(first)
    )


def is_header(rows: list[list[str]], wanted: bool | None, named: Sequence[str]) -> bool:
    """Tell whether the first row names the columns: as wanted, or by a name that a person gave, or its looks."""
    if wanted is not None:
        return wanted
    has_named = any(
        name in named and all(name not in row[number : number + 1] for row in rows[1:])
        for number, name in enumerate(rows[0])
    )
    return has_named or _has_header(rows)


def _is_year(cell: str) -> bool:
    return re.fullmatch(r"(19|20)\d\d", cell) is not None


def _looks_like_number_or_date(cell: str) -> bool:
    return NUMBER.fullmatch(cell) is not None or has_date_shape(cell)


def _is_number_or_date(cell: str) -> bool:
    return NUMBER.fullmatch(cell) is not None or bool(re.match(r"\d", cell) and date_forms([cell]))
