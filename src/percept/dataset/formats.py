"""How the text of a file becomes rows, and a picture becomes pixels: the same when training and when predicting."""

import codecs
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, PositiveInt, model_validator

from percept.dataset.numerals import number_reader, unit_reader
from percept.errors import UserError, listed, nearest
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


Decimal = Literal[".", ","]
Thousands = Literal["", ".", ",", " ", "'"]


class ColumnUnit(Section):
    """A column of numbers with a unit or signs, which are taken off, or with marks that the others do not have."""

    column: str
    unit: str = Field(max_length=24)  # such as $, % or kg; "": signs alone; h:m, m:s: times, in hours or minutes
    decimal: Decimal | None = None  # mark of this column; null: those of the file
    thousands: Thousands | None = None  # beside `decimal`; null: none

    @model_validator(mode="after")
    def tells_fractions_from_groups(self) -> Self:
        if self.decimal is None and self.thousands is not None:
            raise ValueError("decimal should be given where thousands is")
        check_marks(self.decimal or "", self.thousands or None)
        return self

    def marks(self, text: "CsvFormat") -> tuple[str, str]:
        """Return the decimal and the thousands mark, which are those of the file unless the column has its own."""
        return (self.decimal, self.thousands or "") if self.decimal else (text.decimal, text.thousands)


def _one_for_a_column(units: tuple[ColumnUnit, ...]) -> tuple[ColumnUnit, ...]:
    names = Counter(entry.column for entry in units)
    if twice := [name for name, count in names.items() if count > 1]:
        raise ValueError(f"{twice[0]!r} should have one unit, and it has several")
    return units


Units = Annotated[tuple[ColumnUnit, ...], AfterValidator(_one_for_a_column)]


class CsvFormat(Section):
    """How the text of a CSV file becomes rows."""

    columns: tuple[str, ...] | None = None  # names for a file without a header; null: the first line names them
    separator: str = Field(",", min_length=1, max_length=1, pattern=r'[^"\r\n]')
    missing: tuple[str, ...] = ("", "NaN", "nan")  # cells that stand for "no value", spaces around them aside
    encoding: Encoding = "utf-8-sig"  # UTF-8, with or without a byte order mark
    decimal: Decimal = "."  # before the fraction of a number
    thousands: Thousands = ""  # between groups of three digits; " ": also no-break spaces
    fold: tuple[str, ...] = ()  # columns whose texts are read as `folded` has them
    units: Units = ()  # of columns of numbers that have one

    @model_validator(mode="after")
    def tells_fractions_from_groups(self) -> Self:
        check_marks(self.decimal, self.thousands)
        return self


def check_marks(decimal: str, thousands: str | None) -> None:
    """Check that the marks of numbers can be told apart. Raises `ValueError`."""
    if decimal == thousands:
        raise ValueError(f"decimal and thousands should differ, and both are {decimal!r}")


def plain_numbers(text: CsvFormat, columns: Iterable[str]) -> dict[str, Callable[[str], str] | None]:
    """Return for each column what writes its numbers as Python does, or None where they are so.

    It takes off the unit of a column that has one, and leaves cells that are no number.
    """
    is_plain = text.decimal == "." and not text.thousands
    common = None if is_plain else number_reader(text.decimal, text.thousands)
    units = {entry.column: unit_reader(entry.unit, *entry.marks(text)) for entry in text.units}
    return {column: units.get(column, common) for column in columns}


def own_formats(text: CsvFormat) -> dict[str, CsvFormat]:
    """Return the format of each column whose numbers have other marks than the file's."""
    own = {entry.column: dict(zip(("decimal", "thousands"), entry.marks(text), strict=True)) for entry in text.units}
    marks = {"decimal": text.decimal, "thousands": text.thousands}
    return {column: text.model_copy(update=found) for column, found in own.items() if found != marks}


def check_units(text: CsvFormat, file: str, columns: Collection[str]) -> None:
    """Check that each column with a unit is there. Raises `UserError`."""
    known = set(columns) if text.units else ()
    for entry in text.units:
        if entry.column not in known:
            found = f"{file} has no column {entry.column!r}{nearest(entry.column, columns)}"
            raise UserError("source.units", found, f"some of {listed(columns)}", "correct it in conf/task/")


def folded(cell: str) -> str:
    """Return a text as all texts that differ from it by capitals, blanks or the form of Unicode alone have it."""
    cell = unicodedata.normalize("NFKC", "".join(letter for letter in cell if unicodedata.category(letter) != "Cf"))
    return " ".join(unicodedata.normalize("NFKC", cell.lower()).split())


class PictureFormat(Section):
    """How a picture of any size becomes pixels."""

    size: tuple[PositiveInt, PositiveInt]  # height and width, pixels
    color: Literal["rgb", "grey"] = "rgb"
    resize: Literal["stretch", "crop", "pad"] = "stretch"  # crop: the middle; pad: with black
