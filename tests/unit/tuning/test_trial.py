"""A whole run in memory is the run of the stages."""

import json

import numpy as np
import pytest
from stage_runs import run_stages, workspace

from percept import paths
from percept.composition import load_config
from percept.evaluation.metrics import metrics_for
from percept.evaluation.prediction_table import outcome_of, read_table
from percept.model_file.session import predict
from percept.prepared.examples import load_examples
from percept.tuning.trial import prepare_data, run_trial

SETTINGS = {
    "table": ["task=wine", "fit.epochs=5"],
    "pictures": ["task=digits", "fit.epochs=3"],
    "regression": ["task=linnerud", "fit.epochs=5"],
    "decisions": ["task=breast_cancer", "fit.epochs=5", "objective.threshold=f1", "objective.calibration=temperature"],
    "perceptron": ["task=perceptron_iris"],
    "truth table": ["task=xor_gate", "fit.epochs=50"],
}


@pytest.mark.parametrize("name", SETTINGS)
def test_a_trial_has_the_report_of_the_stages_which_keep_their_predictions_and_its_file_answers_as_theirs(name):
    with workspace():
        run_stages(SETTINGS[name])
        report = json.loads(paths.METRICS.read_text(encoding="utf-8"))
        shipped = (paths.MODELS / paths.SHIPPED).read_bytes()
        table = read_table(paths.TEST_PREDICTIONS.read_text(encoding="utf-8"), "it")
        rows = load_examples("test").places()
    trial = run_trial(load_config(SETTINGS[name]))
    assert json.loads(json.dumps(trial.report)) == report
    outcome = outcome_of(table, report["kind"])
    kept = {metric.name: metric.function(outcome) for metric in metrics_for(outcome.kind)}
    assert kept == {name: report["test"][name] for name in kept} and table["row"] == list(map(str, rows))
    raw = trial.prepared.raw_inputs("test")
    theirs = predict(shipped, raw)
    for output, values in predict(trial.shipped, raw).items():
        np.testing.assert_array_equal(values, theirs[output])


def test_data_that_is_given_is_not_prepared_again():
    config = load_config(["task=iris", "fit.epochs=2"])
    prepared = prepare_data(config)
    first, second = (run_trial(config, prepared) for _ in range(2))
    assert first.report == second.report and first.prepared is prepared
