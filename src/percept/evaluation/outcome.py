"""Targets and predictions of the same rows, from which every metric is computed."""

from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from percept.objective import EVEN, Objective

Kind = Literal["binary", "multiclass", "multilabel", "regression"]


@dataclass(frozen=True)
class Outcome:
    """Rows with a target and a prediction."""

    kind: Kind
    y: NDArray  # (rows,) class index, (rows, labels) 0 or 1, or (rows, targets) values
    predicted: NDArray[np.float64]  # (rows, outputs) probabilities or values
    decisions: NDArray[np.int64]  # (rows,) class index or (rows, labels) 0 or 1; of values (rows, 0)

    @classmethod
    def of(cls, objective: Objective, y: NDArray, predicted: NDArray, decisions: NDArray | None = None) -> Self:
        """Bring targets and predictions together. Without decisions, `decide` makes them with thresholds of 0.5."""
        if objective.kind == "regression":
            return cls(
                "regression", y.astype(np.float64), predicted.astype(np.float64), np.empty((len(y), 0), np.int64)
            )
        decisions = decide(objective, predicted) if decisions is None else decisions
        return cls(objective.kind, y, predicted.astype(np.float64), decisions)

    def take(self, rows: NDArray[np.int64]) -> Self:
        """Return some rows."""
        return type(self)(self.kind, self.y[rows], self.predicted[rows], self.decisions[rows])

    def targets(self) -> list[Self]:
        """Return an outcome for each target: a label becomes a binary task, a value a regression of one target."""
        match self.kind:
            case "multilabel":
                labels = zip(self.y.T, self.predicted.T[..., np.newaxis], self.decisions.T, strict=True)
                return [type(self)("binary", y, probability, decisions) for y, probability, decisions in labels]
            case "regression":
                values = zip(self.y.T[..., np.newaxis], self.predicted.T[..., np.newaxis], strict=True)
                return [type(self)("regression", y, value, self.decisions) for y, value in values]
        return [self]


def decide(objective: Objective, predicted: NDArray, thresholds: tuple[float, ...] = (EVEN,)) -> NDArray[np.int64]:
    """Return the class index of each row, (rows,), or which labels apply, (rows, labels).

    predicted: (rows, outputs) probabilities.
    """
    match objective.kind:
        case "binary":
            return (predicted[:, 0] > np.float32(thresholds[0])).astype(np.int64)
        case "multilabel":
            return (predicted > np.array(thresholds, np.float32)).astype(np.int64)
        case _:
            return predicted.argmax(axis=1)
