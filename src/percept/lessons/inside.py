"""What happens inside a network: slopes, gradients, steps of an optimizer, feature maps."""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

Activation = Callable[[tf.Tensor], tf.Tensor]
NOT_OF_LAYERS: dict[str, Activation] = {  # what a hidden layer here cannot have, or takes more than one number
    "step": lambda x: tf.cast(x > 0, x.dtype),
    "softmax": lambda x: keras.activations.softmax(tf.stack([x, tf.zeros_like(x), tf.zeros_like(x)], axis=-1))[:, 0],
}


class Look(keras.callbacks.Callback):
    """Give the network to a function before the first epoch and after each."""

    def __init__(self, look: Callable[[keras.Model], None]) -> None:
        super().__init__()
        self.look = look

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        self.look(self.model)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.look(self.model)


def slopes(activation: str, x: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return values and gradients of an activation, both (points,). Of softmax: the first of x, 0 and 0."""
    function = NOT_OF_LAYERS.get(activation) or keras.activations.get(activation)
    points = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(points)
        values = function(points)
    return values.numpy(), tape.gradient(values, points, unconnected_gradients="zero").numpy()


def losses(loss: str, errors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a loss of a regression for each error, (points,)."""
    return keras.losses.get(loss)(np.zeros((len(errors), 1)), errors[:, np.newaxis]).numpy()


def gradient_norms(network: keras.Model, x: NDArray, y: NDArray) -> NDArray[np.float64]:
    """Return the root mean square gradient of each kernel of a compiled network, (layers,), the first layer first."""
    kernels = [layer.kernel for layer in network.layers if hasattr(layer, "kernel")]
    with tf.GradientTape() as tape:
        loss = network.compute_loss(x, y, network(x, training=False))
    gradients = tape.gradient(loss, [kernel.value for kernel in kernels])
    return np.array([float(np.sqrt(np.mean(np.square(gradient)))) for gradient in gradients])


def descent(
    optimizer: keras.optimizers.Optimizer,
    start: tuple[float, float],
    gradient: Callable[[NDArray[np.float32]], NDArray[np.float32]],
    num_steps: int,
) -> NDArray[np.float32]:
    """Return the places that an optimizer passes on its way down, (steps + 1, 2)."""
    place = keras.Variable(np.array(start, np.float32))
    path = [place.numpy()]
    for _ in range(num_steps):
        optimizer.apply([tf.constant(gradient(path[-1]))], [place])
        path.append(place.numpy())
    return np.array(path)


def feature_maps(network: keras.Model, pictures: NDArray) -> dict[str, NDArray[np.float32]]:
    """Return what each convolution says of pictures, by name of the layer, (pictures, height, width, filters)."""
    layers = [layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D)]
    outputs = keras.Model(network.input, [layer.output for layer in layers])(pictures, training=False)
    return {layer.name: output.numpy() for layer, output in zip(layers, outputs, strict=True)}
