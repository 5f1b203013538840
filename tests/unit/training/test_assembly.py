"""Members trained on folds: all rows are learned from, no row is judged by who knows it, and one network comes out."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit

from percept.models.forest import WithForest
from percept.models.tabm import TabM
from percept.objective import Binary, Multiclass, Multilabel, Regression
from percept.prepared.examples import Examples
from percept.prepared.spec import DatasetSpec, RawInput, RowCounts, TargetScale
from percept.training import run
from percept.training.engines.choice import ENGINES
from percept.training.optimizer import AdamW, RateFactors
from percept.training.options import Fit

ADAMW = AdamW(kind="adamw", learning_rate=0.02, beta_1=0.9, beta_2=0.98, weight_decay=0.01)
BINARY = Binary(kind="binary", target="y", positive="1")
OBJECTIVES = {
    "binary": BINARY.model_copy(update={"calibration": "temperature", "threshold": "f1"}),
    "multiclass": Multiclass(kind="multiclass", calibration="temperature", class_weights="balanced"),
    "multilabel": Multilabel(kind="multilabel", target=("p", "q"), threshold="f1"),
    "smoothed": Multiclass(kind="multiclass", label_smoothing=0.1),
    "regression": Regression(kind="regression", target="y", scale_target=True),
    "several": Regression(kind="regression", target=("p", "q")),
}


def rows(objective, count: int = 60) -> Examples:
    """Targets that follow from the first feature, but for some noise; every row in one of three folds."""
    random = np.random.default_rng(0)
    x = random.normal(size=(count, 2)).astype(np.float32)
    value = x[:, 0] + random.normal(size=count) / 3
    values = np.column_stack([value, x[:, 1] - value])
    y = {"binary": (value > 0) * 1, "multiclass": np.digitize(value, [-0.5, 0.5]), "multilabel": (values > 0) * 1}
    targets = y.get(objective.kind, values[:, : len(objective.targets)] * 7 + 100)
    return Examples(x, targets, fold=random.permutation(count) % 3)


def spec(objective, count: int = 60, num_folds: int = 3) -> DatasetSpec:
    is_regression = objective.kind == "regression"
    return DatasetSpec(
        task="toy",
        raw_inputs=(RawInput(name="a", kind="numeric"), RawInput(name="b", kind="numeric")),
        shape=(2,),
        feature_names=("a", "b"),
        feature_sources=("a", "b"),
        bins=((-1.0, 0.0, 1.0), ()),
        targets=objective.targets,
        classes={"binary": ("0", "1"), "multiclass": ("a", "b", "c")}.get(objective.kind, ()),
        target_scales=(TargetScale(offset=100, scale=7),) * len(objective.targets) if is_regression else (),
        num_folds=num_folds,
        rows=RowCounts(source=count + 1, dropped={}, train=count, validation=0, test=1),
    )


def options(objective=BINARY, line: bool = False, forest: bool = False, **fit) -> run.Training:
    plan = {"epochs": 3, "batch_size": 16, "engine": "graph"} | fit
    members = TabM(kind="tabm", units=(5,), members=2, line=line, forest=forest)
    return run.Training(members, ADAMW, Fit(**plan), objective, seed=0)


def trained(train: Examples, training: run.Training, **described) -> run.Trained:
    none = train.take(np.arange(0))
    return run.run(train, none, spec(training.objective, len(train), **described), training)


@pytest.mark.parametrize("line", [False, True], ids=["members", "with a line"])
@pytest.mark.parametrize("name", OBJECTIVES)
def test_out_of_fold_answers_are_of_the_form_that_is_shipped_and_as_good(name, line):
    objective = OBJECTIVES[name]
    train = rows(objective)
    result = trained(train, options(objective, line, epochs=12))
    shipped = np.asarray(result.as_shipped(spec(objective))(train.x))
    assert result.out_of_fold.shape == shipped.shape and len(result.history.rows) == 12
    assert np.corrcoef(result.out_of_fold[:, 0], shipped[:, 0])[0, 1] > 0.9
    if objective.kind == "multiclass":
        np.testing.assert_allclose(result.out_of_fold.sum(axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_with_a_forest_what_is_shipped_knows_its_rows_better_than_answers_out_of_fold(name):
    objective = OBJECTIVES[name]
    train = rows(objective)
    result = trained(train, options(objective, forest=True, epochs=12))
    shipped = np.asarray(result.as_shipped(spec(objective))(train.x))
    assert result.out_of_fold.shape == shipped.shape
    actual = train.y == 0 if objective.kind == "multiclass" else train.y.reshape(60, -1)[:, 0]
    honest, known = (np.corrcoef(said[:, 0], actual)[0, 1] for said in (result.out_of_fold, shipped))
    assert 0.5 < honest < known
    if objective.kind == "multiclass":
        np.testing.assert_allclose(result.out_of_fold.sum(axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize(
    ("engine", "clip_norm"), [("compiled", 0.05), ("graph", None), ("graph", 0.05), ("keras", None)]
)
def test_no_row_tells_the_members_that_judge_it(engine, clip_norm):
    """Poison the targets of one fold: what is said of it out of fold stays the same to the bit."""
    train = rows(BINARY)
    poisoned = replace(train, y=np.where(train.fold == 1, 1 - train.y, train.y))
    clipped = ADAMW.model_copy(update={"clip_norm": clip_norm})
    training = replace(options(weights="last", engine=engine), optimizer=clipped)
    clean, changed = (trained(part, training).out_of_fold for part in (train, poisoned))
    own = train.fold == 1
    np.testing.assert_array_equal(clean[own], changed[own])
    assert (clean[~own] != changed[~own]).all()


@pytest.mark.parametrize("label_smoothing", [0.0, 0.4])
def test_the_score_of_an_epoch_is_the_loss_out_of_fold_of_labels_as_they_are(label_smoothing):
    train = rows(BINARY, 50)  # folds of 17 and 16
    objective = BINARY.model_copy(update={"label_smoothing": label_smoothing})
    result = trained(train, options(objective, weights="last", epochs=4))
    p = result.out_of_fold[:, 0].astype(np.float64)
    expected = -np.mean(np.log(np.where(train.y == 1, p, 1 - p)))
    last = result.history.rows[-1]
    assert last["val_loss"] == pytest.approx(expected, rel=1e-4)
    assert last["val_accuracy"] == pytest.approx(((p > 0.5) == train.y).mean(), rel=1e-4)


@pytest.mark.parametrize("refined", [{}, {"clip_norm": 0.05, "rate_factors": RateFactors(biases=0.1, first_layer=6)}])
def test_every_engine_trains_the_same_members(refined):
    losses = {}
    for engine in ENGINES:
        told: list[str] = []
        train = rows(BINARY, 51)
        training = replace(options(engine=engine, shuffle=False), optimizer=ADAMW.model_copy(update=refined))
        result = run.run(train, train.take(np.arange(0)), spec(BINARY, 51), training, tell=told.append)
        assert f"engine {engine}: as fit.engine says" in told
        losses[engine] = [[row["loss"], row["val_loss"], row["val_accuracy"]] for row in result.history.rows]
    np.testing.assert_allclose(losses["compiled"], losses["keras"], rtol=1e-3)
    np.testing.assert_allclose(losses["graph"], losses["keras"], rtol=1e-3)


def test_every_engine_trains_the_same_embedding_of_levels():
    random = np.random.default_rng(0)
    level = random.integers(6, size=51)
    y = (level % 2 ^ (random.random(51) < 0.1)).astype(np.int64)
    train = Examples(np.eye(6, dtype=np.float32)[level], y, fold=np.arange(51) % 3)
    described = spec(BINARY, 51).model_copy(
        update={
            "raw_inputs": (RawInput(name="city", kind="category"),),
            "shape": (6,),
            "feature_names": tuple(f"city_{number}" for number in range(6)),
            "feature_sources": ("city",) * 6,
            "bins": (),
        }
    )
    losses = {}
    for engine in ENGINES:
        training = options(engine=engine, shuffle=False, epochs=8)
        training = replace(training, model=training.model.model_copy(update={"embedding": 2}))
        result = run.run(train, train.take(np.arange(0)), described, training)
        assert result.network.get_layer("embedding").kernels[0].shape == (3, 6, 2)
        losses[engine] = [[row["loss"], row["val_loss"], row["val_accuracy"]] for row in result.history.rows]
    np.testing.assert_allclose(losses["compiled"], losses["keras"], rtol=1e-3)
    np.testing.assert_allclose(losses["graph"], losses["keras"], rtol=1e-3)
    assert losses["keras"][-1][0] < losses["keras"][0][0]


def test_validation_rows_that_are_set_apart_judge_one_stack_and_choose_the_share_of_the_line():
    train, validation = rows(BINARY), rows(BINARY, 30)
    parts = [replace(part, fold=None) for part in (train, validation)]
    result = run.run(*parts, spec(BINARY, num_folds=0), options(line=True))
    assert result.out_of_fold is None and result.history.rows[0].keys() >= {"val_loss", "val_accuracy"}
    share, kernel, bias = result.network.layers[-1].get_weights()
    assert 0 <= share < 1 and kernel.any() and np.isfinite(bias).all()


def test_a_temperature_and_thresholds_are_chosen_out_of_fold():
    objective = OBJECTIVES["binary"]
    train = rows(objective)
    result = trained(train, options(objective))
    plain = trained(train, options())
    logits = np.log(plain.out_of_fold) - np.log1p(-plain.out_of_fold)
    assert result.decision.temperature != 1 and result.decision.thresholds != (0.5,)
    np.testing.assert_allclose(result.out_of_fold, expit(logits / result.decision.temperature), rtol=1e-3)
    shipped, uncalibrated = (np.asarray(one.network(train.x)) for one in (result, plain))
    logits = np.log(uncalibrated) - np.log1p(-uncalibrated)
    np.testing.assert_allclose(shipped, expit(logits / result.decision.temperature), rtol=1e-3)


@pytest.mark.parametrize("forest", [False, True])
def test_the_weights_of_the_best_epoch_can_be_put_back(forest):
    train = noisy(rows(OBJECTIVES["binary"]))
    restless = ADAMW.model_copy(update={"learning_rate": 0.7})
    shared = {"line": True, "forest": forest, "epochs": 12}
    training = (options(OBJECTIVES["binary"], weights=kept, **shared) for kept in ("last", "best"))
    last, best = (trained(train, replace(one, optimizer=restless)) for one in training)
    assert isinstance(last.network.layers[-1], WithForest) == forest
    assert best.best_epoch < len(best.history.rows)
    ended, kept = (one.network.get_layer("output").get_weights()[0] for one in (last, best))
    last.use_best_weights()
    np.testing.assert_array_equal(last.network.get_layer("output").get_weights()[0], kept)
    assert (ended != kept).any()
    assert len(last.best_weights) == len(last.network.weights)


def noisy(train: Examples) -> Examples:
    """Rows of which members soon know too much, and places that a tree remembers: each comes twice."""
    y = np.random.default_rng(1).integers(2, size=len(train) // 2)
    x = train.x[: len(y)]
    return replace(
        train, x=np.concatenate([x, x]), y=np.concatenate([y, y]), fold=np.repeat([0, 1, 2], len(train) // 3)
    )


def test_a_forest_counts_where_rows_come_again_and_is_in_what_is_shipped():
    train = noisy(rows(BINARY))
    told: list[str] = []
    none = train.take(np.arange(0))
    result = run.run(train, none, spec(BINARY), options(forest=True), tell=told.append)
    last = result.network.layers[-1]
    assert isinstance(last, WithForest) and last.share > 0.5
    assert f"a forest counts {last.share:.0%} beside them, as suits the rows that judge" in told
    known = (np.asarray(result.network(train.x))[:, 0] > 0.5) == train.y
    plain = (np.asarray(trained(train, options()).network(train.x))[:, 0] > 0.5) == train.y
    assert known.mean() > 0.95 > plain.mean()
    assert ((result.out_of_fold[:, 0] > 0.5) == train.y).mean() > 0.9  # each row has its double in another fold


def test_rows_that_count_nothing_are_not_learned_from():
    train = rows(BINARY)
    ignored = np.arange(60) >= 40
    weighted = replace(train, weight=np.where(ignored, 0, 1.5).astype(np.float32))
    other = replace(weighted, y=np.where(ignored, 1 - train.y, train.y))
    one, two = (trained(part, options(weights="last")).network(train.x) for part in (weighted, other))
    np.testing.assert_array_equal(one, two)


def test_the_line_too_learns_from_classes_as_they_count():
    """Beside members that know nothing; where yes counts much more than no, the line leans to yes."""
    ignorant = ADAMW.model_copy(update={"learning_rate": 1e-9})
    biases = []
    for class_weights in ("none", {"1": 50.0}):
        objective = BINARY.model_copy(update={"class_weights": class_weights})
        train, judges = (replace(rows(objective), fold=None) for _ in range(2))
        training = replace(options(objective, line=True), optimizer=ignorant)
        result = run.run(train, judges, spec(objective, num_folds=0), training)
        share, _, bias = result.network.layers[-1].get_weights()
        assert share < 1
        biases.append(bias[0] / (1 - share))
    assert biases[1] > biases[0] + 1
