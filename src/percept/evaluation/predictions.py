"""What the shipped file says of the rows of a part, and the scores of that."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from percept.evaluation.metrics import Scores, score
from percept.model_file.metadata import Metadata
from percept.model_file.session import DECISION, OUTPUT
from percept.objective import AUXILIARY, Objective
from percept.prepared.examples import load_examples, load_raw
from percept.prepared.spec import DatasetSpec, Subset

Raw = dict[str, NDArray]


@dataclass(frozen=True)
class Predictions:
    """Rows of one part, and what the shipped file says of them; arrays as for `scoring.score`."""

    objective: Objective
    spec: DatasetSpec
    raw: dict[str, NDArray]  # (rows, 1) for each column
    y: NDArray
    predicted: NDArray
    decided: NDArray | None
    auxiliary: NDArray | None = None


def predict_part(part: Subset, spec: DatasetSpec, objective: Objective, answer: Callable[[Raw], Raw]) -> Predictions:
    """What the shipped file says of the rows of one part; answer: raw inputs -> outputs, as `shipped.predict`."""
    raw = load_raw(part, spec)
    outputs = answer(raw)
    decided = class_indices(outputs.get(DECISION), spec.classes)
    return Predictions(objective, spec, raw, load_examples(part).y, outputs[OUTPUT], decided, outputs.get(AUXILIARY))


def scores(predictions: Predictions) -> Scores:
    """Metrics of the main output, and of the auxiliary one where there is one."""
    names = predictions.spec.names
    found = score(predictions.objective, names, predictions.y, predictions.predicted, predictions.decided)
    if predictions.auxiliary is not None:
        found[AUXILIARY] = score(predictions.objective, names, predictions.y, predictions.auxiliary)
    return found


def class_indices(decided: NDArray | None, classes: tuple[str, ...]) -> NDArray[np.int64] | None:
    """What the shipped file decided, with numbers for the names of classes where there are some."""
    if decided is None or not classes:
        return decided
    index = {name: number for number, name in enumerate(classes)}
    return np.array([index[name] for name in decided], np.int64)


def chosen(metadata: Metadata, objective: Objective) -> dict[str, float | dict[str, float]]:
    """The threshold of each logistic unit and the temperature, as the shipped file has them."""
    found = {}
    if objective.kind == "binary":
        found["threshold"] = metadata.thresholds[0]
    elif objective.kind == "multilabel":
        found["threshold"] = dict(zip(metadata.targets, metadata.thresholds, strict=True))
    if getattr(objective, "calibration", "none") != "none":
        found["temperature"] = metadata.temperature
    return found
