"""Find the form in which dates are written, as `datetime.strptime` takes it."""

import re
from collections.abc import Iterable
from datetime import datetime

DAYS = (
    *("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y. %m. %d.", "%Y년 %m월 %d일", "%d.%m.%Y", "%d. %m. %Y"),
    *("%m/%d/%Y", "%d/%m/%Y", "%m-%d-%Y", "%d-%m-%Y", "%m.%d.%Y"),
    *("%d.%m.%y", "%m/%d/%y", "%d/%m/%y", "%d-%m-%y", "%m-%d-%y", "%y-%m-%d", "%y/%m/%d"),
    *("%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%d-%b-%y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%Y-%m", "%Y/%m"),
)
TIMES = (
    *("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", "T%H:%M", "T%H:%M:%S", "T%H:%M:%S.%f", "T%H:%M:%SZ"),
    *("T%H:%M:%S.%fZ", "T%H:%M:%S%z", "T%H:%M:%S.%f%z", " %H:%M:%S%z", " %I:%M %p", " %I:%M:%S %p"),
)
FORMS = tuple(day + time for time in TIMES for day in DAYS)
FIRST, LAST = 1800, 2200  # years
DIGITS = "%Y%m%d"  # a number too, so the name of the column must say date
LONGEST = 60  # characters of a date


def date_forms(cells: Iterable[str], forms: tuple[str, ...] = FORMS) -> list[str]:
    """Return every form that reads all cells, the most likely first."""
    left = list(forms)
    for cell in cells:
        if len(cell) > LONGEST or (forms is FORMS and not re.search(r"\d\D+\d", cell)):
            return []
        left = [form for form in left if _reads(form, cell)]
        if not left:
            return []
    return left


def _reads(form: str, cell: str) -> bool:
    if form == DIGITS and len(cell) != 8:
        return False  # strptime accepts fewer digits
    try:
        return FIRST <= datetime.strptime(cell, form).year <= LAST
    except ValueError:
        return False


def are_rivals(forms: list[str]) -> bool:
    """Tell whether the forms disagree about a day: 03/04/2024 is in March or in April."""
    days = {tuple(re.findall(r"%[YymdbB]", form)) for form in forms}
    return any({"%m", "%d"} <= set(one) for one in days) and len(days) > 1


def preferred(forms: list[str], day_first: bool) -> str:
    """Return the form that takes the day, or else the month, first; the first form where none does."""
    for form in forms:
        parts = re.findall(r"%[md]", form)
        if parts == (["%d", "%m"] if day_first else ["%m", "%d"]):
            return form
    return forms[0]


def order_of(form: str) -> bool | None:
    """Tell whether a form has the day before the month; None where the year comes first or the month is a name."""
    parts = re.findall(r"%[Yymd]", form)
    return None if parts[:1] in (["%Y"], ["%y"]) or len(parts) < 3 else parts[0] == "%d"
