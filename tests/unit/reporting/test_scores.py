"""The table that each run ends with: one number for each target, and other models beside them."""

from percept.reporting.scores import flat, missing, score_table


def test_the_score_of_a_target_is_the_primary_metric_where_targets_have_it():
    scores = {"mse": 5.0, "r2": 0.5, "by_target": {"Weight": {"mse": 4.0, "r2": 0.25}}}
    assert flat(scores, "r2") == {"mse": 5.0, "r2": 0.5, "r2 of Weight": 0.25}


def test_where_targets_do_not_have_it_the_score_is_f1():
    scores = {"micro_f1": 0.5, "by_target": {"sad": {"roc_auc": 0.75, "f1": 0.25}}}
    assert flat(scores, "micro_f1") == {"micro_f1": 0.5, "f1 of sad": 0.25}


def test_where_targets_have_neither_the_score_is_the_first_that_they_have():
    scores = {"added": 5.0, "by_target": {"Weight": {"mse": 4.0, "r2": 0.25}}}
    assert flat(scores, "added") == {"added": 5.0, "mse of Weight": 4.0}


def test_scores_of_an_auxiliary_output_follow():
    assert flat({"mse": 5.0, "auxiliary": {"mse": 6.0}}, "mse") == {"mse": 5.0, "auxiliary mse": 6.0}


REPORT = {
    "primary": "accuracy",
    "validation": {"accuracy": 0.9},
    "test": {"accuracy": 0.8, "f1": None},
}


def test_other_models_stand_beside_the_test_scores_where_they_are_known():
    header, rows = score_table(REPORT, {"trees": {"accuracy": 0.7}, "guess": {"accuracy": 0.5, "f1": 0.25}})
    assert header == ["", "validation", "test", "guess", "trees"]
    assert rows == [["accuracy", "0.9", "0.8", "0.5", "0.7"], ["f1", "-", "-", "0.25", ""]]


def test_a_task_without_validation_rows_has_no_such_column():
    header, _ = score_table(REPORT | {"validation": {}}, {})
    assert header == ["", "test"]


def test_the_command_that_makes_what_is_missing_is_named_and_only_where_it_can():
    assert "line, trees: `python src/baselines.py`" in missing({"guess": {}}, 1)
    assert missing({"linear": {}, "trees": {}}, 1) == "" == missing({}, 3)
