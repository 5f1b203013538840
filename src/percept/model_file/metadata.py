"""The metadata of the shipped file: all that a program needs to give it new rows and to read its answers."""

import json
from dataclasses import dataclass
from typing import Literal, Self

from pydantic import Field, FiniteFloat

from percept.dataset.contract import Contract, Range
from percept.params import Section
from percept.prepared.spec import PictureInput, RawInput, TableInput

TEXTS = ("task", "kind", "environment")  # stand as they are, all else as JSON


@dataclass(frozen=True)
class Decision:
    """How probabilities are calibrated, and above which the answer is yes."""

    temperature: float = 1.0
    thresholds: tuple[float, ...] = ()  # of each logistic unit; a softmax takes the likeliest class


class Metadata(Section):
    """Metadata of the shipped file. Nothing here differs between two runs of the same inputs in one environment."""

    task: str
    kind: Literal["binary", "multiclass", "multilabel", "regression"]
    targets: tuple[str, ...]
    classes: tuple[str, ...]  # binary and multiclass: name of class 0, 1, ...
    thresholds: tuple[FiniteFloat, ...]  # of each logistic unit
    temperature: FiniteFloat
    inputs: tuple[RawInput, ...]
    table: TableInput | None
    picture: PictureInput | None
    contract: Contract
    ranges: dict[str, Range] = Field({})  # former files have none
    sha256: dict[str, str]  # of the raw files
    versions: dict[str, str]  # of percept and the packages that made the file
    environment: str = ""  # `environment.digest` of where it was trained; former files have none

    def to_texts(self) -> dict[str, str]:
        """Return it as ONNX keeps it: texts by name."""
        values = self.model_dump(mode="json")
        return {
            name: values[name] if name in TEXTS else json.dumps(values[name], ensure_ascii=False) for name in values
        }

    @classmethod
    def from_texts(cls, texts: dict[str, str]) -> Self:
        """Read what `to_texts` wrote. Raises `ValueError` for what is missing or of another form."""
        known = {name: text for name, text in texts.items() if name in cls.model_fields}
        return cls.model_validate({name: text if name in TEXTS else json.loads(text) for name, text in known.items()})
