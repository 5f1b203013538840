"""What the layers of a network take in and give, and which of their units answer nothing."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

import keras
import numpy as np
from numpy.typing import NDArray

from percept.dataset.stored import Array
from percept.models.members import MemberDense, SharedDense
from percept.training.engines.dropout_masks import layers_of

FEWEST_UNITS = 8  # of a layer that is looked at: of fewer, half are dead now and then by how they begin
MOST_ROWS = 1024  # that are looked at: a unit that is silent on all of them answers to less than one row in 300


class Answer(NamedTuple):
    """A call of a layer."""

    layer: keras.layers.Layer
    taken: Any
    given: Any

    @property
    def path(self) -> str:
        return self.layer.path or self.layer.name


@contextmanager
def recorded(model: keras.Model) -> Iterator[list[Answer]]:
    """Keep what each layer takes in and gives, in the order of the calls."""
    answers: list[Answer] = []

    def record(layer: keras.layers.Layer, call: Callable[..., Any], *inputs: Any, **options: Any) -> Any:
        given = call(*inputs, **options)
        answers.append(Answer(layer, inputs, given))
        return given

    with ExitStack() as restore:
        for layer in dict.fromkeys(layers_of(model)):
            if isinstance(layer, keras.Model):
                continue
            call, replaced = layer.call, "call" in vars(layer)
            layer.call = lambda *inputs, layer=layer, call=call, **options: record(layer, call, *inputs, **options)
            restore.callback(*((setattr, layer, "call", call) if replaced else (delattr, layer, "call")))
        yield answers


def dead_units(network: keras.Model, x: Array) -> dict[str, float]:
    """Return the share of the units, or channels, of each hidden layer that give all of some rows the same answer.

    A unit of relu that is 0 whatever comes in has no gradient and cannot learn any more (Lu et al. 2019, arXiv
    1903.06733); one of a saturated tanh is as good as that. x: (rows, ...) as the network takes them.
    """
    rows = np.unique(np.linspace(0, len(x) - 1, min(len(x), MOST_ROWS)).astype(np.int64))
    with recorded(network) as answers:
        predicted = {id(output) for output in keras.tree.flatten(network(x[rows], training=False))}
    found: dict[str, float] = {}
    for layer, _, given in answers:
        activation = getattr(layer, "activation", keras.activations.linear)
        if activation is not keras.activations.linear and id(given) not in predicted:
            equal = _have_one_answer(np.asarray(given), isinstance(layer, MemberDense | SharedDense))
            if equal.size >= FEWEST_UNITS:
                found[layer.name] = float(equal.mean())
    return found


def _have_one_answer(given: NDArray[np.float32], of_members: bool) -> NDArray[np.bool_]:
    """Tell of each unit whether it has one answer. given: (..., units), or (stacks, members, rows, units)."""
    by_row, axis = (given, 2) if of_members else (given.reshape(-1, given.shape[-1]), 0)
    return np.asarray(by_row.max(axis) == by_row.min(axis))
