"""Text files, plain or packed by gzip, and the files that are taken for text and are not."""

import gzip
import io
import zlib
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import BadZipFile, ZipFile

from percept.errors import UserError, listed
from percept.files.limits import LIMITS, MIB, Limits

GZIP = b"\x1f\x8b"
DAMAGED = (gzip.BadGzipFile, EOFError, zlib.error)  # what unpacking raises for a broken file
NUM_BYTES = 16  # at the start of a file that tell what it is
BUFFER = 2**16  # bytes that are read at a time
END_BYTES = 2**14
ZIP = b"PK\x03\x04"  # a zip file, or a table of a spreadsheet program, which is one too
OTHERS = {  # first bytes -> what the file is, and what reads it
    b"PAR1": ("a Parquet file", "read_parquet"),
    b"\xd0\xcf\x11\xe0": ("a table of a spreadsheet program", "read_excel"),
    b"<stata_dta>": ("a Stata file", "read_stata"),
    b"SQLite format 3": ("a database", None),
    b"%PDF": ("a PDF file", None),
}
NEEDS = {"read_parquet": " (needs: pip install pyarrow)", "read_excel": " (needs: pip install openpyxl)"}


class Counted(io.RawIOBase):
    """A stream that counts the bytes that are read from it."""

    def __init__(self, stream: io.BufferedReader | gzip.GzipFile) -> None:
        self._stream, self.num_bytes = stream, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        chunk = self._stream.read1(len(view))
        view[: len(chunk)] = chunk
        self.num_bytes += len(chunk)
        return len(chunk)


class Unpacked(Counted):
    """The bytes of a text file, unpacked where gzip has packed them; reading beyond a bound raises `UserError`.

    row_start: number of bytes before the row that is being read; whoever reads rows sets it, None: there are none.
    """

    def __init__(self, stream: io.BufferedReader, file: str, limits: Limits, is_held: bool) -> None:
        self._packed = Counted(stream) if stream.peek(NUM_BYTES).startswith(GZIP) else None
        super().__init__(gzip.GzipFile(fileobj=io.BufferedReader(self._packed)) if self._packed else stream)
        self._file, self._limits, self._is_held = file, limits, is_held
        self.row_start: int | None = None

    def readinto(self, buffer: Any) -> int:
        num_read = super().readinto(buffer)
        if self._packed:
            self._limits.check_unpacking(self._file, self.num_bytes, self._packed.num_bytes)
        if self._is_held:
            self._limits.check_size(self._file, self.num_bytes, is_all=False)
        if self.row_start is not None and self.num_bytes - self.row_start > self._limits.row_mib * MIB:
            found = f"a row or line of more than {self._limits.row_mib:,} MiB, from byte {self.row_start:,} on"
            raise self._limits.refusal(self._file, found, "row_mib")
        return num_read


def unpacked(stream: io.BufferedReader, file: str, limits: Limits, is_held: bool) -> tuple[BinaryIO, Unpacked]:
    """Start to read a text file: return the stream of its bytes, and what counts them. Raises `UserError`.

    file: its name in messages; is_held: all of it comes into memory.
    """
    check_is_text(Path(file), stream.peek(NUM_BYTES))
    raw = Unpacked(stream, file, limits, is_held)
    content = io.BufferedReader(raw, BUFFER)
    try:
        check_is_text(Path(file), content.peek(NUM_BYTES))
    except DAMAGED as error:
        raise broken_gzip(file, error) from None
    return content, raw


def read_ends(path: Path, limits: Limits = LIMITS) -> tuple[bytes, bytes]:
    """Read a text file, unpacked: as much of it as memory may hold, and its last bytes.

    Raises `UserError` for a file that is not text, or beyond a bound.
    """
    most, start, end = limits.file_mib * MIB, io.BytesIO(), b""
    with path.open("rb") as stream:
        content, _ = unpacked(stream, str(path), limits, is_held=False)
        try:
            while part := content.read(MIB):
                start.write(part[: most - start.tell()])
                end = (end + part)[-END_BYTES:]
        except DAMAGED as error:
            raise broken_gzip(str(path), error) from None
    return start.getvalue(), end


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
