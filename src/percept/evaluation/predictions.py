"""Predictions of the shipped file beside their targets, and the scores and the report that follow from them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from percept import paths
from percept.dataset.arrays import load_arrays, save_arrays
from percept.evaluation.metrics import Scores, score
from percept.evaluation.outcome import Outcome, decide
from percept.model_file.metadata import Metadata
from percept.model_file.session import DECISION, OUTPUT
from percept.objective import AUXILIARY, Objective
from percept.prepared.examples import load_examples, load_out_of_fold, load_raw
from percept.prepared.spec import DatasetSpec, Subset

SOME = 5000  # rows: the interval of a share of them is 0.03 wide at most

Raw = dict[str, NDArray]
Answer = Callable[[Raw], Raw]  # raw inputs -> outputs, such as `session.predict`


@dataclass(frozen=True)
class Predictions:
    """Rows of one subset, and what the shipped file predicts for them; arrays as for `metrics.score`."""

    objective: Objective
    spec: DatasetSpec
    raw: Raw  # raw inputs by name
    y: NDArray
    predicted: NDArray
    decisions: NDArray | None
    auxiliary: NDArray | None = None

    @classmethod
    def of(cls, outputs: Raw, raw: Raw, y: NDArray, spec: DatasetSpec, objective: Objective) -> Self:
        """Take the outputs of the shipped file, as `session.predict` gives them."""
        decisions = class_indices(outputs.get(DECISION), spec.classes)
        return cls(objective, spec, raw, y, outputs[OUTPUT], decisions, outputs.get(AUXILIARY))

    @classmethod
    def out_of_fold(
        cls, predicted: NDArray, raw: Raw, y: NDArray, spec: DatasetSpec, objective: Objective, metadata: Metadata
    ) -> Self:
        """Take what members said of training rows that they did not learn from, decided as the shipped file does."""
        decisions = None if objective.kind == "regression" else decide(objective, predicted, metadata.thresholds)
        return cls(objective, spec, raw, y, predicted, decisions)

    @property
    def outcome(self) -> Outcome:
        return Outcome.of(self.objective, self.y, self.predicted, self.decisions)

    def take(self, rows: NDArray | slice) -> Self:
        """Return some rows."""

        def some(array: NDArray | None) -> NDArray | None:
            return None if array is None else array[rows]

        raw = {name: column[rows] for name, column in self.raw.items()}
        predicted, decisions, auxiliary = self.predicted[rows], some(self.decisions), some(self.auxiliary)
        return type(self)(self.objective, self.spec, raw, self.y[rows], predicted, decisions, auxiliary)

    def save(self, folder: Path) -> None:
        """Write what was predicted; the rows themselves are in data/prepared."""
        arrays = {"predicted": self.predicted, "decisions": self.decisions}
        found = {name: array for name, array in arrays.items() if array is not None}
        save_arrays(folder / paths.PREDICTED, found)

    @classmethod
    def load(cls, spec: DatasetSpec, objective: Objective, folder: Path = paths.FINDINGS) -> Self:
        """Return test rows with what `save` wrote of them."""
        arrays = load_arrays(folder / paths.PREDICTED, {})
        y = load_examples("test").y
        return cls(objective, spec, load_raw("test", spec), y, arrays["predicted"], arrays.get("decisions"))

    def scores(self) -> Scores:
        """Return the metrics of the main output and, under `auxiliary`, of a second output where there is one."""
        found = score(self.objective, self.spec.names, self.y, self.predicted, self.decisions)
        if self.auxiliary is not None:
            found[AUXILIARY] = score(self.objective, self.spec.names, self.y, self.auxiliary)
        return found


def predict_subset(subset: Subset, spec: DatasetSpec, objective: Objective, answer: Answer) -> Predictions:
    """Read a subset from data/prepared and predict it. answer: raw inputs -> outputs, such as `session.predict`."""
    raw = load_raw(subset, spec)
    return Predictions.of(answer(raw), raw, load_examples(subset).y, spec, objective)


def predict_some(raw: Raw, y: NDArray, spec: DatasetSpec, objective: Objective, answer: Answer) -> Predictions:
    """Predict at most `SOME` rows, which lie evenly among all."""
    rows = np.unique(np.linspace(0, len(y) - 1, min(len(y), SOME)).astype(np.int64))
    raw = {name: column[rows] for name, column in raw.items()}
    return Predictions.of(answer(raw), raw, y[rows], spec, objective)


def judge_validation(spec: DatasetSpec, objective: Objective, metadata: Metadata, answer: Answer) -> Predictions | None:
    """Return predictions of rows that chose between epochs, or of folds of the training rows; None: there are none."""
    if spec.num_folds:
        examples, raw = load_examples("train"), load_raw("train", spec)
        return Predictions.out_of_fold(load_out_of_fold(), raw, examples.y, spec, objective, metadata)
    return predict_subset("validation", spec, objective, answer) if spec.rows.validation else None


def report(validation: Predictions | None, test: Predictions, metadata: Metadata) -> dict[str, Any]:
    """Return what results/metrics.json holds. validation: None where the task has no validation rows."""
    objective = test.objective
    return {
        "task": test.spec.task,
        "kind": objective.kind,
        "primary": objective.primary,
        "validation": validation.scores() if validation else {},
        "test": test.scores(),
        **chosen(metadata, objective),
    }


def class_indices(decisions: NDArray | None, classes: tuple[str, ...]) -> NDArray[np.int64] | None:
    """Replace the class names that the shipped file decided for by their indices; without classes change nothing."""
    if decisions is None or not classes:
        return decisions
    index = {name: number for number, name in enumerate(classes)}
    return np.array([index[name] for name in decisions], np.int64)


def chosen(metadata: Metadata, objective: Objective) -> dict[str, float | dict[str, float]]:
    """Return the thresholds and the temperature that the shipped file applies, where the task has them."""
    found: dict[str, float | dict[str, float]] = {}
    if objective.kind == "binary":
        found["threshold"] = metadata.thresholds[0]
    elif objective.kind == "multilabel":
        found["threshold"] = dict(zip(metadata.targets, metadata.thresholds, strict=True))
    if getattr(objective, "calibration", "none") != "none":
        found["temperature"] = metadata.temperature
    return found
