"""archive: a text table inside a tar or zip."""

from pathlib import Path, PurePosixPath
from typing import Literal

from pydantic import field_validator, model_validator

from percept.dataset.formats import CsvFormat
from percept.dataset.table import Table
from percept.errors import UserError, listed
from percept.files.container import opened
from percept.files.csv import read_csv
from percept.files.limits import LIMITS, Limits
from percept.sources.download import bring, inside
from percept.sources.source import OneFile


class Archive(OneFile, CsvFormat):
    """One member of a tar (plain or compressed) or zip file."""

    kind: Literal["archive"]
    member: str  # its path inside the archive, and below data/raw

    @field_validator("member")
    @classmethod
    def stays_below(cls, member: str) -> str:
        return inside(member)

    @model_validator(mode="after")
    def keeps_the_member_apart(self) -> "Archive":
        archive, member = PurePosixPath(self.files[0].path), PurePosixPath(self.member)
        if archive.is_relative_to(member) or member.is_relative_to(archive):
            raise ValueError(f"files: {archive} would lie in the way of member {member}; give it another path")
        return self

    def fetch(self, folder: Path, have: Path | None) -> None:
        archive = bring(self.files[0], folder, have, limits=self.limits)
        extract(archive, self.member, folder / self.member, self.limits)

    def read(self, folder: Path) -> Table:
        return read_csv(folder / self.member, self, limits=self.limits)


def extract(archive: Path, member: str, target: Path, limits: Limits = LIMITS) -> None:
    """Copy one regular member to `target`; no name inside the archive decides where. Raises `UserError`."""
    with opened(archive, limits) as contents:
        content = contents.files[member]() if member in contents.files else None
    if content is None:
        raise UserError(
            archive.name,
            f"no file {member!r} inside",
            f"one of {listed(contents.files)}",
            "set source.member to one of them",
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
