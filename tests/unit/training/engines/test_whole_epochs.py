"""Every engine computes what `keras.Model.fit` computes."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu
from small_fits import (
    FAST,
    OPTIONS,
    assert_same,
    paired_rows,
    single_rows,
    small_network,
    trained,
    two_inputs_two_outputs,
    variables,
)

from percept.training.callbacks import Observer
from percept.training.engines import whole_epochs
from percept.training.engines.choice import ENGINES
from percept.training.fit_data import FitData
from percept.training.optimizer import Adadelta, Adagrad, Adam, AdamW, Optimizer, Rmsprop, Sgd
from percept.training.options import Fit

OPTIMIZERS: dict[str, Optimizer] = {
    "sgd": Sgd(kind="sgd", learning_rate=0.05, momentum=0.0, nesterov=False),
    "nesterov": Sgd(kind="sgd", learning_rate=0.02, momentum=0.9, nesterov=True),
    "adagrad": Adagrad(kind="adagrad", learning_rate=0.02),
    "adadelta": Adadelta(kind="adadelta", learning_rate=0.5, rho=0.95),
    "rmsprop": Rmsprop(kind="rmsprop", learning_rate=0.003, rho=0.9, momentum=0.5),
    "adam": Adam(kind="adam", learning_rate=0.003, beta_1=0.9, beta_2=0.999),
    "adamw": AdamW(kind="adamw", learning_rate=0.003, beta_1=0.9, beta_2=0.999, weight_decay=0.01),
    "averaged": Adam(kind="adam", learning_rate=0.003, beta_1=0.9, beta_2=0.999, ema_epochs=1.5),
}


LOSSES = {
    "binary_crossentropy": (1, "sigmoid"),
    "sparse_categorical_crossentropy": (3, "softmax"),
    "categorical_crossentropy": (3, "softmax"),
    "mean_squared_error": (2, "linear"),
    "huber": (1, "linear"),
}


@st.composite
def jobs(draw):
    """(function that makes a compiled model, training rows, validation rows, options)."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    loss = draw(st.sampled_from(sorted(LOSSES)))
    outputs, output_activation = LOSSES[loss]
    optimizer = OPTIMIZERS[draw(st.sampled_from(sorted(OPTIMIZERS)))]
    hidden = draw(st.lists(st.tuples(st.integers(1, 9), st.sampled_from(["tanh", "relu", "sigmoid"])), max_size=2))
    normalise, penalty = draw(st.booleans()), draw(st.sampled_from([None, "l1", "l2"]))
    weighted = draw(st.booleans())
    options = Fit(
        epochs=draw(st.integers(1, 4)),
        batch_size=draw(st.integers(1, 40)),
        shuffle=False,
        patience=None,
        engine="auto",
        weights="last",
    )

    def rows(count: int) -> FitData:
        x = random.normal(size=(count, 5)).astype(np.float32)
        match loss:
            case "binary_crossentropy":
                y = random.integers(0, 2, (count, 1)).astype(np.float32)
            case "sparse_categorical_crossentropy":
                y = random.integers(0, 3, (count, 1))
            case "categorical_crossentropy":
                y = np.eye(3, dtype=np.float32)[random.integers(0, 3, count)]
            case _:
                y = random.normal(size=(count, outputs)).astype(np.float32)
        return FitData(x, y, random.uniform(0, 3, count).astype(np.float32) if weighted else None)

    def make() -> keras.Model:
        keras.utils.set_random_seed(7)
        layers = []
        for units, activation in hidden:
            layers.append(keras.layers.Dense(units, use_bias=not normalise, kernel_regularizer=penalty))
            layers += [keras.layers.BatchNormalization()] if normalise else []
            layers.append(keras.layers.Activation(activation))
        layers.append(keras.layers.Dense(outputs, activation=output_activation))
        model = keras.Sequential([keras.Input((5,)), *layers])
        model.compile(optimizer.build(), loss, metrics=["mae"], weighted_metrics=["mse"])
        return model

    return make, rows(draw(st.integers(1, 40))), rows(draw(st.integers(0, 9))), options


@pytest.mark.parametrize("engine", FAST)
@settings(max_examples=5)
@given(job=jobs())
def test_an_engine_computes_what_keras_fit_computes(engine, job):
    assert_same(trained(engine, *job), trained("keras", *job))


@pytest.mark.parametrize("engine", FAST)
def test_several_inputs_and_outputs_with_loss_weights_and_a_learning_rate_schedule(engine):
    job = two_inputs_two_outputs, paired_rows(40, 0), paired_rows(11, 1), OPTIONS
    found = trained(engine, *job)  # whole batches: with a short one, XLA's loss of an output is right and fit's is not
    assert {"loss", "main_loss", "auxiliary_loss", "main_mae", "val_main_mae"} <= set(found[1])
    assert_same(found, trained("keras", *job))


