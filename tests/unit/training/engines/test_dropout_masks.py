import keras
import numpy as np
import pytest
import tensorflow as tf

from percept.training.engines.dropout_masks import MAX_BYTES, DropoutMasks

ROWS = 20_000
X = tf.ones((2, 4))


def network(*layers: keras.layers.Layer) -> keras.Model:
    return keras.Sequential([keras.Input((4,)), *layers])


def drawn(masks: DropoutMasks, rows: int = ROWS) -> list[np.ndarray]:
    found = masks.empty(rows)
    masks.draw(np.random.default_rng(0), found)
    return found


def test_a_mask_for_each_call_keeps_its_share_of_each_column():
    model = network(keras.layers.Dropout(0.3), keras.layers.Dense(3), keras.layers.Dropout(0.5))
    masks = drawn(DropoutMasks(model, X, ROWS))
    assert [mask.shape for mask in masks] == [(ROWS, 4), (ROWS, 3)]
    for mask, rate in zip(masks, (0.3, 0.5), strict=True):
        deviation = np.sqrt(rate * (1 - rate) / ROWS)
        np.testing.assert_allclose(mask.mean(axis=0), 1 - rate, atol=5 * deviation)


def test_a_forward_pass_in_training_drops_what_the_mask_says_and_scales_the_rest():
    model = network(keras.layers.Dropout(0.2))
    masks = DropoutMasks(model, X, ROWS)
    mask = np.array([[True, False, True, True], [False, False, True, True]])
    with masks.in_use(), masks.given([tf.constant(mask)]):
        found = model(X, training=True).numpy()
    np.testing.assert_allclose(found, np.where(mask, 1.25, 0))


def test_the_layers_draw_for_themselves_afterwards_and_never_outside_training():
    model = network(keras.layers.Dropout(0.5))
    masks = DropoutMasks(model, X, ROWS)
    with masks.in_use():
        np.testing.assert_array_equal(model(X, training=False), X)
    keras.utils.set_random_seed(0)
    found = model(tf.ones((1000, 4)), training=True).numpy()
    assert set(np.unique(found)) == {0, 2}


def test_layers_used_twice_and_nested_models_get_a_mask_for_each_call():
    shared, inner = keras.layers.Dropout(0.5), network(keras.layers.Dropout(0.1))
    x = keras.Input((4,))
    model = keras.Model(x, shared(inner(shared(x))))
    assert len(drawn(DropoutMasks(model, X, ROWS))) == 3


def test_a_step_that_drops_more_or_less_often_than_the_forward_pass_is_refused():
    model = network(keras.layers.Dropout(0.5))
    masks = DropoutMasks(model, X, ROWS)
    keep = tf.ones((2, 4), tf.bool)
    with masks.in_use():
        with pytest.raises(ValueError, match="fewer"), masks.given([keep]):
            pass
        with pytest.raises(ValueError, match="more"), masks.given([keep]):
            model(model(X, training=True), training=True)


class Loop(keras.Model):
    """Drops again and again, how often is known in the graph alone."""

    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x, training=False):
        return tf.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, self.drop(x, training=training)), (0, x))[1]


@pytest.mark.parametrize(
    ("model", "rows"),
    [
        (Loop(), ROWS),
        (network(keras.layers.Dropout(0.5, noise_shape=(None, 1))), ROWS),
        (network(keras.layers.GaussianDropout(0.5)), ROWS),
        (network(keras.layers.Dropout(0.0)), ROWS),
        (network(keras.layers.Dropout(0.5)), MAX_BYTES),
    ],
    ids=["loop", "noise shape", "another kind", "nothing dropped", "too large"],
)
def test_other_draws_are_left_to_the_layers(model, rows):
    masks = DropoutMasks(model, X, rows)
    assert masks.bytes_per_row == 0
    with masks.in_use():
        model(X, training=True)
