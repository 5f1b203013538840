"""Small networks and rows, and fits of them by one engine or another."""

import keras
import numpy as np

from percept.training.engines.choice import ENGINES
from percept.training.fit_data import FitData
from percept.training.options import Fit

FAST = ("compiled", "graph")


def trained(engine: str, make, train: FitData, validation: FitData, options: Fit, *callbacks):
    """(model, logs of each epoch) after a fit."""
    model, history = make(), keras.callbacks.History()
    ENGINES[engine](model, train, validation, options, [*callbacks, history])
    return model, history.history


def variables(model: keras.Model) -> list[np.ndarray]:
    return [variable.numpy() for variable in [*model.variables, *model.optimizer.variables]]


def assert_same(found, expected) -> None:
    (model, logs), (stock, stock_logs) = found, expected
    for weights, others in zip(model.get_weights(), stock.get_weights(), strict=True):
        np.testing.assert_allclose(weights, others, rtol=1e-3, atol=2e-5)
    assert set(logs) == set(stock_logs)
    for name, values in logs.items():
        np.testing.assert_allclose(values, stock_logs[name], rtol=1e-3, atol=2e-5, err_msg=name)


OPTIONS = Fit(epochs=3, batch_size=8, shuffle=False, patience=None, engine="auto", weights="last")


def two_inputs_two_outputs() -> keras.Model:
    keras.utils.set_random_seed(3)
    wide, deep = keras.Input((2,), name="wide"), keras.Input((4,), name="deep")
    hidden = keras.layers.Dense(6, activation="tanh", kernel_regularizer="l2")(deep)
    main = keras.layers.Dense(1, name="main")(keras.layers.Concatenate()([wide, hidden]))
    auxiliary = keras.layers.Dense(1, name="auxiliary")(hidden)
    model = keras.Model({"wide": wide, "deep": deep}, {"main": main, "auxiliary": auxiliary})
    schedule = keras.optimizers.schedules.CosineDecay(0.05, decay_steps=10)
    model.compile(
        keras.optimizers.SGD(schedule),
        {"main": "mse", "auxiliary": "mse"},
        loss_weights={"main": 0.9, "auxiliary": 0.1},
        metrics={"main": ["mae"]},
    )
    return model


def paired_rows(count: int, seed: int) -> FitData:
    random = np.random.default_rng(seed)
    x = {"wide": random.normal(size=(count, 2)), "deep": random.normal(size=(count, 4))}
    y = {"main": x["wide"][:, :1] + x["deep"][:, :1], "auxiliary": x["deep"][:, 1:2]}
    x, y = ({name: array.astype(np.float32) for name, array in part.items()} for part in (x, y))
    return FitData(x, y)


def single_rows(count: int, seed: int) -> FitData:
    x = np.random.default_rng(seed).normal(size=(count, 5)).astype(np.float32)
    return FitData(x, (x[:, :1] > x[:, 1:2]).astype(np.float32))


def small_network(dropout: float = 0.0) -> keras.Model:
    keras.utils.set_random_seed(5)
    layers = [keras.layers.Dense(6, activation="tanh"), keras.layers.Dropout(dropout)]
    model = keras.Sequential([keras.Input((5,)), *layers, keras.layers.Dense(1, activation="sigmoid")])
    model.compile(keras.optimizers.Adam(0.05), "binary_crossentropy", metrics=["accuracy"])
    return model
