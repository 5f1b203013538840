"""What preprocess tells train and evaluate about a dataset, so that conf/ never repeats it."""

from pathlib import Path
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from percept.dataset.cells import DatePart, Form
from percept.dataset.contract import Contract, Range
from percept.dataset.formats import CsvFormat, PictureFormat
from percept.dataset.formula import Formula
from percept.params import Section

Subset = Literal["train", "validation", "test"]
Bins = tuple[tuple[float, ...], ...]  # the edges of each feature's bins; none where it needs no bins
SUBSETS: tuple[Subset, ...] = ("train", "validation", "test")


class RawInput(Section):
    """One input of the shipped file: a column of a table, or the pixels of a picture."""

    name: str
    kind: Literal["numeric", "category", "text", "pixels"]  # text: free, of which words are inputs
    date: str | None = None  # the column of dates that it is a part of
    part: DatePart | None = None
    double: bool = False  # numeric, in 64 bits: 32 would lose what tells its values apart

    @property
    def source(self) -> str:
        """Return the column of the table that it comes from."""
        return self.date or self.name


class RowCounts(Section):
    """Where each row of the source went."""

    source: int = Field(ge=0)
    dropped: dict[str, int]  # reason -> rows
    train: int = Field(ge=1)
    validation: int = Field(ge=0)
    test: int = Field(ge=1)
    test_is_train: bool = False  # a truth table is learned and tested on the same rows

    @model_validator(mode="after")
    def every_row_is_accounted_for(self) -> Self:
        kept = self.train + self.validation + (0 if self.test_is_train else self.test)
        if self.source != kept + sum(self.dropped.values()):
            raise ValueError(f"{self.source} rows came in, but {kept} were kept and {self.dropped} dropped")
        return self


class TargetScale(Section):
    """Regression: the network learns (transform(value) - offset) / scale."""

    log: bool = False  # transform is log1p, undone by expm1
    offset: float = 0.0
    scale: float = Field(1.0, gt=0)
    ends: tuple[float, float] | None = None  # of what is shipped, in the target's own unit; None: it has none

    def learned(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what the network learns in place of values in their own unit."""
        return ((np.log1p(values) if self.log else values) - self.offset) / self.scale

    def own(self, learned: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return values in their own unit of what the network learned, within the ends of what is shipped."""
        values = learned * self.scale + self.offset
        values = np.expm1(values) if self.log else values
        return values if self.ends is None else np.clip(values, *self.ends)


class Pixels(Section):
    """Pictures: the network's first layer gives raw * scale + offset."""

    scale: float
    offset: float


class TableInput(Section):
    """How the text of a file becomes the raw inputs."""

    text: CsvFormat
    codes: tuple[str, ...] = ()  # columns of categories whose numbers are read as `number_code` has them
    date: dict[str, Form]  # by column
    derive: dict[str, Formula]  # raw input -> formula over columns
    required: tuple[str, ...]  # raw inputs that nothing fills where they are missing


class PictureInput(PictureFormat):
    """How a picture becomes the raw input."""

    white: int = Field(ge=1, le=255)  # the level that is 255 in a picture file


class DatasetSpec(Section):
    """What the arrays in data/prepared are: their shape, and what each column and each target stands for."""

    task: str
    raw_inputs: tuple[RawInput, ...]
    shape: tuple[int, ...]  # of one example as the network takes it
    feature_names: tuple[str, ...] = ()  # tables: one for each column of the arrays
    feature_sources: tuple[str, ...] = ()  # the column of the table that each of these comes from
    bins: Bins = ()  # tables, where they are fitted: of each feature
    pixels: Pixels | None = None  # pictures only
    targets: tuple[str, ...] = ("class",)  # one, or for regression and multilabel one for each output
    classes: tuple[str, ...] = ()  # binary and multiclass: name of class 0, 1, ...
    target_scales: tuple[TargetScale, ...] = ()  # regression: of each target
    table: TableInput | None = None  # tables only
    picture: PictureInput | None = None  # pictures only
    sha256: dict[str, str] = Field({})  # of the raw files
    contract: Contract = Contract()  # tables: what a cell may hold, as given or as the training rows have it
    ranges: dict[str, Range] = Field({})  # of numbers and dates, or figures of pictures: what the training rows hold
    num_folds: int = 0  # of the training rows, where no validation rows are set apart
    rows: RowCounts

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the classes, or of the labels or values that are predicted."""
        return self.classes or self.targets

    def levels(self) -> dict[str, list[int]]:
        """Return, for each category, which features are 1 where a cell has a level, and 0 elsewhere.

        The encoder names them `column_level` and `column.other`; parts of dates are no categories here.
        """
        names = [column.name for column in self.raw_inputs if column.kind == "category" and column.date is None]
        found: dict[str, list[int]] = {name: [] for name in names}
        for feature, (name, source) in enumerate(zip(self.feature_names, self.feature_sources, strict=True)):
            if source in found and (name.startswith(f"{source}_") or name == f"{source}.other"):
                found[source].append(feature)
        return found

    def learned(self, y: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what a network learns in place of values of the targets, (rows, targets)."""
        return np.column_stack([scale.learned(values) for scale, values in zip(self.target_scales, y.T, strict=True)])

    def own(self, learned: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return values of the targets in their own unit, (rows, targets)."""
        return np.column_stack([scale.own(values) for scale, values in zip(self.target_scales, learned.T, strict=True)])

    @classmethod
    def load(cls, path: Path) -> Self:
        return cls.model_validate_json(path.read_text(encoding="utf-8"))

    def save(self, path: Path) -> None:
        path.write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")
