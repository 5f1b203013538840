"""The shipped file, its metadata, and the columns of predictions that follow from them."""

import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from percept.dataset.formula import column_names
from percept.errors import UserError, listed
from percept.files.limits import PREDICTION_LIMITS, PredictionLimits
from percept.model_file import session as shipped
from percept.model_file.metadata import Metadata
from percept.prediction.check import problems
from percept.prepared.spec import PictureInput, TableInput

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

Kind = Literal["text", "number", "whole"]
RESERVED = ("file", "flags", "row")  # names of other columns of the output
MANY_CLASSES = 100  # with more, the most probable ones alone are columns of the output
NUM_RANKS = 5  # of these, the decision among them
NEW_FILE = "run `dvc repro`, or name another file by --model"


@dataclass(frozen=True)
class ShippedModel:
    """A shipped file that is open and ready to predict."""

    path: Path
    session: "InferenceSession"
    metadata: Metadata
    limits: PredictionLimits
    all_probabilities: bool = False  # one column for each class, however many there are

    @property
    def ranks_classes(self) -> bool:
        """Whether the output has the most probable of many classes, and not a column for each."""
        metadata = self.metadata
        return metadata.kind == "multiclass" and len(metadata.classes) > MANY_CLASSES and not self.all_probabilities

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
        of_classes: dict[str, Kind] = {}
        if self.ranks_classes:
            for rank in range(2, NUM_RANKS + 1):
                of_classes |= {f"class {rank}": "text", f"probability {rank}": "number"}
            return {"decision": "text", "probability": "number", **of_classes}
        of_classes = {_probability_column(name): "number" for name in self.metadata.classes}
        return {"decision": "text", "probability": "number", **of_classes}

    def predict(self, raw: dict[str, NDArray], usable: NDArray[np.bool_]) -> dict[str, NDArray]:
        """Return the columns of `outputs`, each (rows,).

        Rows that are not `usable` have NaN among float32 and None among objects.
        """
        found = self._run(raw)
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
            case _ if self.ranks_classes:
                columns = [_masked(usable, decided), *self._ranked(found[shipped.OUTPUT], usable)]
            case _:
                columns = [_masked(usable, decided), numbers.max(axis=1), *numbers.T]
        return dict(zip(self.outputs, columns, strict=True))

    def _ranked(self, probabilities: NDArray, usable: NDArray[np.bool_]) -> list[NDArray]:
        """Return the highest probability, and the classes after it with theirs, in turn; the first of equal ones."""
        names, rows = np.array(self.metadata.classes, dtype=object), np.arange(len(probabilities))
        left, columns = probabilities.copy(), []
        for _ in range(NUM_RANKS):
            best = left.argmax(axis=1)
            columns += [_masked(usable, names[best]), np.where(usable, left[rows, best], np.float32(np.nan))]
            left[rows, best] = -np.inf
        return columns[1:]  # the first class is the decision

    def _run(self, raw: dict[str, NDArray]) -> dict[str, NDArray]:
        """Return every output by name, (rows, ...). Raises `UserError` where the network fails or takes too long."""
        started = time.monotonic()
        num_rows = len(next(iter(raw.values())))
        try:
            found = shipped.run(self.session, raw, _bounds(self.limits))
            if any(len(values) != num_rows for values in found.values()):
                raise ValueError("it gives other numbers of rows than it gets")
        except _errors(ValueError) as error:
            raise _failure(self.path, error, started, self.limits) from None
        return found


def _value_column(name: str) -> str:
    return f"predicted {name}" if name in RESERVED else name


def _probability_column(name: str) -> str:
    return f"probability of {name}"


def _masked(usable: NDArray[np.bool_], values: NDArray) -> NDArray[np.object_]:
    """Put None in rows that are not usable."""
    return np.where(usable, values.astype(object), np.array(None, dtype=object))


def load_model(
    path: Path, limits: PredictionLimits = PREDICTION_LIMITS, all_probabilities: bool = False
) -> ShippedModel:
    """Open a shipped file. Raises `UserError` for any other file, and where its metadata do not say how to use it."""
    if not path.is_file():
        raise UserError(str(path), "there is no such file", "the model that train writes", NEW_FILE)
    limits.check_size(str(path), path.stat().st_size)
    started = time.monotonic()
    try:
        session = shipped.open_session(path, _bounds(limits))
        metadata = _read_metadata(path, session)
        wrong = [*problems(metadata, session, limits)]
    except _errors(UnicodeDecodeError) as error:  # of a name in it, or in what the runtime says
        raise _failure(path, error, started, limits) from None
    model = ShippedModel(path, session, metadata, limits, all_probabilities)
    if wrong:
        found = f"what it says of itself does not fit what is in it: {listed(wrong, 3)}"
        raise UserError(str(path), found, "a file that train wrote", NEW_FILE)
    return model


def _read_metadata(path: Path, session: "InferenceSession") -> Metadata:
    try:
        return Metadata.from_texts(session.get_modelmeta().custom_metadata_map)
    except ValidationError as error:
        wrong = [".".join(map(str, problem["loc"])) for problem in error.errors()]
        found = f"it does not say how to give it new rows ({listed(wrong)})"
    except (ValueError, RecursionError) as error:  # what should be JSON is not, or is nested too deep
        found = f"what it says of itself cannot be read ({error})"
    raise UserError(str(path), found, "a file of this version of train", NEW_FILE)


def _bounds(limits: PredictionLimits) -> shipped.Bounds:
    return shipped.Bounds(limits.answer_s, limits.answer_mib)


def _errors(*more: type[Exception]) -> tuple[type[Exception], ...]:
    """Return all that the runtime raises for a file that is broken, or goes beyond a bound, and `more`."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    known = [kind for kind in vars(state).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    return (*known, *more)


def _failure(path: Path, error: Exception, started: float, limits: PredictionLimits) -> UserError:
    """Make the error for a file that cannot be opened, or gives no answer."""
    said = " ".join(str(error).split())
    if isinstance(error, UnicodeDecodeError):
        said = f"a name in it is no text ({said})"
    if time.monotonic() - started >= limits.answer_s:
        return limits.refusal(str(path), f"no answer within {limits.answer_s:g} seconds", "answer_s")
    if "Available memory" in said:
        return limits.refusal(str(path), f"it needs more memory than {limits.answer_mib:,} MiB", "answer_mib")
    return UserError(str(path), said, "an ONNX file that train wrote", NEW_FILE)
