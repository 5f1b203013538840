import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from percept.training.engines.batch_norm import fused_normalisation
from percept.training.engines.choice import ENGINES
from percept.training.fit_data import FitData
from percept.training.options import Fit


def network(shape: tuple[int, ...], **options) -> keras.Model:
    keras.utils.set_random_seed(3)
    layers = [keras.layers.Dense(4), keras.layers.BatchNormalization(**options), keras.layers.Flatten()]
    model = keras.Sequential([keras.Input(shape), *layers, keras.layers.Dense(2)])
    model.compile("sgd", "mse")
    return model


def operations(model: keras.Model, *, training: bool, fused: bool = True) -> set[str]:
    """The kinds of operation in the graph of a forward pass."""
    forward = tf.function(lambda x: model(x, training=training), autograph=False)
    spec = tf.TensorSpec((None, *model.input_shape[1:]))
    if not fused:
        return {operation.type for operation in forward.get_concrete_function(spec).graph.get_operations()}
    with fused_normalisation(model):
        return operations(model, training=training, fused=False)


@settings(max_examples=5)
@given(
    num_rows=st.integers(1, 20),
    height=st.integers(1, 5),
    centred=st.booleans(),
    scaled=st.booleans(),
    momentum=st.floats(0, 0.999),
    epsilon=st.floats(1e-4, 1),
    seed=st.integers(0, 2**32 - 1),
)
def test_weights_and_averages_are_those_of_keras_fit(num_rows, height, centred, scaled, momentum, epsilon, seed):
    random = np.random.default_rng(seed)
    x, y = random.normal(1, 2, (num_rows, height, 3, 2)), random.normal(size=(num_rows, 2))
    rows = FitData(x.astype(np.float32), y.astype(np.float32))
    options = Fit(epochs=3, batch_size=7, shuffle=False, patience=None, engine="auto", weights="last")

    def trained(engine: str) -> keras.Model:
        model = network((height, 3, 2), center=centred, scale=scaled, momentum=momentum, epsilon=epsilon)
        ENGINES[engine](model, rows, rows, options, [])
        return model

    for weights, others in zip(trained("graph").get_weights(), trained("keras").get_weights(), strict=True):
        np.testing.assert_allclose(weights, others, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("engine", ["graph", "compiled"])
def test_the_same_seed_gives_the_same_bits(engine):
    random = np.random.default_rng(0)
    x, y = random.normal(size=(64, 8, 8, 2)), random.normal(size=(64, 2))
    rows = FitData(x.astype(np.float32), y.astype(np.float32))
    options = Fit(epochs=3, batch_size=16, shuffle=True, patience=None, engine="auto", weights="last")

    def trained() -> list[np.ndarray]:
        model = network((8, 8, 2))
        ENGINES[engine](model, rows, rows, options, [])
        return model.get_weights()

    for weights, others in zip(trained(), trained(), strict=True):
        np.testing.assert_array_equal(weights, others)


def test_pictures_are_normalised_by_one_operation_in_training_and_by_keras_otherwise():
    model = network((6, 5, 2))
    assert "FusedBatchNormV3" in operations(model, training=True)
    assert "FusedBatchNormV3" not in operations(model, training=False)
    assert "FusedBatchNormV3" not in operations(model, training=True, fused=False)


@pytest.mark.parametrize(
    ("shape", "options"),
    [((6,), {}), ((6, 5, 2), {"axis": 1}), ((6, 5, 2), {"trainable": False}), ((6, 5, 2), {"renorm": True})],
    ids=["a table", "another axis", "frozen", "renormalised"],
)
def test_what_the_operation_cannot_do_is_left_to_keras(shape, options):
    assert "FusedBatchNormV3" not in operations(network(shape, **options), training=True)
