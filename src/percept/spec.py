"""What preprocess tells train and evaluate about a dataset, so that conf/ never repeats it."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from percept.params import Section

Part = Literal["train", "validation", "test"]
PARTS: tuple[Part, ...] = ("train", "validation", "test")


class RawInput(Section):
    """One input of the shipped file: a column of a table, or the pixels of a picture."""

    name: str
    kind: Literal["numeric", "category", "pixels"]


class Rows(Section):
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
    """Regression: the network learns (transform(value) - mean) / deviation."""

    log: bool = False  # transform is log1p, undone by expm1
    mean: float = 0.0
    deviation: float = Field(1.0, gt=0)


class Pixels(Section):
    """Pictures: the network's first layer gives raw * scale + offset."""

    scale: float
    offset: float


class DatasetSpec(Section):
    """Shape and meaning of the arrays in data/prepared."""

    task: str
    raw_inputs: tuple[RawInput, ...]
    shape: tuple[int, ...]  # of one example as the network eats it
    feature_names: tuple[str, ...] = ()  # tables: one for each column of the arrays
    feature_sources: tuple[str, ...] = ()  # and the column of the table that each comes from
    pixels: Pixels | None = None  # pictures only
    classes: tuple[str, ...] = ()  # classification: name of class 0, 1, ...; empty for regression
    target: str = "class"
    target_scale: TargetScale | None = None  # regression only
    rows: Rows

    @classmethod
    def load(cls, path: Path) -> Self:
        return cls.model_validate_json(path.read_text(encoding="utf-8"))

    def save(self, path: Path) -> None:
        path.write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")
