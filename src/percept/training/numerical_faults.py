"""A loss, an answer, a gradient or a weight that is no finite number: it ends the training, and is said so."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import keras
import numpy as np
from numpy.typing import NDArray

from percept import paths
from percept.errors import UserError
from percept.logs.fit_warnings import slower_rate
from percept.objective import Objective, Regression
from percept.prepared.spec import DatasetSpec
from percept.training.callbacks import Observer
from percept.training.fit_data import FitData
from percept.training.optimizer import Optimizer

# What is not finite, in the order in which a step computes.
WEIGHTS = "the weights of layer {layer} are not finite before the step"
INPUTS = "the inputs are not finite"
TARGETS = "the targets are not finite"
TAKEN = "what goes into layer {layer} is not finite"
ANSWERS = "the answers of layer {layer} are not finite"
LOSS = "the answers are finite, and their loss is not"
GRADIENT = "the gradient of layer {layer} is not finite"
UPDATE = "the weights of layer {layer} are not finite after the step"

NUM_SHOWN = 5  # rows
LARGE = 100.0  # scaled inputs and targets lie within tens: their deviation is 1
CLIP_NORM = 1  # of the gradient, as Pascanu et al. 2013 (arXiv 1211.5063) bound it


@dataclass(frozen=True)
class Fault:
    """Where numbers stop being finite in an epoch."""

    what: str
    layer: str  # its path; "": of no layer
    step: int  # counted from 1; 0: the rows that judge
    batch: NDArray[np.int64]  # (batch,) numbers of the rows
    rows: NDArray[np.bool_]  # (batch, stacks or 1) those that show it
    learning_rate: float
    inputs: float  # the largest size of a number in these rows
    targets: float  # as the network learns them
    own: bool = False  # whether the layer is of a person's own class
    taken: float = 0.0  # the largest size of what the layer takes in


class NotFiniteError(Exception):
    """After an epoch something is not finite."""

    def __init__(self, epoch: int, name: str, value: float, fault: Fault | None = None) -> None:
        """epoch: counted from 1; name: of what the epoch shows, such as val_loss, or weights; fault: where it began."""
        super().__init__(f"epoch {epoch}: {name} is {value}")
        self.epoch, self.name, self.value, self.fault = epoch, name, value, fault


class StopWhenNotFinite(Observer):
    """Raise `NotFiniteError` once a loss or metric is not finite, or a weight at the end: no training recovers."""

    kept = ("epoch",)

    def __init__(self) -> None:
        super().__init__()
        self.epoch = 0
        self.find_fault: Callable[[], Fault | None] = lambda: None  # an engine that can look for it gives its own

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.epoch = epoch + 1
        for name, value in (logs or {}).items():
            if not np.isfinite(value):
                raise NotFiniteError(self.epoch, name, value, self.find_fault())

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        if not all(np.isfinite(weight).all() for weight in self.model.get_weights()):
            raise NotFiniteError(self.epoch, "weights", np.nan, self.find_fault())  # by a step that no loss shows


def let_find(callbacks: Sequence[keras.callbacks.Callback], find_fault: Callable[[], Fault | None]) -> None:
    """Give those that stop a training what finds the fault in the epochs that ran last."""
    for callback in callbacks:
        if isinstance(callback, StopWhenNotFinite):
            callback.find_fault = find_fault


def as_user_error(
    error: NotFiniteError,
    train: FitData,
    validation: FitData,
    spec: DatasetSpec,
    objective: Objective,
    optimizer: Optimizer,
) -> UserError:
    """Say where it began, in which rows, and what to do about it."""
    fault, where = error.fault, f"epoch {error.epoch}"
    found = f"{error.name} {'are' if error.name == 'weights' else 'is'} {error.value:g}"
    if fault:
        where += f", step {fault.step}" if fault.step else ", validation rows"
        rate = f", at learning rate {fault.learning_rate:g}" if fault.step else ""
        rows = _rows(fault, train if fault.step else validation, spec)
        found = f"{fault.what.format(layer=repr(fault.layer))}{rate} ({found}); {rows}"
    return UserError(where, found, "finite numbers in every step", _advice(fault, objective, optimizer, spec))


def _rows(fault: Fault, data: FitData, spec: DatasetSpec) -> str:
    """Say which rows of the batch show it, by their place in the source."""
    places = fault.batch + 1 if data.places is None else data.places[fault.batch]
    places = np.broadcast_to(places.reshape(len(fault.batch), -1), fault.rows.shape)
    shown = list(dict.fromkeys(places[fault.rows].tolist()))
    unit = "picture" if spec.pixels else "line"
    first = ", ".join(map(str, shown[:NUM_SHOWN]))
    more = f" and {len(shown) - NUM_SHOWN} more" if len(shown) > NUM_SHOWN else ""
    said = f"{unit}{'s' if len(shown) > 1 else ''} {first}{more}"
    stacks = np.flatnonzero(fault.rows.any(axis=0)) + 1
    of_folds = f", members without fold {', '.join(map(str, stacks))}" if 1 <= len(stacks) < fault.rows.shape[1] else ""
    everyone = fault.rows.any(axis=1).all()
    return f"{'its batch is' if everyone else f'in its batch of {len(fault.batch)}'} {said}{of_folds}"


def _advice(fault: Fault | None, objective: Objective, optimizer: Optimizer, spec: DatasetSpec) -> str:
    """Return what fits the fault, the likeliest cure first."""
    if fault and fault.what in (INPUTS, TARGETS):
        return "correct these rows: a value that is not known is an empty cell"
    if fault and fault.own and fault.taken < LARGE:
        where = f"look in {paths.CUSTOM} before layer" if fault.what == TAKEN else f"look in {paths.CUSTOM} at layer"
        return f"{where} {fault.layer!r} for a division by 0, and a logarithm or root of what is not positive"
    slower = slower_rate(optimizer.learning_rate, optimizer.kind)
    cures = [f"a lower learning rate (`-S optimizer.learning_rate={slower:g}`; find_learning_rate.py looks for one)"]
    if optimizer.clip_norm is None:
        cures.append(f"bounded steps (`-S optimizer.clip_norm={CLIP_NORM}`)")
    if fault and not spec.pixels and fault.inputs > LARGE:
        cures.insert(0, f"inputs on one scale: they go up to {fault.inputs:.3g} (`-S features.scaling=robust`)")
    if fault and isinstance(objective, Regression) and fault.targets > LARGE:
        option = "objective.log_target=true" if objective.scale_target else "objective.scale_target=true"
        cures.insert(0, f"targets on a smaller scale: they go up to {fault.targets:.3g} (`-S {option}`)")
    return f"try {', then '.join(cures)}"
