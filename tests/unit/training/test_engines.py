"""Every engine computes what `keras.Model.fit` computes."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu

from percept.optimizer import Adadelta, Adagrad, Adam, AdamW, Optimizer, Rmsprop, Sgd, build_optimizer
from percept.prepared import Examples
from percept.training import epochs, keras_fit
from percept.training.callbacks import Observer
from percept.training.engine import ENGINES, fit_with_engine
from percept.training.epochs import NotBuiltError
from percept.training.options import Fit

FAST = ("compiled", "graph")

OPTIMIZERS: dict[str, Optimizer] = {
    "sgd": Sgd(kind="sgd", learning_rate=0.05, momentum=0.0, nesterov=False),
    "nesterov": Sgd(kind="sgd", learning_rate=0.02, momentum=0.9, nesterov=True),
    "adagrad": Adagrad(kind="adagrad", learning_rate=0.02),
    "adadelta": Adadelta(kind="adadelta", learning_rate=0.5, rho=0.95),
    "rmsprop": Rmsprop(kind="rmsprop", learning_rate=0.003, rho=0.9, momentum=0.5),
    "adam": Adam(kind="adam", learning_rate=0.003, beta_1=0.9, beta_2=0.999),
    "adamw": AdamW(kind="adamw", learning_rate=0.003, beta_1=0.9, beta_2=0.999, weight_decay=0.01),
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
    """(function that makes a compiled model, training rows, validation rows, plan)."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    loss = draw(st.sampled_from(sorted(LOSSES)))
    outputs, output_activation = LOSSES[loss]
    optimizer = OPTIMIZERS[draw(st.sampled_from(sorted(OPTIMIZERS)))]
    hidden = draw(st.lists(st.tuples(st.integers(1, 9), st.sampled_from(["tanh", "relu", "sigmoid"])), max_size=2))
    normalise, penalty = draw(st.booleans()), draw(st.sampled_from([None, "l1", "l2"]))
    weighted = draw(st.booleans())
    plan = Fit(
        epochs=draw(st.integers(1, 4)),
        batch_size=draw(st.integers(1, 40)),
        shuffle=False,
        patience=None,
        engine="auto",
        weights="last",
    )

    def rows(count: int) -> Examples:
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
        return Examples(x, y, random.uniform(0, 3, count).astype(np.float32) if weighted else None)

    def make() -> keras.Model:
        keras.utils.set_random_seed(7)
        layers = []
        for units, activation in hidden:
            layers.append(keras.layers.Dense(units, use_bias=not normalise, kernel_regularizer=penalty))
            layers += [keras.layers.BatchNormalization()] if normalise else []
            layers.append(keras.layers.Activation(activation))
        layers.append(keras.layers.Dense(outputs, activation=output_activation))
        model = keras.Sequential([keras.Input((5,)), *layers])
        model.compile(build_optimizer(optimizer), loss, metrics=["mae"], weighted_metrics=["mse"])
        return model

    return make, rows(draw(st.integers(1, 40))), rows(draw(st.integers(0, 9))), plan


def trained(engine: str, make, train: Examples, validation: Examples, plan: Fit, *callbacks):
    """(model, logs of each epoch) after a fit."""
    model, history = make(), keras.callbacks.History()
    ENGINES[engine](model, train, validation, plan, [*callbacks, history])
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


@pytest.mark.parametrize("engine", FAST)
@settings(max_examples=10)
@given(job=jobs())
def test_an_engine_computes_what_keras_fit_computes(engine, job):
    assert_same(trained(engine, *job), trained("keras", *job))


PLAN = Fit(epochs=3, batch_size=8, shuffle=False, patience=None, engine="auto", weights="last")


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


def paired_rows(count: int, seed: int) -> Examples:
    random = np.random.default_rng(seed)
    x = {"wide": random.normal(size=(count, 2)), "deep": random.normal(size=(count, 4))}
    y = {"main": x["wide"][:, :1] + x["deep"][:, :1], "auxiliary": x["deep"][:, 1:2]}
    x, y = ({name: array.astype(np.float32) for name, array in part.items()} for part in (x, y))
    return Examples(x, y)


@pytest.mark.parametrize("engine", FAST)
def test_several_inputs_and_outputs_with_loss_weights_and_a_learning_rate_schedule(engine):
    job = two_inputs_two_outputs, paired_rows(40, 0), paired_rows(11, 1), PLAN
    found = trained(engine, *job)  # whole batches: with a short one, XLA's loss of an output is right and fit's is not
    assert {"loss", "main_loss", "auxiliary_loss", "main_mae", "val_main_mae"} <= set(found[1])
    assert_same(found, trained("keras", *job))


def single_rows(count: int, seed: int) -> Examples:
    x = np.random.default_rng(seed).normal(size=(count, 5)).astype(np.float32)
    return Examples(x, (x[:, :1] > x[:, 1:2]).astype(np.float32))


