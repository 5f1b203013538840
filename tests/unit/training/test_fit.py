import csv

import numpy as np
import pytest

from percept.errors import UserError
from percept.training.numerical_faults import NotFiniteError

ENGINES = ("compiled", "graph", "keras")


@pytest.mark.parametrize("engine", ENGINES)
def test_the_same_seed_gives_the_same_bits_and_another_seed_does_not(fitted, engine):
    settings = {"engine": engine, "dropout": 0.3}
    (one, first), (two, second), (three, _) = (fitted(seed=seed, **settings) for seed in (0, 0, 1))
    assert first.history.rows == second.history.rows
    for mine, yours in zip(one.get_weights(), two.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, yours)
    assert any((mine != other).any() for mine, other in zip(one.get_weights(), three.get_weights(), strict=True))


def test_every_engine_computes_what_keras_fit_computes(fitted):
    # One batch of all rows: the order of rows, which each engine draws itself, makes no difference.
    keras, stock = fitted(engine="keras", batch_size=37, epochs=20)
    for engine in ("compiled", "graph"):
        mine, fast = fitted(engine=engine, batch_size=37, epochs=20)
        for weights, expected in zip(mine.get_weights(), keras.get_weights(), strict=True):
            np.testing.assert_allclose(weights, expected, atol=1e-5)
        for row, expected in zip(fast.history.rows, stock.history.rows, strict=True):
            assert row == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_learns_and_trains_on_the_last_short_batch_too(fitted, engine):
    _, result = fitted(engine=engine, epochs=60)
    assert result.history.rows[-1]["accuracy"] >= 0.95
    assert result.history.rows[-1]["val_accuracy"] >= 0.9
    right = result.history.rows[0]["accuracy"] * 37  # a whole number of rows: none was left out
    assert right == pytest.approx(round(right), abs=1e-3)


def test_training_stops_when_patience_is_at_its_end_and_the_best_weights_stay(fitted):
    model, result = fitted(epochs=200, patience=3, weights="best", learning_rate=0.5)
    losses = [row["val_loss"] for row in result.history.rows]
    assert len(losses) < 200
    assert result.best.epoch == int(np.argmin(losses)) + 1 == len(losses) - 3
    for weights, best in zip(model.get_weights(), result.best.weights, strict=True):
        np.testing.assert_array_equal(weights, best)


def test_the_last_weights_stay_where_they_are_wanted(fitted):
    model, result = fitted(epochs=30, weights="last", learning_rate=0.5)
    assert result.best.epoch < 30
    assert any((w != b).any() for w, b in zip(model.get_weights(), result.best.weights, strict=True))


def test_without_validation_rows_the_training_loss_decides(fitted):
    _, result = fitted(validation=0, weights="best")
    assert result.best.monitor.name == "loss"
    assert "val_loss" not in result.history.rows[0]


def test_a_metric_can_decide_which_epoch_is_best(fitted):
    _, result = fitted(epochs=30, monitor="accuracy", weights="best")
    accuracies = [row["val_accuracy"] for row in result.history.rows]
    assert result.best.epoch == int(np.argmax(accuracies)) + 1


@pytest.mark.parametrize("engine", ENGINES)
def test_of_equal_epochs_the_first_is_kept_or_the_last_and_both_stop_alike(fitted, engine):
    settings = {"engine": engine, "epochs": 60, "monitor": "accuracy", "patience": 8}
    (first, kept), (last, kept_last) = (fitted(weights=weights, **settings) for weights in ("best", "last_best"))
    assert kept.history.rows == kept_last.history.rows
    accuracies = np.array([row["val_accuracy"] for row in kept.history.rows])
    best = np.flatnonzero(accuracies == accuracies.max()) + 1
    assert (kept.best.epoch, kept_last.best.epoch) == (best[0], best[-1])
    assert len(accuracies) == best[0] + 8 >= best[-1] > best[0]
    for model, result in ((first, kept), (last, kept_last)):
        for weights, expected in zip(model.get_weights(), result.best.weights, strict=True):
            np.testing.assert_array_equal(weights, expected)
    assert any((w != o).any() for w, o in zip(first.get_weights(), last.get_weights(), strict=True))


def test_a_metric_that_training_does_not_show_is_refused(fitted):
    with pytest.raises(UserError, match=r"fit.monitor: 'auc'\n  expected: one of loss, accuracy"):
        fitted(monitor="auc")


