"""What one engine cannot fit goes to another, and data too large for memory comes batch by batch."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_fits import (
    OPTIONS,
    assert_same,
    paired_rows,
    single_rows,
    small_network,
    trained,
    two_inputs_two_outputs,
)

from percept.training.engines import keras_fit
from percept.training.engines.choice import ENGINES, fit_with_engine
from percept.training.engines.whole_epochs import NotBuiltError
from percept.training.fit_data import FitData


class Refused(keras.layers.Layer):
    """A layer whose forward pass needs Python for every batch: nothing that XLA can compile."""

    def call(self, x):
        return tf.ensure_shape(tf.numpy_function(lambda x: 2 * x, [x], tf.float32), x.shape)


@pytest.fixture
def refused():
    keras.utils.set_random_seed(5)
    model = keras.Sequential([keras.Input((5,)), Refused(), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def test_what_xla_cannot_compile_goes_to_the_graph_engine_with_the_reason(refused):
    options = OPTIONS.model_copy(update={"engine": "compiled"})
    said: list[str] = []
    fit_with_engine(refused, single_rows(20, 0), single_rows(5, 1), options, [], said.append)
    assert said[0] == "engine compiled: as fit.engine says"
    assert "engine graph: engine compiled cannot train this model" in said[1]


def test_an_engine_that_cannot_be_built_leaves_the_model_as_it_was(refused):
    before = [weights.copy() for weights in refused.get_weights()]
    with pytest.raises(NotBuiltError):
        ENGINES["compiled"](refused, single_rows(20, 0), single_rows(5, 1), OPTIONS, [])
    for weights, others in zip(refused.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weights, others)


def test_a_callback_that_wants_batches_gets_them_from_keras(capsys):
    batches = []

    class Batches(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            batches.append(batch)

    said: list[str] = []
    fit_with_engine(small_network(), single_rows(20, 0), single_rows(5, 1), OPTIONS, [Batches()], said.append)
    assert batches == [0, 1, 2] * 3
    assert "callback Batches wants to hear of batches" in said[-1]


def test_data_too_large_for_memory_comes_batch_by_batch(monkeypatch):
    job = two_inputs_two_outputs, paired_rows(37, 0), paired_rows(11, 1), OPTIONS
    expected = trained("keras", *job)
    monkeypatch.setattr(keras_fit, "MEMORY_SHARE", 1e-12)
    assert_same(trained("keras", *job), expected)
    said: list[str] = []
    fit_with_engine(small_network(), single_rows(20, 0), single_rows(5, 1), OPTIONS, [], said.append)
    assert "engine keras: the arrays take too much" in said[-1]


def test_batches_hold_every_row_once_in_a_new_order_for_each_epoch():
    rows = FitData(np.arange(50, dtype=np.float32)[:, np.newaxis], np.arange(50), np.ones(50, np.float32))

    def two_epochs(seed: int) -> list[list[int]]:
        batches = keras_fit.batches(rows, 8, np.random.default_rng(seed))
        return [[int(value) for _, y, _ in batches for value in y] for _ in range(2)]

    first, second = two_epochs(1)
    assert sorted(first) == sorted(second) == list(range(50))
    assert first != second
    assert [first, second] == two_epochs(1)
    assert [first, second] != two_epochs(2)
