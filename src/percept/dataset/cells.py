"""Text cells become numbers or days, and days become what a network can use of them."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator

LARGEST = float(np.finfo(np.float32).max)  # the arrays are float32
EPOCH = datetime(1970, 1, 1)
DAY_S = 86_400
SINCE = " from "  # in a form, before the first year that two digits can be
FIRST_YEARS = (1, 9899)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
CODE = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?", re.ASCII)
DatePart = Literal["days", "month", "weekday", "hour"]  # what a network can use of a day
DATE_PARTS: dict[DatePart, Literal["numeric", "category"]] = {  # and what they are
    "days": "numeric",
    "month": "category",
    "weekday": "category",
    "hour": "numeric",
}


def parse_numbers(cells: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return (rows,) numbers, NaN for a missing cell and for text that is no finite float32 number."""
    try:
        numbers = np.where(cells == "", "nan", cells).astype(np.float64)
    except ValueError:
        numbers = None
    if numbers is None or "_" in "".join(cells.tolist()):  # Python alone reads 1_000 as a number
        numbers = np.array([_parsed_number(cell) for cell in cells], np.float64)
    return np.where(np.abs(numbers) <= LARGEST, numbers, np.nan)


def _parsed_number(cell: str) -> float:
    try:
        return float("nan" if "_" in cell else cell)
    except ValueError:
        return float("nan")


def are_number_codes(cells: NDArray[np.object_]) -> bool:
    """Tell whether all cells that are there are numbers without zeros in front, so no codes such as 007."""
    texts = set(cells.tolist()) - {""}
    return bool(texts) and all(CODE.fullmatch(text) for text in texts)


def number_code(cell: str) -> str:
    """Return 2 for 2.0, as pandas writes whole numbers where some are missing; any other text as it is."""
    return cell.partition(".")[0] if CODE.fullmatch(cell) and not cell.partition(".")[2].strip("0") else cell


def _readable(form: str) -> str:
    leap_day = datetime(2024, 2, 29, 13, tzinfo=UTC)  # a form without the year cannot tell it from 1 March
    plain, first = split_form(form)
    try:
        datetime.strptime(leap_day.strftime(plain), plain)
        readable = "%" in plain and (first is None or FIRST_YEARS[0] <= first <= FIRST_YEARS[1])
    except (ValueError, re.error):
        readable = False
    if not readable:
        raise ValueError("should be a form of dates with their year, as strptime takes it, such as %Y-%m-%d")
    return form


# As `datetime.strptime` takes it; behind a year of two digits may stand the first year that it can be:
# %m/%d/%y from 1930 reads 29 as 2029 and 30 as 1930.
Form = Annotated[str, AfterValidator(_readable)]


def split_form(form: str) -> tuple[str, int | None]:
    """Return a form as strptime takes it, and the first year that two digits can be; None where it does not say."""
    found = re.fullmatch(rf"(.*%y.*){SINCE}(\d{{4}})", form, re.DOTALL)
    return (found[1], int(found[2])) if found else (form, None)


def parse_dates(cells: NDArray[np.object_], form: str) -> NDArray[np.float64]:
    """Return (rows,) days since 1970, a moment as a fraction; NaN for a missing cell and for text of another form."""
    plain, first = split_form(form)
    days = {text: _parsed_day(text, plain, first) for text in set(cells.tolist())}
    return np.array([days[text] for text in cells.tolist()], np.float64)


def _parsed_day(text: str, form: str, first: int | None) -> float:
    try:
        moment = datetime.strptime(text, form)
        if first is not None:
            moment = moment.replace(year=first + (moment.year - first) % 100)
    except ValueError:
        return float("nan")
    offset = moment.utcoffset() or timedelta()
    return ((moment.replace(tzinfo=None) - EPOCH) - offset).total_seconds() / DAY_S


def date_parts(form: str) -> tuple[DatePart, ...]:
    """Return the parts that a form has."""
    return tuple(DATE_PARTS) if "%H" in form or "%I" in form else tuple(DATE_PARTS)[:3]


def date_part(days: NDArray[np.float64], part: DatePart) -> NDArray[np.float64] | NDArray[np.object_]:
    """Return a part, (rows,), of days since 1970; NaN or "" where the day is missing."""
    known = ~np.isnan(days)
    whole = np.floor(np.where(known, days, 0)).astype(np.int64)
    names: tuple[str, ...]
    match part:
        case "days":
            return days
        case "hour":
            hours = np.floor((days - whole) * 24 + 1e-7)  # a whole hour may lie a little below as a share of a day
            return np.where(known, np.minimum(hours, 23), np.nan)
        case "weekday":
            names, index = WEEKDAYS, (whole + 3) % 7  # 1970 began on a Thursday
        case "month":
            names, index = MONTHS, whole.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
    return np.where(known, np.array(names, dtype=object)[index], "")
