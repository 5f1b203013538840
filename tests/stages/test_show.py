"""Results as a short table: one number for each target."""

import show


def test_the_score_of_a_target_is_the_primary_metric_where_targets_have_it():
    scores = {"mse": 5.0, "r2": 0.5, "by_target": {"Weight": {"mse": 4.0, "r2": 0.25}}}
    assert show.flat(scores, "r2") == {"mse": 5.0, "r2": 0.5, "r2 of Weight": 0.25}


def test_where_targets_do_not_have_it_the_score_is_f1():
    scores = {"micro_f1": 0.5, "by_target": {"sad": {"roc_auc": 0.75, "f1": 0.25}}}
    assert show.flat(scores, "micro_f1") == {"micro_f1": 0.5, "f1 of sad": 0.25}


def test_where_targets_have_neither_the_score_is_the_first_that_they_have():
    scores = {"added": 5.0, "by_target": {"Weight": {"mse": 4.0, "r2": 0.25}}}
    assert show.flat(scores, "added") == {"added": 5.0, "mse of Weight": 4.0}


def test_scores_of_an_auxiliary_output_follow():
    assert show.flat({"mse": 5.0, "auxiliary": {"mse": 6.0}}, "mse") == {"mse": 5.0, "auxiliary mse": 6.0}
