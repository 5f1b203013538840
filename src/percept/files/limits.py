"""The most that a file, a download or a model file may ask of this machine: each bound, its unit and its reason.

At the defaults no reader needs 2 GiB of memory. What a file needs is seen before it is unpacked or decoded, as far as
the file says it, and while it is read where it says nothing or does not tell the truth.
"""

from collections.abc import Iterable
from typing import Annotated, ClassVar, Self

from pydantic import Field, PositiveInt, ValidationError

from percept.errors import UserError, nearest
from percept.params import Section

MIB = 2**20
SMALL = 64 * MIB  # bytes unpacked, up to which any ratio will do: they harm nobody

Seconds = Annotated[float, Field(gt=0, le=10_000_000)]


class Limits(Section):
    """Bounds of what is read; a person who trusts a file raises the one that the refusal names."""

    option: ClassVar[str] = "--limit {}={}"  # how a person gives one

    file_mib: PositiveInt = Field(512, description="one file or member of an archive, unpacked: it is held in memory")
    unpacking: PositiveInt = Field(200, description="bytes unpacked for each packed one; twice what tables reach")
    files: PositiveInt = Field(100_000, description="files and folders of an archive or folder: all names are held")
    row_mib: PositiveInt = Field(16, description="one row or line of text")
    cell_chars: PositiveInt = Field(131_072, description="one cell; most often a quote that never ends")
    columns: PositiveInt = Field(20_000, description="columns of a table: some milliseconds each")
    cells: PositiveInt = Field(10_000_000, description="rows x columns of a table that is held in memory")
    pixels: PositiveInt = Field(64_000_000, description="width x height of a picture, with some 12 bytes for each")

    @classmethod
    def given(cls, texts: Iterable[str]) -> Self:
        """Read bounds that a person gives as NAME=VALUE. Raises `UserError`."""
        values = {name: value for name, _, value in (text.partition("=") for text in texts)}
        for name in values:
            if name not in cls.model_fields:
                found = f"there is no bound {name!r}{nearest(name, cls.model_fields)}"
                raise UserError("--limit", found, f"one of {', '.join(cls.model_fields)}", "correct the name")
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            name = str(error.errors()[0]["loc"][0])
            found = f"{name}={values[name]}"
            raise UserError("--limit", found, "a number above 0, whole but for seconds", "correct it") from None

    def refusal(self, where: str, found: str, name: str, needed: int | None = None) -> UserError:
        """Make the error for what goes beyond the bound `name`; needed: the value of it that would do, if known."""
        raised = self.option.format(name, needed or "...")
        expected = f"at most {getattr(self, name):,} ({name}: {type(self).model_fields[name].description})"
        return UserError(
            where, found, expected, f"check the file; where it is what you want, raise the bound: {raised}"
        )

    def check(self, where: str, found: int, name: str, what: str, is_all: bool = True) -> None:
        """Refuse what is more than the bound `name`. Raises `UserError`.

        what: the unit in words; is_all: so many there are, not only so far.
        """
        if found > getattr(self, name):
            more, needed = ("", found) if is_all else (" or more", None)
            raise self.refusal(where, f"{found:,} {what}{more}", name, needed)

    def check_size(self, where: str, num_bytes: int, is_all: bool = True) -> None:
        """Refuse a file or member that has more bytes than `file_mib`. Raises `UserError`."""
        self.check(where, -(-num_bytes // MIB), "file_mib", "MiB", is_all)

    def check_unpacking(self, where: str, unpacked: int, packed: int) -> None:
        """Refuse so many bytes unpacked from so few packed ones. Raises `UserError`."""
        if unpacked > max(SMALL, self.unpacking * packed):
            raise self.refusal(where, f"{packed:,} bytes that unpack to {unpacked:,} or more", "unpacking")


class SourceLimits(Limits):
    """Bounds of a source, which is fetched and then read."""

    option: ClassVar[str] = "source.limits.{}={}"

    download_mib: PositiveInt = Field(4096, description="one file that is downloaded: it lies on the disk twice")
    download_s: Seconds = Field(3600, description="seconds for one download, however slowly it drips")
    silence_s: Seconds = Field(30, description="seconds without a byte from the server")


class PredictionLimits(Limits):
    """Bounds of predict, which also runs a model file; a table may have any number of rows, as it is never held."""

    answer_s: Seconds = Field(60, description="seconds for the model file to open, and for each part of the input")
    answer_mib: PositiveInt = Field(1024, description="memory of the model file while it answers")


LIMITS, SOURCE_LIMITS, PREDICTION_LIMITS = Limits(), SourceLimits(), PredictionLimits()  # the defaults
