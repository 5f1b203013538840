"""A training in memory: what it returns, what it tells, and that it writes nothing."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from percept.composition import load_config
from percept.errors import UserError
from percept.models.mlp import Mlp
from percept.models.perceptron import Perceptron
from percept.objective import Binary, Multiclass
from percept.prepared.examples import Examples
from percept.prepared.spec import DatasetSpec, RawInput, RowCounts
from percept.training import run
from percept.training.engines.choice import ENGINES
from percept.training.optimizer import Adam
from percept.training.options import Fit

MLP = Mlp(kind="mlp", units=(4,))
GATES = {"and": [0, 0, 0, 1], "xor": [0, 1, 1, 0]}


def spec(train: int, validation: int) -> DatasetSpec:
    return DatasetSpec(
        task="toy",
        raw_inputs=(RawInput(name="a", kind="numeric"), RawInput(name="b", kind="numeric")),
        shape=(2,),
        classes=("0", "1"),
        rows=RowCounts(source=train + validation + 1, dropped={}, train=train, validation=validation, test=1),
    )


def rows(count: int, seed: int = 0) -> Examples:
    """Class 1 where the first feature is larger than the second, but for some noise."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(count, 2)).astype(np.float32)
    return Examples(x, (x[:, 0] + random.normal(size=count) > x[:, 1]).astype(np.int64))


def gate(name: str) -> Examples:
    return Examples(np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32), np.array(GATES[name]))


def options(model=MLP, learning_rate: float = 0.05, fit: dict | None = None, **objective) -> run.Training:
    return run.Training(
        model=model,
        optimizer=Adam(kind="adam", learning_rate=learning_rate, beta_1=0.9, beta_2=0.999),
        fit=Fit(**({"epochs": 5, "batch_size": 8, "engine": "graph"} | (fit or {}))),
        objective=Binary(kind="binary", target="y", positive="1", **objective),
        seed=0,
    )


def trained(training: run.Training, train: Examples, validation: Examples) -> tuple[run.Trained, list[str]]:
    """The result, and what was told."""
    told: list[str] = []
    counts = spec(len(train), len(validation))
    return run.run(train, validation, counts, training, tell=told.append), told


