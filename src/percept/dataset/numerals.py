"""Numbers as people write them become plain ones: 1.234,5 and $1,234, (12.50) and 9.5K, 13:45 and 9h30.

Every pattern here reads a cell in time that grows with its length alone.
"""

import re
from collections.abc import Callable

ALSO = {
    " ": "\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}",
    "'": "\N{RIGHT SINGLE QUOTATION MARK}",
}  # read as the key is
MINUS = "-\N{MINUS SIGN}\u2010\u2011\u2012\u2013\u2014\ufe63"  # hyphens and dashes that stand before numbers
FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}  # as Chinese, Japanese and Korean text has them
POWERS = {"K": 3, "k": 3, "천": 3, "만": 4, "M": 6, "m": 6, "mn": 6, "억": 8, "B": 9, "bn": 9, "T": 12}  # of ten
HOURS, MINUTES = "h:m", "m:s"  # units: 13:45, 1:45 PM, 9h30, 27:15:00 in hours; 53:12, 1:02:10 in minutes
SIGNS = "[A-Z]{0,3}[$¢£¤¥฿₠-⃀﷼￠￡￥￦]"
CODES = (
    "USD|EUR|GBP|JPY|CNY|RMB|KRW|INR|CHF|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|RON|TRY|RUB|UAH|BRL|MXN|ARS|CLP|COP|ZAR"
    "|SGD|HKD|TWD|THB|IDR|MYR|PHP|VND|ILS|AED|SAR|EGP|Rs|kr|Fr|zł"
)
CURRENCY = re.compile(rf"{SIGNS}|(?:{CODES})\.?|원|円|元")
CLOCK = re.compile(
    rf"(?P<sign>[{MINUS}]?)(?P<half>오전|오후)?\s?(?P<first>\d{{1,4}})"
    r"(?:\s?[:hH시]\s?(?P<second>[0-5]\d)(?:\s?[:m분]\s?(?P<third>[0-5]\d(?:\.\d{1,9})?)(?:s|초)?|m|min|분)?"
    r"|\s?[hH시]|(?=\s?[AaPp]))(?:\s?(?P<noon>[AaPp])\.?[Mm]\.?)?",
    re.ASCII,
)


def number_pattern(decimal: str, thousands: str) -> re.Pattern[str]:
    """Return the pattern of a number that is written with these marks."""
    return re.compile(rf"[+-]?{_digits(decimal, thousands)}", re.ASCII)


def _digits(decimal: str, thousands: str) -> str:
    between = thousands + ALSO.get(thousands, "")
    groups = rf"|[1-9]\d{{0,2}}(?:[{between}]\d{{3}})+" if between else ""
    indian = r"|\d{1,2}(?:,\d\d)+,\d{3}" if thousands == "," else ""
    point = re.escape(decimal)
    return rf"(?:(?:\d+{groups}{indian})(?:{point}\d+)?|{point}\d+)(?:[eE][+-]?\d+)?"


def number_reader(decimal: str, thousands: str) -> Callable[[str], str]:
    """Return what writes 1.234,5 as 1234.5 and leaves cells that are no number."""
    number, marks = number_pattern(decimal, thousands), _plain_marks(decimal, thousands)
    return lambda cell: cell.translate(marks) if number.fullmatch(cell) else cell


def _plain_marks(decimal: str, thousands: str) -> dict[int, str | None]:
    return str.maketrans({decimal: "."} | dict.fromkeys(thousands + ALSO.get(thousands, "")))


def unit_reader(unit: str, decimal: str, thousands: str) -> Callable[[str], str]:
    """Return what takes a unit, signs and powers of ten off numbers, and leaves cells that are no such number.

    unit: stands before or after a number, or is left out; "": none; HOURS or MINUTES: times and durations.
    """
    if unit in (HOURS, MINUTES):
        return lambda cell: _read_clock(cell, unit)
    number, marks = _written(unit, decimal, thousands), _plain_marks(decimal, thousands)

    def read(cell: str) -> str:
        found = number.fullmatch(cell.translate(FULL_WIDTH))
        if not found:
            return cell
        is_negative = any(found[group] for group in ("open", "before", "inside", "behind", "south"))
        if found["power"] and "e" in found["number"].lower():
            return cell
        power = f"e{POWERS[found['power']]}" if found["power"] else ""
        return f"{'-' * is_negative}{found['number'].translate(marks)}{power}"

    return read


def _written(unit: str, decimal: str, thousands: str) -> re.Pattern[str]:
    """Return the pattern of a number with a unit on either side, such as -$5, $-5, ($5), 5 kg, 5.1M €, 40° N."""
    sign = _unit_pattern(unit.translate(FULL_WIDTH))
    powers = [] if unit in POWERS else [power for power in POWERS if power != "m" or is_currency(unit) or not unit]
    side = "[NE]|(?P<south>[SW])" if unit in ("", "°") else "(?!)(?P<south>)"
    return re.compile(
        rf"(?P<open>\()?\s?[~≈]?\s?(?:(?P<before>[{MINUS}])|\+)?\s?(?:{sign})?\s?(?P<inside>[{MINUS}])?\s?"
        rf"(?P<number>{_digits(decimal, thousands)})\s?(?P<power>{'|'.join(powers) or '(?!)'})?\s?(?:{sign})?"
        rf"\s?(?:{side})?(?P<behind>[-\N{{MINUS SIGN}}])?(?(open)\s?\))"
    )


def _unit_pattern(unit: str) -> str:
    """Return the pattern of a unit in any capitals that mean the same, and of its singular: 1 day, 2 days."""
    start, rest = (unit[:1], unit[1:]) if has_prefix(unit) else ("", unit)
    words = r"\s+".join(map(re.escape, rest.split()))
    return f"{start}(?i:{words}{'?' if len(unit) > 2 and unit.endswith('s') else ''})"


def has_prefix(unit: str) -> bool:
    """Tell whether the capitals of a unit may tell milli from mega, as those of mW and MW do."""
    return len(unit) <= 3 and unit[:1] in ("m", "M")


def unit_key(unit: str) -> str:
    """Return what units have in common that `unit_reader` takes for one."""
    singular = unit.removesuffix("s") if len(unit) > 2 else unit
    return unit[:1] + singular[1:].casefold() if has_prefix(unit) else singular.casefold()


def is_currency(unit: str) -> bool:
    """Tell whether a unit is a currency, by its sign or its code."""
    return CURRENCY.fullmatch(unit) is not None


def _read_clock(cell: str, unit: str) -> str:
    """Write a time or a duration as a number of hours or minutes."""
    found = CLOCK.fullmatch(cell.translate(FULL_WIDTH))
    if not found:
        return cell
    first, second, third = (float(found[part] or 0) for part in ("first", "second", "third"))
    noon = {"오전": "a", "오후": "p"}.get(found["half"] or "", (found["noon"] or "").lower())
    if noon:
        if not 1 <= first <= 12:
            return cell
        first = first % 12 + 12 * (noon == "p")
    seconds = 3600 * first + 60 * second + third
    if unit == MINUTES and found["third"] is None:
        seconds = 60 * first + second
    return f"{'-' * bool(found['sign'])}{round(seconds / (60 if unit == MINUTES else 3600), 6):.15g}"
