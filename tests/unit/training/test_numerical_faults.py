"""A fit whose numbers stop being finite ends, and says at which step, in which layer and for which rows."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_fits import FAST, OPTIONS, single_rows

from percept.training.engines.choice import ENGINES
from percept.training.engines.keras_fit import fit_with_keras
from percept.training.fit_data import FitData
from percept.training.numerical_faults import (
    ANSWERS,
    GRADIENT,
    INPUTS,
    LOSS,
    TAKEN,
    UPDATE,
    WEIGHTS,
    NotFiniteError,
    StopWhenNotFinite,
)
from percept.training.options import Fit

NONE = FitData(np.zeros((0, 5), np.float32), np.zeros((0, 1), np.float32))
ROWS = 37


def stopped(engine: str, model: keras.Model, train: FitData, validation: FitData = NONE, **settings) -> NotFiniteError:
    """What ends a fit of 6 epochs of 5 batches."""
    options = Fit(**({"epochs": 6, "batch_size": 8, "weights": "last"} | settings))
    with pytest.raises(NotFiniteError) as found:
        ENGINES[engine](model, train, validation, options, [StopWhenNotFinite()])
    return found.value


def name_of(error: NotFiniteError) -> str:
    """The name of the layer, without those of the networks that it is in."""
    return error.fault.layer.rpartition("/")[2]


def values(count: int = ROWS, seed: int = 0) -> FitData:
    """Rows of a regression."""
    x = np.random.default_rng(seed).normal(size=(count, 5)).astype(np.float32)
    return FitData(x, x.sum(axis=1, keepdims=True))


def network(*layers, optimizer=None, loss="mse") -> keras.Model:
    keras.utils.set_random_seed(3)
    model = keras.Sequential([keras.Input((5,)), *layers])
    model.compile(optimizer or keras.optimizers.SGD(0.01), loss)
    return model


def diverging(rate: float) -> keras.Model:
    return network(keras.layers.Dense(1, name="only"), optimizer=keras.optimizers.SGD(rate))


def eager_step(model: keras.Model, train: FitData) -> tuple[int, int]:
    """Epoch and step at which a plain loop over the rows in their order has a loss or weights that are not finite."""
    for epoch in range(1, 7):
        for step, start in enumerate(range(0, ROWS, 8), 1):
            x, y = train.x[start : start + 8], train.y[start : start + 8]
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean((model(x, training=True) - y) ** 2)
            weights = [weight.value for weight in model.trainable_weights]
            model.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
            if not (np.isfinite(loss) and all(np.isfinite(weight).all() for weight in model.get_weights())):
                return epoch, step
    raise AssertionError("it does not diverge")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("rate", [3.0, 10.0, 100.0])
def test_the_step_is_that_of_a_plain_loop(engine, rate):
    epoch, step = eager_step(diverging(rate), values())
    found = stopped(engine, diverging(rate), values(), shuffle=False)
    assert (found.epoch, found.fault.step) == (epoch, step) and step > 1
    assert found.fault.learning_rate == pytest.approx(rate)
    np.testing.assert_array_equal(found.fault.batch, np.arange(8 * step - 8, min(8 * step, ROWS)))


@keras.saving.register_keras_serializable("tests")
class Breaks(keras.layers.Layer):
    """Gives what comes in, but NaN from its n-th call in training on."""

    def __init__(self, last: int, **options) -> None:
        super().__init__(**options)
        self.last = last

    def build(self, _) -> None:
        self.calls = self.add_weight(shape=(), initializer="zeros", trainable=False, name="calls")

    def call(self, x, training=False):
        if training:
            self.calls.assign(self.calls + 1)
        return x + tf.where(self.calls.value >= self.last, np.float32("nan"), 0.0)

    def get_config(self):
        return super().get_config() | {"last": self.last}


class Records(keras.Sequential):
    """Keeps the first input of each row that it learns from."""

    def train_step(self, data):
        tf.numpy_function(lambda x: self.seen.append(x[:, 0]), [data[0]], [])
        return super().train_step(data)


@pytest.mark.parametrize("engine", ["graph", "keras", "in parts"])
@pytest.mark.parametrize("ema_momentum", [None, 0.9])
def test_the_rows_are_those_of_the_batch_however_they_were_shuffled(engine, ema_momentum, monkeypatch):
    keras.utils.set_random_seed(3)
    model = Records([keras.Input((5,)), keras.layers.Dense(4), Breaks(13, name="breaks"), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.01, use_ema=bool(ema_momentum), ema_momentum=ema_momentum or 0.99), "mse")
    model.seen = []
    train = values()
    train.x[:, 0] = np.arange(ROWS) / ROWS
    if engine == "in parts":
        monkeypatch.setattr("percept.training.engines.keras_fit.too_large", lambda *parts: "so it is said")
    found = stopped("keras" if engine == "in parts" else engine, model, train, train)
    assert (found.epoch, found.fault.step, found.fault.what) == (3, 3, ANSWERS)
    assert name_of(found) == "breaks" and found.fault.own
    np.testing.assert_array_equal(found.fault.batch, np.round(ROWS * model.seen[12]))
    assert not np.array_equal(np.sort(found.fault.batch), found.fault.batch) and found.fault.rows.all()


@pytest.mark.parametrize("engine", ENGINES)
def test_a_row_too_large_for_the_network_is_named_alone(engine):
    train = values()
    train.x[20] = 3e38
    layers = keras.layers.Dense(4, activation="relu", name="first"), keras.layers.Dropout(0.2), keras.layers.Dense(1)
    found = stopped(engine, network(*layers), train)
    assert found.epoch == 1 and found.fault.what == ANSWERS
    assert found.fault.batch[found.fault.rows[:, 0]].tolist() == [20]
    assert found.fault.inputs == pytest.approx(3e38)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_target_whose_square_is_no_number_is_named_by_its_loss(engine):
    train = values()
    train.y[7] = 3e38
    found = stopped(engine, network(keras.layers.Dense(1)), train)
    assert found.fault.what == LOSS and found.fault.batch[found.fault.rows[:, 0]].tolist() == [7]
    assert found.fault.targets == pytest.approx(3e38)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_gradient_is_told_from_a_loss(engine):
    root = keras.layers.Dense(1, use_bias=False, name="root", activation=lambda x: keras.ops.sqrt(keras.ops.abs(x)))
    train = FitData(np.zeros((ROWS, 5), np.float32), np.ones((ROWS, 1), np.float32))
    found = stopped(engine, network(keras.layers.Dense(3, name="first"), root), train)
    assert (found.fault.what, name_of(found), found.fault.step) == (GRADIENT, "first", 1)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_very_last_step_is_looked_at_too(engine):
    model = network(keras.layers.Dense(1, name="only"), optimizer=keras.optimizers.SGD(3e38))
    found = stopped(engine, model, values(), epochs=1, batch_size=ROWS)
    assert (found.name, found.fault.what, name_of(found), found.fault.step) == ("weights", UPDATE, "only", 1)


@pytest.mark.parametrize("engine", ENGINES)
def test_validation_rows_alone_are_named_as_such(engine):
    validation = values(11, 1)
    validation.x[4] = 3e38
    found = stopped(engine, network(keras.layers.Dense(1)), values(), validation)
    assert (found.epoch, found.name, found.fault.step) == (1, "val_loss", 0)
    assert found.fault.batch[found.fault.rows[:, 0]].tolist() == [4]


@pytest.mark.parametrize("engine", ENGINES)
def test_rows_that_are_no_numbers_and_weights_that_were_none_are_told(engine):
    train = values()
    train.x[30, 2] = np.nan
    found = stopped(engine, network(keras.layers.Dense(1)), train)
    assert found.fault.what == INPUTS and found.fault.batch[found.fault.rows[:, 0]].tolist() == [30]
    model = network(keras.layers.Dense(1, kernel_initializer=keras.initializers.Constant(np.nan), name="only"))
    found = stopped(engine, model, values())
    assert (found.fault.what, name_of(found), found.fault.step) == (WEIGHTS, "only", 1)


class Between(keras.Model):
    """Divides by 0 between its layers."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = keras.layers.Dense(2, name="first"), keras.layers.Dense(1, name="last")

    def call(self, x):
        x = self.first(x)
        return self.last(x / (x - x))


