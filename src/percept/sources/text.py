"""Text files, plain or packed by gzip, the line that is not in the encoding, and files that are no text."""

import gzip
import zlib
from collections.abc import Callable
from pathlib import Path

from percept.errors import UserError

GZIP = b"\x1f\x8b"
DAMAGED = (gzip.BadGzipFile, EOFError, zlib.error)  # what unpacking raises
NUM_BYTES = 16  # at the start of a file that tell what it is
OTHERS = {  # first bytes -> what the file is, and how it becomes a CSV file
    b"PAR1": ("a Parquet file", "read_parquet"),
    b"PK\x03\x04": ("a zip file, or a table of a spreadsheet program", "read_excel"),
    b"\xd0\xcf\x11\xe0": ("a table of a spreadsheet program", "read_excel"),
    b"SQLite format 3": ("a database", None),
    b"%PDF": ("a PDF file", None),
}
ADVICE = {
    "read_parquet": "set source.kind: parquet, or name it *.parquet; or",
    "read_excel": "unpack it, or save the table as CSV in that program; or",
}
NEEDS = {"read_parquet": "pyarrow", "read_excel": "openpyxl"}


def decoded(path: Path, encoding: str, unreadable: Callable[[Path, str, str], UserError]) -> str:
    """The text of a file. Raises what `unreadable` makes of (path, found, expected)."""
    try:
        content = read_bytes(path).decode(encoding)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise unreadable(path, f"line {line} is not {encoding}", "text in source.encoding") from None
    if "\0" in content:  # fixed-width text arrays would lose it; most often the file is UTF-16
        line = content.count("\n", 0, content.index("\0")) + 1
        raise unreadable(path, f"line {line} holds a NUL character", "text in source.encoding")
    return content


def read_bytes(path: Path) -> bytes:
    """Of a text file, unpacked. Raises `UserError` for what is no text."""
    content = path.read_bytes()
    check_is_text(path, content)
    if not content.startswith(GZIP):
        return content
    try:
        content = gzip.decompress(content)
    except DAMAGED as error:
        raise UserError(str(path), f"broken ({error})", "a whole gzip file", "pack or fetch it anew") from None
    check_is_text(path, content)
    return content


def check_is_text(path: Path, start: bytes) -> None:
    """start: the first bytes. Raises `UserError` for a file of another kind."""
    for first, (what, reader) in OTHERS.items():
        if start.startswith(first):
            raise UserError(str(path), what, "a text file, such as CSV", _conversion(path, reader))


def _conversion(path: Path, reader: str | None) -> str:
    if reader is None:
        return "save the table as CSV"
    code = f"import pandas; pandas.{reader}({path.name!r}).to_csv({path.stem + '.csv'!r}, index=False)"
    return f'{ADVICE[reader]} python -c "{code}" (needs: pip install {NEEDS[reader]})'
