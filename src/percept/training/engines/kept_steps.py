"""Steps that are kept for the next fit of a network that is alike: XLA builds them for longer than many fits take.

A network is alike that has the same layers, loss and optimizer but for a constant learning rate, and data of the same
shape: a fold, a seed, a learning rate further. The steps belong to a twin of the first network; the variables of each
network are copied into the twin and, after the fit, back. Only a process that says `keep` has any.
"""

import json
import random
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import keras

from percept.training.callbacks import Observer
from percept.training.engines.dropout_masks import layers_of
from percept.training.fit_data import FitData
from percept.training.options import Fit

if TYPE_CHECKING:
    from percept.training.engines.whole_epochs import Epochs

OWN = "keras."  # of these modules are networks and layers whose configuration says all that they compute


class KeptSteps:
    """The steps that were used last, by key."""

    def __init__(self) -> None:
        self.most = 0
        self._found: OrderedDict[str, Epochs] = OrderedDict()

    def get(self, key: str | None) -> "Epochs | None":
        """Return the steps of a key, where there are some."""
        found = self._found.get(key) if key else None
        if found is not None:
            self._found.move_to_end(str(key))
        return found

    def put(self, key: str | None, steps: "Epochs") -> None:
        """Keep steps, and let go of those that were not used for the longest time."""
        if key:
            self._found[key] = steps
            self.keep(self.most)

    def keep(self, most: int) -> None:
        """Keep so many from now on."""
        self.most = most
        while len(self._found) > most:
            self._found.popitem(last=False)

    def __len__(self) -> int:
        return len(self._found)


kept_steps = KeptSteps()


def keep(most: int) -> None:
    """Let this process keep steps of so many kinds of network; 0: of none."""
    kept_steps.keep(most)


def key_of(
    model: keras.Model,
    train: FitData,
    validation: FitData,
    options: Fit,
    callbacks: Sequence[keras.callbacks.Callback],
    jit_compile: bool,
) -> str | None:
    """Return what two fits have in common where one can use the steps of the other; None: this one keeps its own."""
    own = all(type(each).__module__.startswith(OWN) for each in (model, *layers_of(model)))
    observed = all(isinstance(callback, Observer) for callback in callbacks)
    if not (kept_steps.most and own and observed and model.name != "custom"):
        return None
    compiled = model.get_compile_config()
    if isinstance(compiled["optimizer"]["config"]["learning_rate"], float):
        del compiled["optimizer"]["config"]["learning_rate"]  # it is a variable
    shapes = [
        keras.tree.map_structure(lambda array: [*array.shape, array.dtype.name], part.arrays)
        for part in (train, validation)
    ]
    loop = options.model_dump(include={"epochs", "batch_size", "shuffle"})
    return json.dumps([json.loads(model.to_json())["config"], compiled, shapes, loop, jit_compile], sort_keys=True)


def twin(model: keras.Model) -> keras.Model:
    """Make a network that is alike, with variables of its own; no draw of the run changes by that."""
    state = random.getstate()
    found = keras.models.clone_model(model)
    found.compile_from_config(model.get_compile_config())
    random.setstate(state)
    return found
