"""Find columns whose cells are numbers with a unit or a sign, such as $1,937.05, 28.1 kg, (12.50), 9.5K or 16:04."""

import re
import string
from collections.abc import Sequence
from typing import NamedTuple

from percept.dataset.formats import ColumnUnit
from percept.dataset.numerals import CLOCK, CURRENCY, FULL_WIDTH, HOURS, MINUS, MINUTES, POWERS, unit_key

FEWEST = 6  # different numbers: fewer texts with a unit are the names of sizes, such as 36 months and 60 months
MOST = 0.8  # of the cells; the others are then named
LETTER = rf"[^\W\d_]|[%‰‱°\u2032\u2033\"]|{CURRENCY.pattern}"
WRITTEN = re.compile(
    rf"\(?\s?[~≈]?\s?[{MINUS}+]?\s?(?P<before>{CURRENCY.pattern})?\s?[{MINUS}]?\s?"
    rf"(?P<number>[.,]?\d[\d.,'\N{{RIGHT SINGLE QUOTATION MARK}} \u00a0\u202f]*(?:[eE][+-]?\d+)?)"
    rf"(?:\s?(?P<after>(?:{LETTER})(?:{LETTER}|[ ./*^·²³23]){{0,15}}))?[-\N{{MINUS SIGN}}]?\s?\)?"
)
SCALED = re.compile(rf"(?P<power>{'|'.join(POWERS)})\s?(?P<currency>{CURRENCY.pattern})")
ONE_LETTER = set("BCdFgGhJkKlLmMstTVWxy")  # units and powers of ten that stand right behind whole numbers
ORDINAL = re.compile(r"(st|nd|rd|th)\b")
IN_WORDS = {HOURS: "hours", MINUTES: "minutes"}


def in_unit(unit: str) -> str:
    """Say in which unit numbers are."""
    return f"in {IN_WORDS.get(unit, unit)}" if unit else "with signs, or with K, M and the like"


def read_as(entry: ColumnUnit) -> str:
    """Say how the numbers of a column are read."""
    if not entry.decimal:
        return in_unit(entry.unit)
    marks = f"written as 1{entry.thousands or ''}234{entry.decimal}5"
    return f"{in_unit(entry.unit)}, {marks}" if entry.unit else marks


class Written(NamedTuple):
    """The parts of a number with a unit."""

    number: str
    currency: str
    unit: str  # or a power of ten, such as K
    is_apart: bool  # a blank stands before what is behind the number


def split(cell: str) -> Written | None:
    """Take a number and what stands around it apart; None for a cell that is no number, or digits that are a code."""
    found = WRITTEN.fullmatch(cell.translate(FULL_WIDTH))
    if not found or re.match(r"0\d", found["number"]):
        return None
    before, after = found["before"] or "", (found["after"] or "").strip()
    if scaled := SCALED.fullmatch(after):
        before, after = before or scaled["currency"], scaled["power"]
    elif CURRENCY.fullmatch(after) and before in ("", after):
        before, after = after, ""
    is_apart = found["after"] is not None and found.string[found.start("after") - 1].isspace()
    return Written(found["number"].strip(), before, after, is_apart)


def find_unit(cells: Sequence[str]) -> str | None:
    """Return the unit of different cells, "" where signs are all there is, None where there is none, or several."""
    times = [found for cell in cells if (found := CLOCK.fullmatch(cell.translate(FULL_WIDTH)))]
    if len(times) >= max(FEWEST, MOST * len(cells)):
        is_minutes = any(found["third"] for found in times) and any(
            found["third"] is None and int(found["first"]) > 23 for found in times
        )
        return MINUTES if is_minutes else HOURS
    written = list(filter(None, map(split, cells)))
    if len(written) < max(FEWEST, MOST * len(cells)):
        return None
    currencies = {one.currency for one in written} - {""}
    units = [one.unit for one in written]
    if currencies:
        return currencies.pop() if len(currencies) == 1 and set(units) <= {"", *POWERS} else None
    return None if _are_codes(written) else _common_unit(written)


def _are_codes(written: Sequence[Written]) -> bool:
    """Tell whether letters make names of whole numbers: seats 11A, house numbers 12b, zones 32N and 33S, the 5th."""
    behind = [one for one in written if one.unit]
    units = {one.unit for one in behind}
    if any(map(ORDINAL.match, units)):
        return True
    letters = {unit.rstrip("23²³^") for unit in units}
    is_code = any(
        len(letter) == 1 and letter in string.ascii_letters and letter not in ONE_LETTER for letter in letters
    )
    return is_code and all(one.number.isdecimal() and not one.is_apart for one in behind)


def _common_unit(written: Sequence[Written]) -> str | None:
    """Return what `find_unit` does for units that are no currencies."""
    found = [one.unit for one in written]
    units = sorted(set(found) - {""}, key=len)
    if not units:
        return ""
    if units not in (["m"], ["T"], ["B"]) and set(units) <= set(POWERS):
        return ""
    sides = {unit.removeprefix("°").strip() for unit in units}
    if sides <= set("NS") or sides <= set("EW"):
        degrees = {unit.startswith("°") for unit in units}
        if degrees == {True} or (degrees == {False} and len(sides) == 2):
            return "°" if degrees == {True} else ""
    if len(set(map(unit_key, units))) > 1:
        return None
    some_have_none = any(one.unit == "" and one.number.strip("0.,") for one in written)
    is_doubtful = some_have_none and (units[-1] in "%‰‱" or found.count("") > len(found) / 2)
    return None if is_doubtful else units[-1]


def several_units(cells: Sequence[str]) -> str:
    """Return the remark on different cells that are numbers with different units, "" for others."""
    written = list(filter(None, map(split, cells)))
    if len(written) < max(FEWEST, len(cells)) or _are_codes(written):
        return ""
    units = list(dict.fromkeys(one.currency or one.unit for one in written))
    if not 2 <= len(units) <= 5 or all(len(unit) < 2 and unit.isalpha() for unit in units):
        return ""
    shown = " and ".join(repr(unit) if unit else "none" for unit in units)
    return f"numbers with different units, {shown}: bring them to one to use them as numbers"
