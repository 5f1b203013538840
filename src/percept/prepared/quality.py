"""data/prepared/quality.json: rows in two subsets, contradicting labels, and how far test and train differ."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field

from percept import paths
from percept.errors import UserError, listed
from percept.params import Section

Share = Annotated[float, Field(ge=0, le=1)]
Contents = Literal["number", "category", "date", "text"]


class AffectedRows(Section):
    """How many rows out of `of` something is true of, and the first of them."""

    count: int = Field(ge=0)
    of: int = Field(ge=0)
    first: tuple[int, ...] = ()  # lines of the file; of pictures their numbers, counted from 1


class Drift(Section):
    """How far the test rows of a column lie from its training rows; a missing cell is a value of its own."""

    name: str
    kind: Contents
    missing_train: Share
    missing_test: Share
    drift: Share  # numbers, dates, lengths of texts: Kolmogorov-Smirnov distance; categories: total variation
    flagged: bool  # more than chance gives


class Indistinct(Section):
    """A column of numbers of which the network can tell less than half of the values apart."""

    name: str
    values: int = Field(ge=1)  # that are there in the training rows
    told: int = Field(ge=1)  # that are left when they are scaled, in 32 bits
    too_long: bool  # they are lost when the text is read: 64 bits hold 15 digits or more


class Quality(Section):
    """What preprocess noticed. Nothing is fitted to it."""

    unit: Literal["line", "row", "picture"]  # what AffectedRows.first counts
    validation: AffectedRows | None = None  # validation rows whose features all equal those of a training row
    test: AffectedRows | None = None  # such test rows; null where the test rows are the training rows
    contradicting: AffectedRows  # rows with the features of another row and another target
    targets_are_labels: bool = True  # numbers differ often where features are equal, labels should not
    indistinct: tuple[Indistinct, ...] = ()  # tables
    drift: tuple[Drift, ...] = ()  # tables: by column, the greatest first

    @classmethod
    def load(cls, folder: Path = paths.PREPARED) -> Self:
        """Load it. Raises `UserError` when preprocess has not run."""
        path = folder / paths.QUALITY
        if not path.is_file():
            raise UserError(str(path), "there is no such file", "the output of preprocess", "run `dvc repro`")
        return cls.model_validate_json(path.read_text(encoding="utf-8"))

    def save(self, folder: Path) -> None:
        (folder / paths.QUALITY).write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")

    def messages(self) -> list[str]:
        """Return a line for each thing that is worth a look."""
        found = []
        for subset, rows in (("validation", self.validation), ("test", self.test)):
            if rows and rows.count:
                advice = "drop them, or split by a group" if self.unit != "picture" else "take them out"
                where = f"also stand in the training rows ({self._first(rows)})"
                found.append(f"{rows.count} of {rows.of} {subset} rows {where}; {advice}")
        if self.contradicting.count and self.targets_are_labels:
            rows = self.contradicting
            what = "have the features of another row and another target"
            found.append(f"{rows.count} of {rows.of} rows {what} ({self._first(rows)}); are their labels right?")
        if flagged := [column.name for column in self.drift if column.flagged]:
            names = listed(flagged, 5)
            found.append(
                f"train and test differ by more than chance in {names}; `python src/quality.py` shows by how much"
            )
        return [*found, *map(_told_apart, self.indistinct)]

    def _first(self, rows: AffectedRows) -> str:
        unit = self.unit + "s" * (len(rows.first) > 1)
        return f"{'first: ' * (rows.count > len(rows.first))}{unit} {', '.join(map(str, rows.first))}"


def _told_apart(column: Indistinct) -> str:
    found = f"the network can tell {column.told} of {column.values} values of column {column.name!r} apart"
    if column.too_long:
        return (
            f"{found}: they have more digits than 64 bits hold; cut off the first ones in the file, or drop the column"
        )
    cure = "set features.scaling to standard, or to asinh where some lie far from the others"
    return f'{found}, in 32 bits; {cure}; what stands for "no value" belongs in source.missing'
