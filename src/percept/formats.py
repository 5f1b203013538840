"""How the text of a file becomes rows, and a picture becomes pixels: the same when training and when predicting."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PositiveInt

from percept.params import Section


def _known(encoding: str) -> str:
    try:
        "".encode(encoding)
    except LookupError:
        raise ValueError("should be a text encoding of Python, such as utf-8-sig, cp1252 or euc-kr") from None
    return encoding


Encoding = Annotated[str, AfterValidator(_known)]


class CsvFormat(Section):
    """How the text becomes rows."""

    columns: tuple[str, ...] | None = None  # names for a file without a header; null: the first line names them
    separator: str = Field(",", min_length=1, max_length=1, pattern=r'[^"\r\n]')
    missing: tuple[str, ...] = ("", "NaN", "nan")  # cells that stand for "no value", spaces around them aside
    encoding: Encoding = "utf-8-sig"  # UTF-8, with or without a byte order mark


class PictureFormat(Section):
    """How a picture of any size becomes pixels."""

    size: tuple[PositiveInt, PositiveInt]  # height and width, pixels
    color: Literal["rgb", "grey"] = "rgb"
    resize: Literal["stretch", "crop", "pad"] = "stretch"  # crop: the middle; pad: with black
