"""What the options of every network share."""

from typing import TYPE_CHECKING, ClassVar

from percept.objective import Objective
from percept.params import Section
from percept.prepared.spec import DatasetSpec

if TYPE_CHECKING:
    import keras


class Network(Section):
    """Options of a network, which they build."""

    takes: ClassVar[frozenset[str]] = frozenset({"table", "image"})  # kinds of features
    takes_folds: ClassVar[bool] = False  # whether it can learn from folds of the training rows (split.validation)
    kind: str

    def build(self, spec: DatasetSpec, objective: Objective) -> "keras.Model":
        """Map (batch, *spec.shape) to probabilities or values, (batch, outputs); or to a dict with an auxiliary output.

        Raises `UserError` where the network cannot serve the task.
        """
        raise NotImplementedError
