"""archive: a text table inside a tar or zip."""

import lzma
import stat
import tarfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Literal

from pydantic import field_validator, model_validator

from percept.errors import UserError, listed
from percept.sources.csv import CsvFormat, read_csv
from percept.sources.dataset import Table
from percept.sources.download import RemoteFile, bring, inside

BROKEN = (  # what the readers raise on damaged bytes
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    UnicodeDecodeError,  # a zip whose names are not the UTF-8 it claims
    RuntimeError,  # a zip with a password, or packed in a way Python cannot read
)


class Archive(CsvFormat):
    """One member of a tar (plain or compressed) or zip file."""

    kind: Literal["archive"]
    files: tuple[RemoteFile, ...]
    member: str  # its path inside the archive, and below data/raw

    @field_validator("member")
    @classmethod
    def stays_below(cls, member: str) -> str:
        return inside(member)

    @model_validator(mode="after")
    def has_one_file_beside_the_member(self) -> "Archive":
        if len(self.files) != 1:
            raise ValueError(f"files: {len(self.files)} given; an archive source has exactly one")
        archive, member = PurePosixPath(self.files[0].path), PurePosixPath(self.member)
        if archive.is_relative_to(member) or member.is_relative_to(archive):
            raise ValueError(f"files: {archive} would lie in the way of member {member}; give it another path")
        return self

    def fetch(self, folder: Path, have: Path | None) -> None:
        extract(bring(self.files[0], folder, have), self.member, folder / self.member)

    def read(self, folder: Path) -> Table:
        return read_csv(folder / self.member, self)


def extract(archive: Path, member: str, target: Path) -> None:
    """Copy the bytes of one regular member to `target`; names inside the archive decide no path. Raises `UserError`."""
    try:
        names, content = _opened(archive, member)
    except BROKEN as error:
        raise _unusable(archive, f"broken ({error or type(error).__name__})", "a whole tar or zip file") from None
    if content is None:
        raise UserError(
            archive.name, f"no file {member!r} inside", f"one of {listed(names)}", "set source.member to one of them"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def _opened(archive: Path, member: str) -> tuple[list[str], bytes | None]:
    """Names of the regular files inside, links left out, and the bytes of `member` if it is one."""
    if tarfile.is_tarfile(archive):  # asked first: a tar that holds a zip can pass for a zip
        with tarfile.open(archive) as tar:
            files = {info.name: info for info in tar.getmembers() if info.isfile()}
            return list(files), tar.extractfile(files[member]).read() if member in files else None
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as opened:
            infos = [info for info in opened.infolist() if not info.is_dir()]
            members = {info.filename: info for info in infos if not stat.S_ISLNK(info.external_attr >> 16)}
            return list(members), opened.read(members[member]) if member in members else None
    raise _unusable(archive, "neither a tar nor a zip file", "a tar or zip file")


def _unusable(archive: Path, found: str, expected: str) -> UserError:
    return UserError(archive.name, found, expected, "check source.files")
