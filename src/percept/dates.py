"""Text cells to days, and what a network can use of a day."""

from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

EPOCH = datetime(1970, 1, 1)
DAY_S = 86_400
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
PARTS = {"days": "numeric", "month": "category", "weekday": "category", "hour": "numeric"}  # and their kinds


def parse_dates(cells: NDArray[np.object_], form: str) -> NDArray[np.float64]:
    """(rows,) days since 1970, a moment as a fraction; NaN for a missing cell and for text of another form.

    form: as `datetime.strptime` takes it.
    """
    texts, index = np.unique(cells.astype(str), return_inverse=True)
    return np.array([_parsed(text, form) for text in texts.tolist()], np.float64)[index.reshape(-1)]


def _parsed(text: str, form: str) -> float:
    try:
        moment = datetime.strptime(text, form)
    except ValueError:
        return float("nan")
    return (moment.replace(tzinfo=None) - (moment.utcoffset() or timedelta()) - EPOCH).total_seconds() / DAY_S


def date_parts(form: str) -> tuple[str, ...]:
    """Which of PARTS a form has."""
    return tuple(PARTS) if "%H" in form or "%I" in form else tuple(PARTS)[:3]


def date_part(days: NDArray[np.float64], part: str) -> NDArray[np.float32] | NDArray[np.object_]:
    """One of PARTS, (rows,), from days since 1970; NaN or "" where the day is missing."""
    known = ~np.isnan(days)
    whole = np.floor(np.where(known, days, 0)).astype(np.int64)
    match part:
        case "days":
            return days.astype(np.float32)
        case "hour":
            return np.where(known, np.floor((days - whole) * 24 + 1e-6), np.nan).astype(np.float32)
        case "weekday":
            names, index = WEEKDAYS, (whole + 3) % 7  # 1970 began on a Thursday
        case "month":
            names, index = MONTHS, whole.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
    return np.where(known, np.array(names, dtype=object)[index], "")
