"""The shipped file, its metadata, and the columns of predictions that follow from them."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from percept.dataset.formula import column_names
from percept.errors import UserError, listed
from percept.model_file import session as shipped
from percept.model_file.metadata import Metadata
from percept.prepared.spec import PictureInput, TableInput

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

Kind = Literal["text", "number", "whole"]
RESERVED = ("file", "flags", "row")  # names of other columns of the output
NEW_FILE = "run `dvc repro`, or name another file by --model"


@dataclass(frozen=True)
class ShippedModel:
    """A shipped file that is open and ready to predict."""

    path: Path
    session: "InferenceSession"
    metadata: Metadata

    @property
    def table(self) -> TableInput:
        """The format of the tables it takes. Raises `TypeError` for a model of pictures."""
        if self.metadata.table is None:
            raise TypeError(f"{self.path} takes pictures")
        return self.metadata.table

    @property
    def picture(self) -> PictureInput:
        """The format of the pictures it takes. Raises `TypeError` for a model of tables."""
        if self.metadata.picture is None:
            raise TypeError(f"{self.path} takes rows of a table")
        return self.metadata.picture

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns of a table that it reads."""
        names: dict[str, None] = {}
        for column in self.metadata.inputs:
            formula = self.table.derive.get(column.name)
            names |= dict.fromkeys(sorted(column_names(formula)) if formula else [column.source])
        return tuple(names)

    @cached_property
    def outputs(self) -> dict[str, Kind]:
        """The columns of its predictions, in order, and what each holds."""
        match self.metadata:
            case Metadata(kind="regression", targets=targets):
                return {_value_column(name): "number" for name in targets}
            case Metadata(kind="multilabel", targets=targets):
                kinds: dict[str, Kind] = {}
                for label in targets:
                    kinds |= {_value_column(label): "whole", _probability_column(label): "number"}
                return kinds
            case Metadata(kind="binary", classes=(_, positive)):
                return {"decision": "text", _probability_column(positive): "number"}
        of_classes: dict[str, Kind] = {_probability_column(name): "number" for name in self.metadata.classes}
        return {"decision": "text", "probability": "number", **of_classes}

    def predict(self, raw: dict[str, NDArray], usable: NDArray[np.bool_]) -> dict[str, NDArray]:
        """Return the columns of `outputs`, each (rows,).

        Rows that are not `usable` have NaN among float32 and None among objects.
        """
        found = shipped.run(self.session, raw)
        numbers = np.where(usable[:, np.newaxis], found[shipped.OUTPUT], np.float32(np.nan))  # (rows, outputs)
        decided = found.get(shipped.DECISION, np.empty(0))  # values have none
        match self.metadata.kind:
            case "regression":
                columns = list(numbers.T)
            case "multilabel":
                pairs = zip(decided.T, numbers.T, strict=True)
                columns = [column for label, probability in pairs for column in (_masked(usable, label), probability)]
            case "binary":
                columns = [_masked(usable, decided), numbers[:, 0]]
            case _:
                columns = [_masked(usable, decided), numbers.max(axis=1), *numbers.T]
        return dict(zip(self.outputs, columns, strict=True))


def _value_column(name: str) -> str:
    return f"predicted {name}" if name in RESERVED else name


def _probability_column(name: str) -> str:
    return f"probability of {name}"


def _masked(usable: NDArray[np.bool_], values: NDArray) -> NDArray[np.object_]:
    """Put None in rows that are not usable."""
    return np.where(usable, values.astype(object), np.array(None, dtype=object))


def load_model(path: Path) -> ShippedModel:
    """Open a shipped file. Raises `UserError` for any other file, and where its metadata do not say how to use it."""
    if not path.is_file():
        raise UserError(str(path), "there is no such file", "the model that train writes", NEW_FILE)
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    try:
        session = shipped.open_session(path)
    except (
        state.Fail,
        state.InvalidProtobuf,
        state.InvalidGraph,
        state.InvalidArgument,
        state.NotImplemented,
    ) as error:
        raise UserError(str(path), " ".join(str(error).split()), "an ONNX file that train wrote", NEW_FILE) from None
    texts = session.get_modelmeta().custom_metadata_map
    try:
        return ShippedModel(path, session, Metadata.from_texts(texts))
    except ValidationError as error:
        wrong = [".".join(map(str, problem["loc"])) for problem in error.errors()]
        found = f"it does not say how to give it new rows ({listed(wrong)})"
    except ValueError as error:  # what should be JSON is not
        found = f"what it says of itself cannot be read ({error})"
    raise UserError(str(path), found, "a file of this version of train", NEW_FILE)
