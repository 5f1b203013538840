"""What every kind of source shares."""

from pathlib import Path
from typing import Self

from pydantic import model_validator

from percept.dataset.table import Images, Table
from percept.files.limits import SourceLimits
from percept.params import Section
from percept.sources.download import RemoteFile, bring, sha256


class SourceOptions(Section):
    """Options of one kind of source, which fetch it and read it."""

    kind: str
    limits: SourceLimits = SourceLimits()  # the most that a file may ask for

    def fetch(self, folder: Path, have: Path | None) -> None:
        """Bring the files as published into `folder`; have: an earlier fetch to copy from. Raises `UserError`."""
        raise NotImplementedError

    def read(self, folder: Path) -> Images | Table:
        """Read what `fetch` put into `folder`. Raises `UserError`."""
        raise NotImplementedError

    def digests(self, folder: Path) -> dict[str, str]:
        """Return the sha256 of each file that `fetch` put into `folder`, by its path there."""
        files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        return {path.relative_to(folder).as_posix(): sha256(path) for path in files}


class OneFile(SourceOptions):
    """A source that is one file."""

    files: tuple[RemoteFile, ...]

    @model_validator(mode="after")
    def has_one_file(self) -> Self:
        if len(self.files) != 1:
            article = "an" if self.kind[0] in "aeiou" else "a"
            raise ValueError(f"files: {len(self.files)} given; {article} {self.kind} source has exactly one")
        return self

    def fetch(self, folder: Path, have: Path | None) -> None:
        bring(self.files[0], folder, have, limits=self.limits)
