"""Which trials are best, and what is said of them."""

import json

import numpy as np
import optuna
import pytest
from finished_studies import BY_FOLDS, CHANGING, bowl, space_of, study_of, weighed
from hypothesis import given
from hypothesis import strategies as st

from percept.errors import UserError
from percept.spaces.options import Search
from percept.tuning.resampled_t import summarize
from percept.tuning.search.outcome import Outcome, Trial, ended_trials
from percept.tuning.search.results import Results

UNITS = {"model.units": CHANGING["model.units"]}


@pytest.fixture(scope="module")
def space():
    return space_of(UNITS, ["task=california"])


def results_of(*values: tuple[float, ...], primary: str = "mse", objectives=("score", "parameters")) -> Results:
    trials = tuple(Trial(number, {}, Outcome("complete", value)) for number, value in enumerate(values))
    return Results("a", primary, objectives, "validation rows", None, trials)


def test_an_outcome_comes_back_from_json_as_it_was():
    for number in range(12):
        outcome = bowl(number, {})
        assert Outcome.from_dict(json.loads(json.dumps(outcome.to_dict()))) == outcome


def test_trials_that_run_are_left_out_and_one_without_an_outcome_was_interrupted(space):
    study = study_of(space, Search(), 2, bowl)
    killed, running = study.ask(), study.ask()
    study.tell(killed, state=optuna.trial.TrialState.FAIL)
    trials = ended_trials(study)
    assert [trial.number for trial in trials] == [0, 1, 2] and running.number == 3
    assert (trials[2].outcome.state, trials[2].outcome.reason) == ("interrupted", "")
    assert trials[0].settings.keys() == {"model.units"}


def test_the_best_is_the_highest_or_the_lowest_as_the_metric_has_it():
    assert results_of((0.2,), (0.9,), (0.5,), objectives=("score",)).best.number == 0
    assert results_of((0.2,), (0.9,), (0.9,), primary="accuracy", objectives=("score",)).best.number == 1
    assert results_of((0.2, 70), (0.2, 50), (0.3, 1)).best.number == 1
    assert results_of((np.nan,), (np.inf,), (3.0,), objectives=("score",)).best.number == 2


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=20))
def test_no_trial_beats_one_of_the_front_and_one_of_the_front_beats_or_equals_each_other_trial(values):
    results = results_of(*values)
    front = [trial.outcome.values for trial in results.pareto]
    assert results.pareto[0] is results.best
    for error, weights in values:
        assert not any(error <= x and weights <= y and (error, weights) != (x, y) for x, y in front)
        assert any(x <= error and y <= weights for x, y in front)


def test_folds_are_summarised_with_the_corrected_interval(space):
    results = Results.of(study_of(space, BY_FOLDS, 3, bowl), space, BY_FOLDS)
    trial = results.best
    assert results.summary(trial) == summarize(np.array(trial.outcome.folds), 1 / 2)
    assert results.judge == "3-fold cross-validation"


def test_a_study_without_a_complete_trial_names_the_commonest_reason(space):
    reasons = ["out of memory", "the loss is\nnot finite", "the loss is\nnot finite"]
    study = study_of(space, Search(), 3, lambda number, _: Outcome("failed", reason=reasons[number]))
    with pytest.raises(
        UserError, match="none of 3 trials is complete; 2 failed, most often so: the loss is not finite"
    ):
        _ = Results.of(study, space, Search()).best
    with pytest.raises(UserError, match="none of 0 trials is complete\n"):
        _ = Results.of(study_of(space, Search(), 0, bowl), space, Search()).best


def test_several_objectives_have_names_and_units(space):
    options = Search(objectives=("score", "parameters", "latency"))
    results = Results.of(study_of(space, options, 4, weighed), space, options)
    assert list(results.values(results.best)) == ["mse", "parameters", "latency_us"]
    assert results.score(results.best) == results.best.outcome.scores["mse"]
    assert results.unit("latency") == "microseconds for one row"
