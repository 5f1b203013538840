"""Dropout masks of whole epochs, drawn ahead by NumPy.

Drawing small masks step by step takes XLA on CPU several times as long as the rest of the step.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from math import prod

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

MAX_BYTES = 2**26  # of one epoch's masks; more are left to the layers


class DropoutMasks:
    """The masks that one forward pass of a model takes, in the order of the calls.

    While `in_use`, `keras.layers.Dropout` layers take them from here; they compute what they always compute.
    """

    def __init__(self, model: keras.Model | None = None, inputs: object = None, num_rows: int = 0) -> None:
        """Find the calls by tracing `model` on `inputs`, some rows; nothing is computed. No model: no masks."""
        self._layers = [layer for layer in layers_of(model) if type(layer) is keras.layers.Dropout and layer.rate]
        self._calls: list[tuple[float, tuple[int, ...]]] = []  # rate, shape of one row
        self._pending: Iterator[tf.Tensor] = iter(())
        if self._layers:
            self._trace(model, inputs)
        if num_rows * self.bytes_per_row > MAX_BYTES:
            self._layers, self._calls = [], []

    @property
    def bytes_per_row(self) -> int:
        """Return the size of one row's masks."""
        return sum(prod(shape) for _, shape in self._calls)

    def empty(self, *sizes: int) -> list[NDArray[np.bool_]]:
        """Return an array for each call: (*sizes, *shape of one row)."""
        return [np.zeros((*sizes, *shape), np.bool_) for _, shape in self._calls]

    def draw(self, random: np.random.Generator, masks: Sequence[NDArray[np.bool_]]) -> None:
        """Fill a mask for each call; true: keep."""
        for (rate, _), mask in zip(self._calls, masks, strict=True):
            np.greater_equal(random.random(mask.shape, np.float32), rate, out=mask)

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Let dropout layers take the masks that are `given` until the end."""
        with self._replaced(self._masked):
            yield

    @contextmanager
    def given(self, masks: Sequence[tf.Tensor]) -> Iterator[None]:
        """Give masks, (batch, *shape of one row), to one forward pass in training, which must take each once."""
        self._pending = iter(masks)
        yield
        if next(self._pending, None) is not None:
            raise ValueError("a training step calls fewer dropout layers than the forward pass")

    def _trace(self, model: keras.Model, inputs: object) -> None:
        graphs = set()

        def record(layer: keras.layers.Dropout, x: tf.Tensor) -> tf.Tensor:
            graphs.add(x.graph)
            self._calls.append((layer.rate, tuple(x.shape[1:])))
            return x

        @tf.function(autograph=False)
        def forward(inputs: object) -> tf.Tensor:
            graphs.add(tf.compat.v1.get_default_graph())
            return model(inputs, training=True)

        with self._replaced(record):
            forward.get_concrete_function(inputs)
        # A layer called in a loop inside the graph needs a mask for each turn, and nobody knows how many.
        in_loop = len(graphs) > 1
        if in_loop or any(None in shape or layer.noise_shape for layer in self._layers for _, shape in self._calls):
            self._layers, self._calls = [], []

    def _masked(self, layer: keras.layers.Dropout, x: tf.Tensor) -> tf.Tensor:
        mask = next(self._pending, None)
        if mask is None:
            raise ValueError("a training step calls more dropout layers than the forward pass")
        return tf.where(mask, x / (1 - layer.rate), tf.zeros_like(x))

    @contextmanager
    def _replaced(self, call: Callable[[keras.layers.Dropout, tf.Tensor], tf.Tensor]) -> Iterator[None]:
        """Put `call(layer, inputs)` in the place of every dropout layer's `call` in training until the end."""
        with ExitStack() as restore:
            for layer in self._layers:
                layer.call = lambda x, training=False, layer=layer: call(layer, x) if training else x
                restore.callback(delattr, layer, "call")
            yield


def layers_of(model: keras.Model | None) -> Iterator[keras.layers.Layer]:
    """Yield all layers, those of models inside the model too."""
    for layer in model.layers if model else ():
        yield layer
        if isinstance(layer, keras.Model):
            yield from layers_of(layer)
