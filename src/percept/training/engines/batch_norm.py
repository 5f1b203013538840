"""Batch normalisation of pictures by TensorFlow's fused operation.

Keras normalises in a dozen operations, each of which walks through all values: on CPU that takes several times as long.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

import keras
import tensorflow as tf

from percept.training.engines.dropout_masks import layers_of

Normalisation = keras.layers.BatchNormalization


@contextmanager
def fused_normalisation(model: keras.Model) -> Iterator[None]:
    """Let normalisation layers use the operation in training where they can; they compute what they always do."""
    with ExitStack() as restore:
        for layer in layers_of(model):
            if type(layer) is Normalisation and not layer.renorm and not layer.synchronized:
                layer.call = partial(_normalised, layer)
                restore.callback(delattr, layer, "call")
        yield


def _normalised(
    layer: keras.layers.BatchNormalization, x: tf.Tensor, training: bool = False, mask: tf.Tensor | None = None
) -> tf.Tensor:
    last = layer.axis in (-1, x.shape.rank - 1)
    if not (training and layer.trainable and last and x.shape.rank == 4 and x.dtype == tf.float32 and mask is None):
        return Normalisation.call(layer, x, training=training, mask=mask)
    scale = layer.gamma.value if layer.scale else tf.ones_like(layer.moving_mean.value)
    offset = layer.beta.value if layer.center else tf.zeros_like(layer.moving_mean.value)
    nothing = tf.constant([], tf.float32)  # no averages to update: it would update them in another way than Keras
    outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
        x=x, scale=scale, offset=offset, mean=nothing, variance=nothing, epsilon=layer.epsilon
    )
    num_values = tf.cast(tf.reduce_prod(tf.shape(x)[:-1]), tf.float32)
    variance *= (num_values - 1) / num_values  # divided by the number of values, as in Keras, and not by one less
    for average, value in ((layer.moving_mean, mean), (layer.moving_variance, variance)):
        average.assign(average * layer.momentum + value * (1 - layer.momentum))
    return outputs