@pytest.mark.parametrize("engine", FAST)
def test_keras_callbacks_act_on_the_model_between_epochs(engine, tmp_path):
    options = OPTIONS.model_copy(update={"epochs": 40})

    def callbacks(name: str) -> list[keras.callbacks.Callback]:
        folder = tmp_path / name
        folder.mkdir()
        return [
            keras.callbacks.ReduceLROnPlateau("val_loss", factor=0.5, patience=2),
            keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.9 if epoch == 3 else rate),
            keras.callbacks.ModelCheckpoint(folder / "{epoch:02d}.keras"),
            keras.callbacks.CSVLogger(folder / "log.csv"),
            keras.callbacks.TensorBoard(folder / "board"),
            keras.callbacks.EarlyStopping("val_loss", patience=4, restore_best_weights=True),
        ]

    job = small_network, single_rows(37, 0), single_rows(20, 1), options
    found, expected = trained(engine, *job, *callbacks(engine)), trained("keras", *job, *callbacks("keras"))
    assert 5 < len(found[1]["loss"]) < 40
    assert "learning_rate" in found[1]
    assert_same(found, expected)
    assert len(list((tmp_path / engine).glob("*.keras"))) == len(found[1]["loss"])
    assert list((tmp_path / engine / "board/validation").iterdir())
    saved, stock = (keras.models.load_model(tmp_path / name / "03.keras") for name in (engine, "keras"))
    for variable, other in zip(variables(saved), variables(stock), strict=True):
        np.testing.assert_allclose(variable, other, rtol=1e-3, atol=2e-5)


class Watch(Observer):
    """The weights after each epoch; stops after a given one."""

    def __init__(self, last: int) -> None:
        super().__init__()
        self.last = last
        self.weights = []

    def on_epoch_end(self, epoch, logs=None):
        self.weights.append(self.model.get_weights())
        self.model.stop_training = len(self.weights) == self.last

    def earliest_stop(self):
        return self.last


@pytest.mark.parametrize("engine", FAST)
@pytest.mark.parametrize("last", [10, 25], ids=["stopped inside a call", "a shorter call at the end"])
def test_several_epochs_in_a_call_are_the_same_epochs_one_by_one(engine, last, monkeypatch):
    options = OPTIONS.model_copy(update={"epochs": 25, "shuffle": True})
    monkeypatch.setattr(whole_epochs, "CALL_STEPS", 20)  # four epochs of five steps

    def run(*others: keras.callbacks.Callback):
        model, watch = small_network(dropout=0.3), Watch(last)
        ENGINES[engine](model, single_rows(37, 0), single_rows(20, 1), options, [watch, *others])
        return model, watch

    (several, watched), (single, expected) = run(), run(keras.callbacks.History())
    assert len(watched.weights) == len(expected.weights) == last
    for mine, other in zip(watched.weights, expected.weights, strict=True):
        for weights, others in zip(mine, other, strict=True):
            np.testing.assert_array_equal(weights, others)
    for variable, other in zip(variables(several), variables(single), strict=True):
        np.testing.assert_array_equal(variable, other)


@pytest.mark.parametrize("engine", list(ENGINES))
@pytest.mark.parametrize("last", [6, 4], ids=["to the end", "stopped before"])
def test_running_means_of_the_weights_are_what_observers_see_and_what_is_left(engine, last):
    options = OPTIONS.model_copy(update={"epochs": 6, "batch_size": 37})  # one step in each epoch

    def run(ema_epochs: float) -> tuple[list, list]:
        model, watch = small_network(), Watch(last)
        adam = Adam(kind="adam", learning_rate=0.01, beta_1=0.9, beta_2=0.999, ema_epochs=ema_epochs)
        model.compile(adam.build(6, 1), model.loss, metrics=["mae"])
        ENGINES[engine](model, single_rows(37, 0), single_rows(20, 1), options, [watch])
        return watch.weights, model.get_weights()

    (weights, _), (means, left) = run(0), run(3)
    for expected, *each in zip(weights[0], *means, strict=True):
        np.testing.assert_array_equal(expected, each[0])
    for number, array in enumerate(left):
        mean = weights[0][number]
        for values in weights[1:]:
            mean = mean + (values[number] - mean) / 3
        np.testing.assert_allclose(array, mean, rtol=1e-5, atol=1e-6)
        np.testing.assert_array_equal(array, means[-1][number])


@pytest.mark.slow
def test_dropout_gives_the_same_distribution_of_losses():
    """Mann-Whitney over 20 seeds, two-sided: equal distributions would fail with a probability of 1 %."""
    train, validation = single_rows(60, 0), single_rows(200, 1)
    options = OPTIONS.model_copy(update={"epochs": 10, "shuffle": True})

    def last_losses(engine: str) -> list[float]:
        losses = []
        for seed in range(20):
            model, history = small_network(dropout=0.5), keras.callbacks.History()
            keras.utils.set_random_seed(seed)
            ENGINES[engine](model, train, validation, options, [history])
            losses.append(history.history["val_loss"][-1])
        return losses

    # The graph engine leaves the masks to Keras' own layers.
    found, expected = last_losses("compiled"), last_losses("keras")
    assert len(set(found)) == 20
    assert mannwhitneyu(found, expected).pvalue > 0.01