def test_what_happens_between_layers_is_told_by_the_next_one():
    keras.utils.set_random_seed(3)
    inputs = keras.Input((5,))
    model = keras.Model(inputs, Between()(inputs))
    model.compile("sgd", "mse")
    found = stopped("graph", model, values())
    assert found.fault.what == TAKEN and name_of(found) == "last" and found.fault.own


@pytest.mark.parametrize("engine", FAST)
def test_dropout_and_several_epochs_in_a_call_are_replayed_to_the_bit(engine):
    """The fit goes wrong in the middle of a call, and the step is the one at which the layer does so."""
    layers = keras.layers.Dense(8, activation="tanh"), keras.layers.Dropout(0.4), Breaks(24), keras.layers.Dense(1)
    found = stopped(engine, network(*layers, optimizer="adam"), values(), values(9, 1))
    assert (found.epoch, found.fault.step, len(found.fault.batch)) == (5, 4, 8)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_state_of_the_optimizer_is_as_it_was_before_the_epoch(engine):
    """With what Adam remembers of the steps after the fault, the first step of the replay would be the fault."""
    layers = keras.layers.Dense(4), Breaks(4), keras.layers.Dense(1)
    found = stopped(engine, network(*layers, optimizer="adam"), values())
    assert (found.epoch, found.fault.step, name_of(found)[:6]) == (1, 4, "breaks")


def test_a_fit_that_goes_well_is_not_stopped():
    for engine in ENGINES:
        model = network(keras.layers.Dense(1, activation="sigmoid"), loss="binary_crossentropy")
        ENGINES[engine](model, single_rows(ROWS, 0), single_rows(9, 1), OPTIONS, [StopWhenNotFinite()])


def test_the_engine_of_keras_keeps_what_it_needs_where_no_callback_asks():
    model = network(keras.layers.Dense(1), optimizer=keras.optimizers.SGD(3e38))
    fit_with_keras(model, values(), NONE, Fit(epochs=2, batch_size=8), [])
    assert not np.isfinite(model.get_weights()[0]).all()