def test_nothing_is_printed_or_written(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    result, told = trained(options(threshold="f1", calibration="temperature"), rows(40), rows(20, 1))
    assert told and len(result.history.rows) == 5
    assert capfd.readouterr() == ("", "") and not list(Path().iterdir())


def test_network_engine_epochs_and_decision_are_told_in_order():
    result, told = trained(options(threshold="f1", calibration="temperature"), rows(40), rows(20, 1))
    starts = [
        "mlp with 17 parameters; 40 training rows, 20 validation rows",
        "engine graph: as fit.engine says",
        "5 epochs in ",
        f"temperature {result.decision.temperature:.3f} is the likeliest on the validation rows",
        f"yes above {result.decision.thresholds[0]:.3f}: best f1 on the validation rows",
    ]
    assert len(told) == len(starts)
    for line, start in zip(told, starts, strict=True):
        assert line.startswith(start)
    assert f"; weights of epoch {result.best_epoch}: validation accuracy " in told[2]


def test_the_same_options_give_the_same_bits_in_one_process():
    (first, _), (second, _) = (trained(options(), rows(40), rows(20, 1)) for _ in range(2))
    assert first.history.rows == second.history.rows and first.decision == second.decision
    for weights, others in zip(first.network.get_weights(), second.network.get_weights(), strict=True):
        np.testing.assert_array_equal(weights, others)


def test_the_best_weights_can_be_used_after_the_last_with_the_same_temperature():
    fit = {"epochs": 30, "weights": "last"}
    last, _ = trained(options(learning_rate=0.5, calibration="temperature", fit=fit), rows(40), rows(20, 1))
    best, _ = trained(options(learning_rate=0.5, fit=fit | {"weights": "best"}), rows(40), rows(20, 1))
    assert last.best_epoch < 30 and last.decision.temperature != 1
    x = rows(10, 2).x
    last.use_best_weights()
    plain, calibrated = (np.asarray(result.network(x)) for result in (best, last))
    np.testing.assert_allclose(
        np.log(calibrated / (1 - calibrated)), np.log(plain / (1 - plain)) / last.decision.temperature, atol=1e-4
    )


def smoothing(kind: str, learning_rate: float = 0.05, **fit) -> run.Training:
    plain = options(learning_rate=learning_rate, fit=fit)
    objective = plain.objective if kind == "binary" else Multiclass(kind="multiclass")
    return replace(plain, objective=objective.model_copy(update={"label_smoothing": 0.3}))


@pytest.mark.parametrize("kind", ["binary", "multiclass"])
@pytest.mark.parametrize("engine", ENGINES)
def test_smoothed_labels_are_learned_and_the_plain_ones_judge(engine, kind):
    """On rows that are both learned from and judge, in one batch of weights that hardly move."""
    train = rows(40)
    result, _ = trained(smoothing(kind, 1e-9, engine=engine, batch_size=40, weights="last"), train, train)
    said = np.asarray(result.network(train.x), np.float64)
    p = np.hstack([1 - said, said]) if kind == "binary" else said
    hard = np.eye(2)[train.y]
    last = result.history.rows[-1]
    assert last["val_loss"] == pytest.approx(-(hard * np.log(p)).sum(axis=1).mean(), rel=1e-4)
    assert last["loss"] == pytest.approx(-((0.7 * hard + 0.15) * np.log(p)).sum(axis=1).mean(), rel=1e-4)
    assert last["accuracy"] == last["val_accuracy"] == pytest.approx((p.argmax(axis=1) == train.y).mean())


@pytest.mark.parametrize("kind", ["binary", "multiclass"])
def test_every_engine_learns_the_same_from_smoothed_labels(kind):
    losses = {}
    for engine in ENGINES:
        result, _ = trained(smoothing(kind, engine=engine, shuffle=False), rows(40), rows(20, 1))
        losses[engine] = [list(row.values()) for row in result.history.rows]
    np.testing.assert_allclose(losses["compiled"], losses["keras"], rtol=1e-3)
    np.testing.assert_allclose(losses["graph"], losses["keras"], rtol=1e-3)


@pytest.mark.parametrize(
    ("name", "settings", "said"),
    [
        ("xor", {}, "no straight line parts these classes"),
        ("and", {"learning_rate": 1e-6}, "one straight line could part the classes, but it is not found yet"),
    ],
)
def test_a_perceptron_that_is_wrong_somewhere_is_told_whether_it_could_be_right(name, settings, said):
    _, told = trained(options(Perceptron(kind="perceptron"), **settings), gate(name), rows(0))
    assert told[-1].startswith(said)


def test_what_cannot_serve_is_refused_before_a_callback_is_made():
    def make_callbacks(network, monitor, train):
        raise AssertionError("training has begun")

    empty, counts = rows(0), spec(40, 0)
    with pytest.raises(UserError, match=r"objective.threshold = 'f1': no validation rows"):
        run.run(rows(40), empty, counts, options(threshold="f1"), make_callbacks)
    with pytest.raises(UserError, match=r"fit.monitor: 'accurracy'; did you mean 'accuracy'\?"):
        run.run(rows(40), empty, counts, options(fit={"monitor": "accurracy"}), make_callbacks)


@pytest.mark.parametrize(
    ("overrides", "shown"),
    [
        (["task=iris"], {"loss": "min", "accuracy": "max"}),
        (["task=linnerud"], {"loss": "min", "mae": "min"}),
        (
            ["task=iris", "model=wide_deep", "model.auxiliary_weight=0.2"],
            {
                "loss": "min",
                "probabilities_loss": "min",
                "probabilities_accuracy": "max",
                "auxiliary_loss": "min",
                "auxiliary_accuracy": "max",
            },
        ),
    ],
    ids=["classes", "values", "two outputs"],
)
def test_all_that_training_shows_can_be_monitored_in_its_direction_and_nothing_else(overrides, shown):
    from percept.training.monitor import monitor_of
    from percept.tuning.trial import prepare_data

    config = load_config([*overrides, "fit.epochs=1"])
    prepared = prepare_data(config)
    training = run.Training(config.model, config.optimizer, config.fit, config.objective, config.seed)
    result = run.run(prepared.examples["train"], prepared.examples["validation"], prepared.spec, training)
    (row,) = result.history.rows
    assert set(row) - {"epoch", "learning_rate"} == {prefix + name for prefix in ("", "val_") for name in shown}
    for name, mode in shown.items():
        monitor = monitor_of(name, result.network, config.objective, has_validation=True)
        assert (monitor.name, monitor.mode) == (f"val_{name}", mode)
    with pytest.raises(UserError, match=r"fit\.monitor: 'val_loss'"):
        monitor_of("val_loss", result.network, config.objective, has_validation=True)
