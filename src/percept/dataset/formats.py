"""How the text of a file becomes rows, and a picture becomes pixels: the same when training and when predicting."""

import codecs
import re
import unicodedata
from collections.abc import Callable
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, PositiveInt, model_validator

from percept.params import Section


def known_encoding(encoding: str) -> str:
    """Return the name of a text encoding. Raises `ValueError` for any other name, also of codecs for host names."""
    try:
        "".encode(encoding)
        is_text = codecs.lookup(encoding).name not in ("idna", "punycode")
    except (LookupError, UnicodeError):
        is_text = False
    if not is_text:
        raise ValueError("should be a text encoding of Python, such as utf-8-sig, cp1252 or euc-kr")
    return encoding


Encoding = Annotated[str, AfterValidator(known_encoding)]

ALSO = {
    " ": "\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}",
    "'": "\N{RIGHT SINGLE QUOTATION MARK}",
}  # read as the key is


class CsvFormat(Section):
    """How the text of a CSV file becomes rows."""

    columns: tuple[str, ...] | None = None  # names for a file without a header; null: the first line names them
    separator: str = Field(",", min_length=1, max_length=1, pattern=r'[^"\r\n]')
    missing: tuple[str, ...] = ("", "NaN", "nan")  # cells that stand for "no value", spaces around them aside
    encoding: Encoding = "utf-8-sig"  # UTF-8, with or without a byte order mark
    decimal: Literal[".", ","] = "."  # before the fraction of a number
    thousands: Literal["", ".", ",", " ", "'"] = ""  # between groups of three digits; " ": also no-break spaces
    fold: tuple[str, ...] = ()  # columns whose texts are read as `folded` has them

    @model_validator(mode="after")
    def tells_fractions_from_groups(self) -> Self:
        if self.decimal == self.thousands:
            raise ValueError(f"decimal and thousands should differ, and both are {self.decimal!r}")
        return self


def number_pattern(decimal: str, thousands: str) -> re.Pattern[str]:
    """Return the pattern of a number that is written with these marks."""
    between = thousands + ALSO.get(thousands, "")
    groups = rf"|\d{{1,3}}(?:[{between}]\d{{3}})+" if between else ""
    point = re.escape(decimal)
    return re.compile(rf"[+-]?(?:(?:\d+{groups})(?:{point}\d+)?|{point}\d+)(?:[eE][+-]?\d+)?", re.ASCII)


def plain_number(text: CsvFormat) -> Callable[[str], str] | None:
    """Return what writes 1.234,5 as 1234.5 and leaves cells that are no number; None where Python reads all as is."""
    if text.decimal == "." and not text.thousands:
        return None
    number = number_pattern(text.decimal, text.thousands)
    between = text.thousands + ALSO.get(text.thousands, "")
    marks = str.maketrans({text.decimal: "."} | dict.fromkeys(between))
    return lambda cell: cell.translate(marks) if number.fullmatch(cell) else cell


def folded(cell: str) -> str:
    """Return a text as all texts that differ from it by capitals, blanks or the form of Unicode alone have it."""
    cell = unicodedata.normalize("NFKC", "".join(letter for letter in cell if unicodedata.category(letter) != "Cf"))
    return " ".join(unicodedata.normalize("NFKC", cell.lower()).split())


class PictureFormat(Section):
    """How a picture of any size becomes pixels."""

    size: tuple[PositiveInt, PositiveInt]  # height and width, pixels
    color: Literal["rgb", "grey"] = "rgb"
    resize: Literal["stretch", "crop", "pad"] = "stretch"  # crop: the middle; pad: with black