@pytest.mark.parametrize("engine", ENGINES)
def test_each_epoch_that_was_the_best_so_far_can_be_kept_as_a_file(fitted, engine, tmp_path):
    import keras

    model, result = fitted(epochs=6, checkpoints=True, weights="best", learning_rate=0.01, engine=engine)
    files = sorted((tmp_path / "logs/checkpoints").iterdir())
    losses = [row["val_loss"] for row in result.history.rows]
    best = [epoch for epoch in range(6) if losses[epoch] == min(losses[: epoch + 1])]
    assert [file.name for file in files] == [f"{epoch + 1:03d}-{losses[epoch]:.4f}.keras" for epoch in best]
    saved = keras.models.load_model(files[-1])
    for weights, expected in zip(saved.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(weights, expected)


def test_a_loss_that_is_no_number_stops_the_run(fitted):
    with pytest.raises(NotFiniteError, match=r"epoch \d+: loss is (nan|inf)"):
        fitted(epochs=50, learning_rate=1e38)


def test_history_has_a_row_for_each_epoch(fitted, tmp_path):
    _, result = fitted(epochs=4)
    result.history.save(tmp_path / "history.csv")
    table = list(csv.DictReader((tmp_path / "history.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["epoch"] for row in table] == ["1", "2", "3", "4"]
    assert set(table[0]) == {"epoch", "loss", "accuracy", "val_loss", "val_accuracy"}
    assert float(table[-1]["loss"]) == result.history.rows[-1]["loss"]


def events_of(folder):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    return EventAccumulator(str(folder), size_guidance={"scalars": 0, "tensors": 0}).Reload()


def test_tensorboard_gets_the_values_of_both_parts_counted_from_1(fitted, tmp_path):
    _, result = fitted(epochs=4)
    for part, prefix in (("train", ""), ("validation", "val_")):
        losses = events_of(tmp_path / "logs" / part).Scalars("toy/loss")
        expected = [(row["epoch"], pytest.approx(row[f"{prefix}loss"], rel=1e-6)) for row in result.history.rows]
        assert [(event.step, event.value) for event in losses] == expected


def test_the_graph_has_a_node_for_each_layer(fitted, tmp_path):
    fitted(epochs=1, units=(8, 4), dropout=0.1)
    nodes = {node.name: list(node.input) for node in events_of(tmp_path / "logs/train").Graph().node}
    assert nodes == {
        "features": [],
        "dense": ["features"],
        "dropout": ["dense"],
        "dense_1": ["dropout"],
        "dropout_1": ["dense_1"],
        "probability": ["dropout_1"],
    }


@pytest.mark.parametrize("engine", ENGINES)
def test_looking_at_layers_does_not_change_the_fit(fitted, engine, tmp_path):
    settings = {"engine": engine, "epochs": 20, "dropout": 0.3}
    (one, first), (two, second) = (fitted(watch_layers=watch, **settings) for watch in (False, True))
    assert first.history.rows == second.history.rows
    for mine, yours in zip(one.get_weights(), two.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, yours)
    events = events_of(tmp_path / "logs/train")
    steps = [event.step for event in events.Tensors("toy weights/dense/kernel")]
    assert steps == [1, 2, 4, 8, 16, 20]
    assert [event.step for event in events.Scalars("toy layers/gradient norm, dense")] == steps


def test_the_gradient_is_that_of_the_weights_at_the_end_of_the_epoch(fitted, tmp_path, rows_of_fit):
    import keras
    import tensorflow as tf

    model, _ = fitted(epochs=3)
    layer = model.get_layer("dense")
    with tf.GradientTape() as tape:
        loss = keras.losses.BinaryCrossentropy()(rows_of_fit.y, model(rows_of_fit.x))
    gradients = tape.gradient(loss, [weight.value for weight in layer.trainable_weights])
    norm = events_of(tmp_path / "logs/train").Scalars("toy layers/gradient norm, dense")[-1]
    assert (norm.step, norm.value) == (3, pytest.approx(float(tf.linalg.global_norm(gradients)), rel=1e-4))


def test_units_that_say_the_same_of_every_row_count_as_dead(fitted, tmp_path, rows_of_fit):
    model, _ = fitted(epochs=5, learning_rate=20.0, units=(16,))
    hidden = np.maximum(0, rows_of_fit.x @ model.get_weights()[0] + model.get_weights()[1])
    share = events_of(tmp_path / "logs/train").Scalars("toy layers/share of dead units, dense")[-1].value
    assert share == pytest.approx((np.ptp(hidden, axis=0) == 0).mean())


def test_a_log_without_terminal_stays_short(fitted):
    told: list[str] = []
    fitted(epochs=300, tell=told.append)
    assert len(told) < 10


def test_progress_names_the_epoch_and_its_values(fitted, monkeypatch):
    from percept.training import callbacks

    monkeypatch.setattr(callbacks, "PROGRESS_INTERVAL_S", 0)
    told: list[str] = []
    _, result = fitted(epochs=3, tell=told.append)
    last = {name: f"{value:.4f}" for name, value in result.history.rows[-1].items()}
    validation = f"validation accuracy {last['val_accuracy']}, loss {last['val_loss']}"
    training = f"training accuracy {last['accuracy']}, loss {last['loss']}"
    assert told[-1] == f"epoch 3 of 3: {validation}; {training}" and len(told) == 4  # the engine first


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("schedule", "rates"),
    [
        (
            {"kind": "exponential", "factor": 0.5},
            [0.05 * 0.5 ** (epoch + 0.8) for epoch in range(4)],
        ),  # 4 of 5 steps on
        ({"kind": "piecewise", "epochs": [2], "factors": [0.1]}, [0.05, 0.05, 0.005, 0.005]),
    ],
    ids=["exponential", "piecewise"],
)
def test_the_learning_rate_follows_its_schedule_and_is_kept(fitted, engine, schedule, rates):
    model, result = fitted(engine=engine, epochs=4, optimizer={"schedule": schedule})
    assert [row["learning_rate"] for row in result.history.rows] == pytest.approx(rates, rel=1e-5)
    assert float(model.optimizer.learning_rate) == pytest.approx(rates[-1], rel=0.2)  # the model's own is a step ahead


@pytest.mark.parametrize("engine", ENGINES)
def test_cycles_of_the_learning_rate_are_kept_and_saved_with_the_network(fitted, engine, tmp_path):
    import keras

    optimizer = {"schedule": {"kind": "cosine_cycles", "cycles": 2}}
    model, result = fitted(engine=engine, epochs=6, batch_size=37, shuffle=False, optimizer=optimizer)
    begun = np.log2(1 + 3 * np.arange(6) / 6)
    rates = [row["learning_rate"] for row in result.history.rows]
    assert rates == pytest.approx(0.05 * (1 - np.cos(2 * np.pi * begun)) / 2, abs=1e-7)
    stock, expected = fitted(engine="keras", epochs=6, batch_size=37, shuffle=False, optimizer=optimizer)
    for row, other in zip(result.history.rows, expected.history.rows, strict=True):
        assert row == pytest.approx(other, abs=1e-5)
    for weights, others in zip(model.get_weights(), stock.get_weights(), strict=True):
        np.testing.assert_allclose(weights, others, atol=1e-5)
    model.save(tmp_path / "network.keras")
    again = keras.models.load_model(tmp_path / "network.keras").optimizer
    assert again.get_config() == model.optimizer.get_config()
    assert float(again.learning_rate) == float(model.optimizer.learning_rate)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_plateau_lowers_the_learning_rate(fitted, engine):
    schedule = {"kind": "plateau", "factor": 0.1, "patience": 2}
    _, result = fitted(engine=engine, epochs=30, learning_rate=0.5, optimizer={"schedule": schedule})
    rates = [row["learning_rate"] for row in result.history.rows]
    assert rates[0] == pytest.approx(0.5)
    assert rates[-1] < 0.1


def test_balanced_classes_count_the_same_together():
    from percept.objective import Multiclass
    from percept.training.fit_data import class_weights

    y, classes = np.array([0, 0, 0, 1, 2, 2]), ("a", "b", "c")
    found = class_weights(y, classes, Multiclass(kind="multiclass", class_weights="balanced"))
    assert [found[y == index].sum() for index in range(3)] == pytest.approx([2, 2, 2])
    found = class_weights(y, classes, Multiclass(kind="multiclass", class_weights={"b": 3.0}))
    assert found.tolist() == [1, 1, 1, 3, 1, 1]
    assert class_weights(y, classes, Multiclass(kind="multiclass")) is None
    with pytest.raises(UserError, match=r"class 'bb'; did you mean 'b'\?"):
        class_weights(y, classes, Multiclass(kind="multiclass", class_weights={"bb": 3.0}))


@pytest.mark.parametrize("engine", ENGINES)
def test_a_row_that_counts_twice_is_as_two_rows(engine):
    import keras

    from percept.training.engines.choice import ENGINES as RUN
    from percept.training.fit_data import FitData
    from percept.training.options import Fit

    x = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32)
    y = x[:, :1]
    options = Fit(epochs=3, batch_size=20, shuffle=False, weights="last")
    weights = np.array([2, 1, 1, 1, 1, 0], np.float32)
    twice = np.array([0, 0, 1, 2, 3, 4])

    def fitted(examples: FitData) -> np.ndarray:
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        RUN[engine](model, examples, FitData(x[:0], y[:0]), options, [])
        return model.get_weights()[0]

    np.testing.assert_allclose(fitted(FitData(x, y, weights)), fitted(FitData(x[twice], y[twice])), rtol=1e-5)
