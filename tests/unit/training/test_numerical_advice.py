"""What a person reads when a training goes wrong: where in the file, and what to do about it."""

from dataclasses import replace

import numpy as np
import pytest

from percept.errors import UserError
from percept.models.mlp import Mlp
from percept.models.tabm import TabM
from percept.objective import Binary, Regression
from percept.prepared.examples import Examples
from percept.prepared.spec import DatasetSpec, RawInput, RowCounts, TargetScale
from percept.training import run
from percept.training.optimizer import Adam, Sgd
from percept.training.options import Fit

MLP = Mlp(kind="mlp", units=(4,))
VALUES = Regression(kind="regression", target="y")
BINARY = Binary(kind="binary", target="y", positive="1")
NONE = Examples(np.zeros((0, 2), np.float32), np.zeros((0, 1)))


def spec(objective, num_folds: int = 0) -> DatasetSpec:
    return DatasetSpec(
        task="toy",
        raw_inputs=(RawInput(name="a", kind="numeric"), RawInput(name="b", kind="numeric")),
        shape=(2,),
        feature_names=("a", "b"),
        feature_sources=("a", "b"),
        targets=("y",),
        classes=("0", "1") if objective.kind == "binary" else (),
        target_scales=(TargetScale(),) if objective.kind == "regression" else (),
        num_folds=num_folds,
        rows=RowCounts(source=61, dropped={}, train=60, validation=0, test=1),
    )


def rows(objective=VALUES) -> Examples:
    """60 rows, which stand in lines 102 to 161."""
    x = np.random.default_rng(0).normal(size=(60, 2)).astype(np.float32)
    y = x.sum(axis=1, keepdims=True).astype(np.float64)
    y = (y[:, 0] > 0).astype(np.int64) if objective.kind == "binary" else y
    return Examples(x, y, row=np.arange(102, 162))


def said(train: Examples, objective=VALUES, model=MLP, optimizer=None, folds: int = 0, **fit) -> str:
    """The message that ends a training."""
    optimizer = optimizer or Adam(kind="adam", learning_rate=0.01, beta_1=0.9, beta_2=0.999)
    settings = Fit(**({"epochs": 4, "batch_size": 8, "engine": "graph"} | fit))
    options = run.Training(model, optimizer, settings, objective, seed=0)
    with pytest.raises(UserError) as found:
        run.run(train, NONE, spec(objective, folds), options)
    return str(found.value)


def test_a_rate_that_is_too_high_is_told_with_step_layer_lines_and_a_lower_one():
    optimizer = Sgd(kind="sgd", learning_rate=40.0, momentum=0.0, nesterov=False)
    text = said(rows(), optimizer=optimizer, shuffle=False, model=MLP)
    where, expected, advice = text.split("\n")
    assert where.startswith("epoch ") and ", step " in where and ", at learning rate 40 (" in where
    assert "batch " in where and " lines 1" in where
    assert expected == "  expected: finite numbers in every step"
    assert "`-S optimizer.learning_rate=0.01`" in advice and "`-S optimizer.clip_norm=1`" in advice
    assert "scal" not in advice


def test_clipping_is_not_told_where_it_is_used_already():
    optimizer = Sgd(kind="sgd", learning_rate=1e38, momentum=0.0, nesterov=False, clip_norm=1.0)
    assert "clip_norm" not in said(rows(), optimizer=optimizer)


def test_a_target_far_from_the_others_is_told_by_its_line_and_scale():
    train = rows()
    train.y[20] = 3e38
    text = said(train)
    assert "the answers are finite, and their loss is not" in text and "in its batch of 8 line 122" in text
    assert "they go up to 3e+38 (`-S objective.scale_target=true`)" in text
    scaled = said(train, VALUES.model_copy(update={"scale_target": True}))
    assert "(`-S objective.log_target=true`)" in scaled


def test_inputs_on_another_scale_are_told():
    train = rows(BINARY)
    train.x[:, 1] *= 1e38
    assert "(`-S features.scaling=robust`)" in said(train, BINARY)


def test_of_members_those_that_learn_from_the_row_are_told():
    fold = np.arange(60) % 3
    train = replace(rows(), fold=fold)
    train.y[21] = 3e38  # of the first fold
    text = said(train, model=TabM(kind="tabm", units=(4,), members=2, line=False), folds=3)
    assert "in its batch of 8 line 123, members without fold 2" in text or "line 123, members without fold 3" in text
