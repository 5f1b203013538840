"""Find the form in which dates are written, as `datetime.strptime` takes it."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache

import numpy as np
from numpy.typing import NDArray

from percept.dataset.cells import SINCE

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
MOMENT = datetime(2024, 2, 28, 13, 45, 59)
ZONES = ("Z", "+0900", "-0900", "+09:00", "-09:00")
FRACTIONS = ("1", "1234")  # four digits have the shape of a year
SAMPLE = 100  # cells that tell whether a column is worth a closer look
USUAL = 0.8  # more of the cells of a column of dates are dates


def date_forms(cells: Iterable[str]) -> list[str]:
    """Return every form that reads all cells, the most likely first."""
    left: Sequence[str] | None = None
    for cell in cells:
        left = [form for form in (_candidates(cell) if left is None else left) if reads(form, cell)]
        if not left:
            return []
    return list(left or ())


def usual_form(counts: Counter[str]) -> str | None:
    """Return the form that reads most cells, counted by text, where some are dates and others are not."""
    sample = list(counts)[:SAMPLE]
    if sum(map(has_date_shape, sample)) <= USUAL / 2 * len(sample):
        return None
    read: Counter[str] = Counter()
    for cell, count in counts.items():
        read.update({form: count for form in _candidates(cell) if reads(form, cell)})
    form, most = read.most_common(1)[0] if read else (None, 0)
    return form if most > USUAL * counts.total() else None


def are_digit_dates(cells: Iterable[str]) -> bool:
    """Tell whether all cells are dates of eight digits."""
    return all(reads(DIGITS, cell) for cell in cells)


def has_date_shape(cell: str) -> bool:
    """Tell whether digits, letters and marks stand as they do in some form, whatever the numbers are."""
    return bool(_candidates(cell))


def _candidates(cell: str) -> tuple[str, ...]:
    return _forms_by_shape().get(_shape(cell), ()) if len(cell) <= LONGEST else ()


def _shape(text: str) -> str:
    """Return a text without blanks, with Y for four digits, 0 for fewer or more and a for letters."""
    text = re.sub(r"[^\W\d_]+", "a", text)
    return re.sub(r"\s+", "", re.sub(r"\d+", lambda digits: "Y" if len(digits[0]) == 4 else "0", text))


@cache
def _forms_by_shape() -> dict[str, tuple[str, ...]]:
    """Return the forms that can read texts of each shape: only these few are tried on a cell, as each try is slow."""
    found: dict[str, dict[str, None]] = {}
    for form in FORMS:
        for zone in ZONES:
            for fraction in FRACTIONS:
                text = MOMENT.strftime(form.replace("%z", zone).replace("%f", fraction))
                found.setdefault(_shape(text), {})[form] = None
    return {shape: tuple(forms) for shape, forms in found.items()}


def reads(form: str, cell: str) -> bool:
    """Tell whether a form reads a cell as a day of a year that tables have."""
    if form == DIGITS and len(cell) != 8:
        return False  # strptime accepts fewer digits
    try:
        return FIRST <= datetime.strptime(cell, form).year <= LAST
    except ValueError:
        return False


def century(form: str, days: NDArray[np.float64], this_year: int) -> str:
    """Return a form with the first of the hundred years that its years of two digits stand for.

    They end next year or up to 20 years earlier, where the dates, (rows,) days since 1970, then lie closest together.
    """
    years = np.floor(days).astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    firsts = range(this_year - 98, this_year - 119, -1)
    first = min(firsts, key=lambda first: np.ptp(first + (years - first) % 100))
    return f"{form}{SINCE}{first}"


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
