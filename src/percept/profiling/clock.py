"""Hours, minutes, weekdays, months and days of a year that are given as numbers: they begin again after a period."""

from collections.abc import Iterable

from percept.dataset import numerals
from percept.profiling.columns import ColumnProfile, words_of

HOURS = 24
PERIODS: dict[int, set[str]] = {  # and the last word of the names of such columns
    HOURS: {"hour", "hr", "stunde", "시"},
    60: {"minute", "분"},
    7: {"weekday", "wday", "dow", "dayofweek", "wochentag", "요일"},
    12: {"month", "mnth", "monat", "월"},
    366: {"yday", "doy", "dayofyear"},
}
PHRASES = {("day", "of", "week"): 7, ("day", "of", "year"): 366, ("hour", "of", "day"): HOURS}
PER = {"per", "pro"}  # in the name of a rate
FEWEST = 3  # different values, which only then have an order


def clock_columns(columns: Iterable[ColumnProfile]) -> dict[str, int]:
    """Return the numeric columns that a clock or a calendar shows, with their period, as `features.cyclic` takes them.

    The name has to say so (hour, not hours, which may be counted), or cells such as 13:45 that fill more than half a
    day, and all values have to fit into one period that begins at 0 or 1. All but hours have to be whole: 11.5 is half
    past eleven.
    """
    found = {}
    for column in columns:
        period = HOURS if _shows_a_clock(column) else _named_period(column.name)
        may_be = column.use == "numeric" and column.num_values >= FEWEST and (column.whole or period == HOURS)
        if period and may_be:
            start = 1 if column.high == period else 0
            if start <= column.low and column.high < period + start:
                found[column.name] = period
    return found


def _shows_a_clock(column: ColumnProfile) -> bool:
    """Tell times of day from durations, which are seldom spread over more than half a day and never beyond one."""
    return column.unit == numerals.HOURS and column.high - column.low > HOURS / 2


def _named_period(name: str) -> int | None:
    words = words_of(name)
    if not words or not PER.isdisjoint(words):
        return None
    if (phrase := tuple(words[-3:])) in PHRASES:
        return PHRASES[phrase]
    return next((period for period, names in PERIODS.items() if words[-1] in names), None)
