"""Random numbers that a backup could not bring back are found in a network, and only those."""

import keras
import tensorflow as tf

from percept.training.resume.hidden_draws import hidden_draws


class Noise(keras.layers.Layer):
    def call(self, x, training=False):
        noisy = tf.map_fn(lambda row: row + tf.random.normal(tf.shape(row)), x)  # in a graph inside of the graph
        return noisy if training else x


def network(*layers: keras.layers.Layer) -> keras.Model:
    inputs = keras.Input((4, 4, 1))
    return keras.Model(inputs, keras.Sequential(layers)(inputs), name="custom")


def test_what_keras_draws_can_be_brought_back():
    layers = keras.layers
    changes = layers.RandomFlip(), layers.RandomRotation(0.1), layers.RandomTranslation(0.1, 0.1)
    assert hidden_draws(network(*changes, layers.Dropout(0.5), layers.GaussianNoise(0.1))) == set()


def test_what_tensorflow_draws_by_itself_cannot():
    assert hidden_draws(network(Noise())) == {"RandomStandardNormal"}
