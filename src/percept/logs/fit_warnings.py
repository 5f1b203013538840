"""What a fit shows of itself that a person should hear of, each with what to do about it."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from percept.objective import Objective

LATE = 0.1  # the last part of the epochs
STILL = 0.01  # of the whole gain: a fit that gains so much in its last part is not at its end
NOTABLE = 0.005  # of the value: with a learning rate that falls to 0 there is always some gain
RISE = 10  # times the loss before anything is learned: a fit begins near it, and stays below
SLOWER = 10  # times a learning rate that went wrong
USUAL = {"sgd": 0.01}  # rates that Keras begins with; those of the other optimizers are 0.001
DEAD = 0.5  # of a layer's units: without them it would be half as wide

History = Sequence[Mapping[str, float]]  # a row for each epoch


def still_improving(history: History, monitor: str, epochs: int, task: str) -> list[str]:
    """Return a line where the validation rows still gained in the last of all epochs that were allowed.

    monitor, epochs: options of the fit.
    """
    name = f"val_{monitor}"
    if name not in history[0] or not 1 < len(history) == epochs:
        return []
    sign = 1 if monitor.endswith("accuracy") else -1
    gains = [sign * row[name] for row in history]
    num_late = max(1, round(LATE * epochs))
    before, after = max(gains[:-num_late]), max(gains[-num_late:])
    if after - before <= max(STILL * (after - gains[0]), NOTABLE * abs(before)):
        return []
    change = f"{name} {sign * before:.4g} -> {sign * after:.4g}"
    more = f"`dvc exp run -S task={task} -S fit.epochs={2 * epochs}`"
    return [f"the fit still improved at its end, after {epochs} epochs ({change}); try {more}"]


def beginning_loss(objective: Objective, y: NDArray[np.float64], num_classes: int) -> float:
    """Return the training loss of a network that says 0 of all, as it does about before it learns.

    y: values as the network learns them, (rows, targets); of other kinds of task it does not matter.
    """
    if objective.kind == "regression":
        return float(np.mean(y**2 if objective.loss == "mse" else np.abs(y)))
    return math.log(num_classes if objective.kind == "multiclass" else 2)


def slower_rate(learning_rate: float, optimizer: str) -> float:
    """Return the rate to try after one that went wrong. optimizer: its kind."""
    return min(learning_rate / SLOWER, USUAL.get(optimizer, 0.001))


def exploding_loss(history: History, begin: float, slower: float, task: str) -> list[str]:
    """Return a line where the training loss of an epoch was far above that of a network that has learned nothing.

    begin: the loss of such a network; slower: the learning rate to try.
    """
    losses = [row["loss"] for row in history]
    worst = max(range(len(losses)), key=losses.__getitem__)
    if losses[worst] < RISE * begin:
        return []
    rise = f"{losses[worst]:.3g} in epoch {worst + 1} of {len(losses)}, and {begin:.3g} without learning anything"
    rate = f"`dvc exp run -S task={task} -S optimizer.learning_rate={slower:g}`"
    return [f"the training loss exploded: {rise}; its steps are too large: try {rate}, or -S optimizer.clip_norm=1"]


def dead_units(dead: Mapping[str, float]) -> list[str]:
    """Return a line where half of a layer or more gives every row the same answer. dead: this share, by layer."""
    layers = [f"{share:.0%} of layer {name!r}" for name, share in dead.items() if share >= DEAD]
    if not layers:
        return []
    cure = "a lower optimizer.learning_rate, or another model.activation, such as elu; fewer units would do as well"
    return [f"units that give every row the same answer, so that they cannot learn: {', '.join(layers)}; try {cure}"]
