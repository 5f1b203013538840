"""Text files, plain or packed by gzip, the line that is not in the encoding, and files that are no text."""

import gzip
import zlib
from collections.abc import Callable
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from percept.errors import UserError, listed

GZIP = b"\x1f\x8b"
DAMAGED = (gzip.BadGzipFile, EOFError, zlib.error)  # what unpacking raises
NUM_BYTES = 16  # at the start of a file that tell what it is
ZIP = b"PK\x03\x04"  # a zip file, or a table of a spreadsheet program, which is one too
OTHERS = {  # first bytes -> what the file is, and what reads it
    b"PAR1": ("a Parquet file", "read_parquet"),
    b"\xd0\xcf\x11\xe0": ("a table of a spreadsheet program", "read_excel"),
    b"<stata_dta>": ("a Stata file", "read_stata"),
    b"SQLite format 3": ("a database", None),
    b"%PDF": ("a PDF file", None),
}
NEEDS = {"read_parquet": " (needs: pip install pyarrow)", "read_excel": " (needs: pip install openpyxl)"}


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
    """Read a text file, unpacked. Raises `UserError` for what is no text."""
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
    if start.startswith(ZIP):
        raise _zip_file(path)
    for first, (what, reader) in OTHERS.items():
        if start.startswith(first):
            raise other(path, what, conversion(path, reader))


def other(path: Path, what: str, advice: str) -> UserError:
    return UserError(str(path), what, "a text file, such as CSV", advice)


def _zip_file(path: Path) -> UserError:
    try:
        with ZipFile(path) as archive:
            inside = archive.namelist()
    except BadZipFile:
        inside = []
    if path.suffix.lower() in (".xlsx", ".ods") or {"[Content_Types].xml", "mimetype"} & set(inside):
        return other(path, "a table of a spreadsheet program", conversion(path, "read_excel"))
    holds = f"there is {listed(inside, 3)} in it" if inside else "what is in it cannot be read"
    return other(path, "a zip file", f"unpack it ({holds}); for pictures in class folders: --images {path}")


def conversion(path: Path, reader: str | None, more: str = "") -> str:
    """How to make a CSV file of another one; reader: a function of pandas; more: its options."""
    if reader is None:
        return "save the table as CSV"
    target = path.name.split(".")[0] + ".csv"
    code = f"import pandas; pandas.{reader}({path.name!r}{more}).to_csv({target!r}, index=False)"
    known = "set source.kind: parquet, or name it *.parquet; or " if reader == "read_parquet" else ""
    return f'{known}save the table as CSV, for example: python -c "{code}"{NEEDS.get(reader, "")}'
