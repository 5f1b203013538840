"""How the layers of a network learn: weights, gradients, and units that do nothing, on some epochs."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from tensorboard.compat.proto.summary_pb2 import Summary

from percept.logs.summaries import histogram, scalar
from percept.training.callbacks import Observer
from percept.training.engines.dropout_masks import layers_of
from percept.training.engines.whole_epochs import CANNOT_BE_BUILT
from percept.training.fit_data import FitData

NUM_ROWS = 128  # training rows that the gradient is of
GROWTH = 2  # to the next epoch that is looked at: 1, 2, 4, 8, ..., and the last: 8 of 100, 11 of 1000

Write = Callable[[int, Sequence[Summary.Value]], None]


class Layers(Observer):
    """Look at the layers after the first epochs and then ever more rarely, and after the last one.

    The gradient is that of the training loss on some training rows, without dropout. Nothing is drawn at random, and
    the network keeps its weights: the fit is the same to the bit.
    """

    kept = ("next", "last", "seen")

    def __init__(self, network: keras.Model, train: FitData, task: str, write: Write) -> None:
        super().__init__()
        self.probe = Probe(network, train.take(evenly(len(train), NUM_ROWS)))
        self.task, self.write = task, write
        self.next, self.last, self.seen = 1, 0, 0  # epochs, counted from 1

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.last = epoch + 1
        if self.last >= self.next:
            self._look()

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        if self.last > self.seen:
            self._look()

    def _look(self) -> None:
        self.next, self.seen = self.last * GROWTH, self.last
        self.write(self.last, list(self.probe.values(self.task, self.model.get_weights())))


class Probe:
    """Weights, gradients and answers of each layer of a network that is being trained."""

    def __init__(self, network: keras.Model, rows: FitData) -> None:
        self.network = network
        self.rows = keras.tree.map_structure(tf.constant, rows.arrays)
        self.layers = [layer for layer in layers_of(network) if not isinstance(layer, keras.Model)]
        # A graph is built in the time of three looks without one, and then takes a tenth of their time.
        self.measured = tf.function(self._measured, autograph=False)

    def values(self, task: str, weights: Sequence[NDArray[Any]]) -> Iterator[Summary.Value]:
        """Return what is shown of the network with these weights; finite ones alone."""
        tensors = [tf.constant(weight) for weight in weights]
        try:
            gradients, dead = self.measured(tensors)
        except CANNOT_BE_BUILT:  # a network of a person's own, which has to run without a graph
            self.measured = self._measured
            gradients, dead = self.measured(tensors)
        norms: dict[str, float] = {}
        of_weight = dict(zip((id(weight) for weight in self.network.weights), weights, strict=True))
        for weight, tensor in zip(self.network.trainable_weights, gradients, strict=True):
            layer, gradient = weight.path.rpartition("/")[0], tensor.numpy()
            norms[layer] = norms.get(layer, 0.0) + float(np.square(gradient).sum())
            for what, found in (("weights", of_weight[id(weight)]), ("gradients", gradient)):
                if np.isfinite(found).all():
                    yield histogram(f"{task} {what}/{weight.path}", found)
        for layer, squares in norms.items():
            yield scalar(f"{task} layers/gradient norm, {layer}", squares**0.5)
        for layer, share in dead.items():
            yield scalar(f"{task} layers/share of dead units, {layer}", float(share))

    def _measured(self, weights: Sequence[tf.Tensor]) -> tuple[list[tf.Tensor], dict[str, tf.Tensor]]:
        """Return the gradient of each trainable array, and by layer the share of units with one answer to all rows."""
        x, y, *weight = self.rows
        of_weight = dict(zip(map(id, self.network.weights), weights, strict=True))
        trained = [of_weight[id(weight)] for weight in self.network.trainable_weights]
        pairs = list(zip(self.network.weights, weights, strict=True))
        with self._recorded() as answers, tf.GradientTape() as tape, keras.StatelessScope(state_mapping=pairs):
            tape.watch(trained)
            predicted = self.network(x, training=False)
            loss = self.network.compute_loss(x, y, predicted, *weight)
        outputs = {id(output) for output in keras.tree.flatten(predicted)}
        hidden = {name: answer for name, answer in answers.items() if id(answer) not in outputs}
        gradients = tape.gradient(loss, trained, unconnected_gradients="zero")
        return [tf.convert_to_tensor(gradient) for gradient in gradients], {
            name: _share_of_equal(answer) for name, answer in hidden.items()
        }

    @contextmanager
    def _recorded(self) -> Iterator[dict[str, tf.Tensor]]:
        """Keep the answer of each layer that has an activation."""
        answers: dict[str, tf.Tensor] = {}

        def recorded(layer: keras.layers.Layer, *inputs: Any, **options: Any) -> Any:
            answers[layer.path] = type(layer).call(layer, *inputs, **options)
            return answers[layer.path]

        with ExitStack() as restore:
            for layer in self.layers:
                if getattr(layer, "activation", keras.activations.linear) is not keras.activations.linear:
                    layer.call = lambda *inputs, layer=layer, **options: recorded(layer, *inputs, **options)
                    restore.callback(delattr, layer, "call")
            yield answers


def evenly(num_rows: int, most: int) -> NDArray[np.int64]:
    """Return rows that lie evenly among all."""
    return np.linspace(0, num_rows - 1, min(num_rows, most)).astype(np.int64)


def _share_of_equal(answer: tf.Tensor) -> tf.Tensor:
    answer = tf.reshape(answer, (-1, answer.shape[-1]))
    return tf.reduce_mean(tf.cast(tf.reduce_max(answer, 0) == tf.reduce_min(answer, 0), tf.float32))