def small_network(dropout: float = 0.0) -> keras.Model:
    keras.utils.set_random_seed(5)
    layers = [keras.layers.Dense(6, activation="tanh"), keras.layers.Dropout(dropout)]
    model = keras.Sequential([keras.Input((5,)), *layers, keras.layers.Dense(1, activation="sigmoid")])
    model.compile(keras.optimizers.Adam(0.05), "binary_crossentropy", metrics=["accuracy"])
    return model


@pytest.mark.parametrize("engine", FAST)
def test_keras_callbacks_act_on_the_model_between_epochs(engine, tmp_path):
    plan = PLAN.model_copy(update={"epochs": 40})

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

    job = small_network, single_rows(37, 0), single_rows(20, 1), plan
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
    plan = PLAN.model_copy(update={"epochs": 25, "shuffle": True})
    monkeypatch.setattr(epochs, "CALL_STEPS", 20)  # four epochs of five steps

    def run(*others: keras.callbacks.Callback):
        model, watch = small_network(dropout=0.3), Watch(last)
        ENGINES[engine](model, single_rows(37, 0), single_rows(20, 1), plan, [watch, *others])
        return model, watch

    (several, watched), (single, expected) = run(), run(keras.callbacks.History())
    assert len(watched.weights) == len(expected.weights) == last
    for mine, other in zip(watched.weights, expected.weights, strict=True):
        for weights, others in zip(mine, other, strict=True):
            np.testing.assert_array_equal(weights, others)
    for variable, other in zip(variables(several), variables(single), strict=True):
        np.testing.assert_array_equal(variable, other)


@pytest.mark.slow
def test_dropout_gives_the_same_distribution_of_losses():
    """Mann-Whitney over 20 seeds, two-sided: equal distributions would fail with a probability of 1 %."""
    train, validation = single_rows(60, 0), single_rows(200, 1)
    plan = PLAN.model_copy(update={"epochs": 10, "shuffle": True})

    def last_losses(engine: str) -> list[float]:
        losses = []
        for seed in range(20):
            model, history = small_network(dropout=0.5), keras.callbacks.History()
            keras.utils.set_random_seed(seed)
            ENGINES[engine](model, train, validation, plan, [history])
            losses.append(history.history["val_loss"][-1])
        return losses

    # The graph engine leaves the masks to Keras' own layers.
    found, expected = last_losses("compiled"), last_losses("keras")
    assert len(set(found)) == 20
    assert mannwhitneyu(found, expected).pvalue > 0.01


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


def test_what_xla_cannot_compile_goes_to_the_graph_engine_with_the_reason(refused, capsys):
    plan = PLAN.model_copy(update={"engine": "compiled"})
    fit_with_engine(refused, single_rows(20, 0), single_rows(5, 1), plan, [])
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "train: engine compiled: as fit.engine says"
    assert "engine graph: engine compiled cannot train this model" in said[1]


def test_an_engine_that_cannot_be_built_leaves_the_model_as_it_was(refused):
    before = [weights.copy() for weights in refused.get_weights()]
    with pytest.raises(NotBuiltError):
        ENGINES["compiled"](refused, single_rows(20, 0), single_rows(5, 1), PLAN, [])
    for weights, others in zip(refused.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weights, others)


def test_a_callback_that_wants_batches_gets_them_from_keras(capsys):
    batches = []

    class Batches(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            batches.append(batch)

    fit_with_engine(small_network(), single_rows(20, 0), single_rows(5, 1), PLAN, [Batches()])
    assert batches == [0, 1, 2] * 3
    assert "callback Batches wants to hear of batches" in capsys.readouterr().out.splitlines()[-1]


def test_data_too_large_for_memory_comes_batch_by_batch(monkeypatch, capsys):
    job = two_inputs_two_outputs, paired_rows(37, 0), paired_rows(11, 1), PLAN
    expected = trained("keras", *job)
    monkeypatch.setattr(keras_fit, "MEMORY_SHARE", 1e-12)
    assert_same(trained("keras", *job), expected)
    fit_with_engine(small_network(), single_rows(20, 0), single_rows(5, 1), PLAN, [])
    assert "engine keras: the arrays take too much" in capsys.readouterr().out


def test_batches_hold_every_row_once_in_a_new_order_for_each_epoch():
    rows = Examples(np.arange(50, dtype=np.float32)[:, np.newaxis], np.arange(50), np.ones(50, np.float32))

    def two_epochs(seed: int) -> list[list[int]]:
        batches = keras_fit.batches(rows, 8, seed)
        return [[int(value) for _, y, _ in batches for value in y] for _ in range(2)]

    first, second = two_epochs(1)
    assert sorted(first) == sorted(second) == list(range(50))
    assert first != second
    assert [first, second] == two_epochs(1)
    assert [first, second] != two_epochs(2)
