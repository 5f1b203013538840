"""Text files, plain or packed by gzip, and the files that are taken for text and are not."""

import gzip
import zlib
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from percept.errors import UserError, listed

GZIP = b"\x1f\x8b"
DAMAGED = (gzip.BadGzipFile, EOFError, zlib.error)  # what unpacking raises for a broken file
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


def read_bytes(path: Path) -> bytes:
    """Read a text file, unpacked. Raises `UserError` for a file that is not text."""
    content = path.read_bytes()
    check_is_text(path, content)
    if not content.startswith(GZIP):
        return content
    try:
        content = gzip.decompress(content)
    except DAMAGED as error:
        raise broken_gzip(str(path), error) from None
    check_is_text(path, content)
    return content


def broken_gzip(file: str, error: Exception, where: str = "") -> UserError:
    """Make the error for a packed file that cannot be unpacked; where: how far it could be."""
    return UserError(file, f"broken{where} ({error})", "a whole gzip file", "pack or fetch it anew")


def check_is_text(path: Path, start: bytes) -> None:
    """Refuse a file of another kind, by its first bytes. Raises `UserError`."""
    if start.startswith(ZIP):
        raise _zip_file(path)
    for first, (what, reader) in OTHERS.items():
        if start.startswith(first):
            raise not_text(path, what, conversion(path, reader))


def not_text(path: Path, what: str, advice: str) -> UserError:
    """Make the error for a file that is not text, but something else."""
    return UserError(str(path), what, "a text file, such as CSV", advice)


def _zip_file(path: Path) -> UserError:
    """Tell a table of a spreadsheet program from another zip file."""
    try:
        with ZipFile(path) as archive:
            inside = archive.namelist()
    except BadZipFile:
        inside = []
    if path.suffix.lower() in (".xlsx", ".ods") or {"[Content_Types].xml", "mimetype"} & set(inside):
        return not_text(path, "a table of a spreadsheet program", conversion(path, "read_excel"))
    holds = f"there is {listed(inside, 3)} in it" if inside else "what is in it cannot be read"
    return not_text(path, "a zip file", f"unpack it ({holds}); for pictures in class folders: --images {path}")


def conversion(path: Path, reader: str | None, more: str = "") -> str:
    """Say how to make a CSV file of another one; reader: a function of pandas; more: options of it."""
    if reader is None:
        return "save the table as CSV"
    target = path.name.split(".")[0] + ".csv"
    code = f"import pandas; pandas.{reader}({path.name!r}{more}).to_csv({target!r}, index=False)"
    known = "set source.kind: parquet, or name it *.parquet; or " if reader == "read_parquet" else ""
    return f'{known}save the table as CSV, for example: python -c "{code}"{NEEDS.get(reader, "")}'
