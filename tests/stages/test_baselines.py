"""What the networks are compared with: scikit-learn's own models, on the same rows and by the same metrics."""

import json
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stage_runs import workspace

import baselines
from percept.composition import load_config
from percept.errors import UserError
from percept.evaluation import baselines as models
from percept.evaluation.metrics import score
from percept.objective import Binary, Multiclass, Regression
from percept.prepared.examples import Examples
from percept.prepared.spec import SUBSETS
from percept.tuning.trial import prepare_data

KEPT = json.loads(baselines.RESULTS.read_text(encoding="utf-8"))
OBJECTIVES = {
    "binary": Binary(kind="binary", target="y", positive="1"),
    "multiclass": Multiclass(kind="multiclass", target="y"),
    "regression": Regression(kind="regression", target="y"),
}
NUM_CLASSES = {"binary": 2, "multiclass": 3, "regression": 0}


def test_a_run_again_gives_the_kept_numbers():
    found, kept = baselines.measure("task=breast_cancer"), KEPT["breast_cancer"]
    assert (found["primary"], found["test_rows"]) == (kept["primary"], kept["test_rows"])
    for name in models.MODELS:
        assert found[name].keys() == kept[name].keys()
        for metric, values in kept[name].items():
            assert found[name][metric] == pytest.approx(values, abs=0.02), f"{name} {metric}"


def test_the_kept_file_has_every_task_with_a_value_for_each_seed():
    assert list(KEPT) == list(baselines.TASKS)
    for found in KEPT.values():
        for name in models.MODELS:
            assert found["primary"] in found[name]
            assert {len(values) for values in found[name].values()} == {len(baselines.SEEDS)}


@pytest.mark.parametrize("task", ["iris", "digits"])
def test_training_and_validation_rows_are_learned_from_and_no_test_rows(task):
    prepared = prepare_data(load_config([f"task={task}"]))
    x, y = baselines.learned_rows(prepared)
    train, validation, test = (prepared.examples[subset] for subset in SUBSETS)
    assert x.shape == (len(train) + len(validation), np.prod(test.x.shape[1:])) and len(y) == len(x)
    # Of iris, two flowers have the same numbers as another.
    assert np.isin(_rows(models.flat(test.x)), _rows(x)).sum() <= 2


def _rows(x):
    return [row.tobytes() for row in np.ascontiguousarray(x)]


@settings(max_examples=10)
@given(kind=st.sampled_from(sorted(OBJECTIVES)), name=st.sampled_from(models.MODELS), seed=st.integers(0, 99))
def test_both_models_answer_every_kind_of_task_as_the_shipped_file_does(kind, name, seed):
    random = np.random.default_rng(seed)
    objective, num_classes = OBJECTIVES[kind], NUM_CLASSES[kind]
    x = random.normal(size=(90, 2)).astype(np.float32)
    y = np.digitize(x[:, 0], [0, 0.5][: num_classes - 1]) if num_classes else x[:, 0].astype(np.float64)
    guess = models.predicted(models.estimator(name, objective, seed).fit(x, y), objective, x, num_classes)
    assert guess.shape == (90, 3 if kind == "multiclass" else 1)
    scores = score(objective, ("a", "b", "c")[:num_classes] or ("y",), y if num_classes else y[:, np.newaxis], guess)
    assert scores["r2"] > 0.8 if kind == "regression" else scores["accuracy"] > 0.8


def test_a_class_that_only_test_rows_have_has_no_probability():
    x, y = np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([0, 0, 2, 2])
    model = models.estimator("linear", OBJECTIVES["multiclass"], 0).fit(x, y)
    guess = models.predicted(model, OBJECTIVES["multiclass"], x, 3)
    assert guess.shape == (4, 3) and not guess[:, 1].any()


def test_the_command_prints_a_row_for_each_task_that_is_named(monkeypatch, capsys):
    kept = baselines.RESULTS.read_bytes()
    monkeypatch.setattr(sys, "argv", ["baselines", "iris"])
    baselines.main()
    header, row = capsys.readouterr().out.splitlines()
    assert header.split() == ["task", "metric", "linear", "trees"]
    assert row.split()[:2] == ["iris", "accuracy"]
    assert baselines.RESULTS.read_bytes() == kept


def test_an_unknown_task_is_refused():
    with pytest.raises(UserError, match=r"there is no task=irs .*; did you mean 'iris'\?"):
        baselines.measure("task=irs")


def test_without_a_run_there_is_nothing_to_compare_with(monkeypatch):
    with workspace():
        monkeypatch.setattr(sys, "argv", ["baselines"])
        with pytest.raises(UserError, match=r"metrics\.json: there is no such file(.|\n)*run `dvc repro` first"):
            baselines.main()


def test_several_targets_are_refused_as_the_trees_learn_one():
    objective, y = OBJECTIVES["regression"], np.zeros((5, 2))
    with pytest.raises(UserError, match=r"2 targets(.|\n)*-S objective\.target=NAME"):
        models.scores_of("trees", objective, ("p", "q"), (y, y), Examples(y, y), 0)
