"""Runs of all folds: what they score, what they say of each row, and what a person is told of a fold that fails."""

import numpy as np
import pytest

from percept.composition import load_config
from percept.evaluation.prediction_table import outcome_of
from percept.features.resampling import CrossValidation, FoldError
from percept.tuning.cross_validation import cross_validate
from percept.tuning.kept_folds import predictions_of
from percept.tuning.trial import prepare_data

FOLDS = CrossValidation(num_folds=2)


@pytest.fixture(scope="module")
def config():
    return load_config(["task=wine", "fit.epochs=3"])


@pytest.fixture(scope="module")
def found(config):
    told = []
    result = cross_validate(config, FOLDS, each=told.append)
    assert tuple(told) == result.folds
    return result


def test_the_scores_of_a_fold_are_those_of_its_predictions(found):
    for fold in found.folds:
        outcome = outcome_of({name: list(map(str, cells)) for name, cells in fold.table.items()}, "multiclass")
        assert fold.scores["accuracy"] == (outcome.y == outcome.decisions).mean()
        assert fold.num_learned == sum(len(other) for other in found.folds if other is not fold)


def test_each_row_that_is_no_test_row_is_predicted_once(config, found):
    table = predictions_of(found)
    test = prepare_data(config).examples["test"].places()
    assert sorted([*table["row"], *test]) == list(range(2, 180))  # lines of a file with a header
    assert table["fold"].tolist() == [1] * 71 + [2] * 71 and set(table["repeat"]) == {1}


def test_the_summary_is_of_all_folds_and_ends_where_scores_do(found):
    accuracy = found.summary("accuracy")
    assert accuracy.mean == pytest.approx(np.mean([fold.scores["accuracy"] for fold in found.folds]))
    assert accuracy.num_folds == 2 and accuracy.interval[1] == 1  # two folds say little
    assert set(found.summaries()) == {"accuracy", "macro_f1", "log_loss", "calibration_error"}


def test_a_metric_that_a_fold_does_not_have_is_the_mean_of_the_others(found):
    first, second = found.folds
    without = type(first)(**{**vars(first), "scores": first.scores | {"accuracy": None}})
    partial = type(found)(found.objective, (without, second))
    assert (partial.summary("accuracy").mean, partial.summary("accuracy").num_folds) == (second.scores["accuracy"], 1)
    assert type(found)(found.objective, (without,)).summary("accuracy") is None


def test_a_fold_that_fails_is_named():
    overrides = ["task=breast_cancer", "objective.threshold=f1", "split.validation.kind=none"]
    with pytest.raises(FoldError, match=r"^repeat 1, fold 1: objective\.threshold = 'f1': no validation rows"):
        cross_validate(load_config(overrides), FOLDS)
