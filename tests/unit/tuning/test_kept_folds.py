"""Cross-validations that are kept are compared fold by fold."""

import numpy as np
import pytest
from scipy.stats import ttest_rel

from percept import paths
from percept.errors import UserError
from percept.tuning.kept_folds import differences, digest_of, kept, load

FIRST, SECOND = [0.9, 0.92, 0.88, 0.95], [0.93, 0.96, 0.9, 0.99]


def report(accuracy: list[float | None], tested_by_learned: float = 1 / 3, **other) -> dict:
    scores = {"log_loss": {"folds": [0.3, 0.2, 0.1, 0.4]}, "accuracy": {"folds": accuracy}}
    settings = {"kind": "binary", "primary": "accuracy", "digest": "abc", "tested_by_learned": tested_by_learned}
    return settings | {"scores": scores} | other


def compared(*reports: dict) -> list:
    return differences(("a", "b"), *reports)


def test_the_primary_metric_comes_first_and_its_interval_is_of_the_differences():
    accuracy, log_loss = compared(report(FIRST, 0.0), report(SECOND, 0.0))
    usual = ttest_rel(SECOND, FIRST)  # without the correction for shared rows
    assert accuracy.interval == pytest.approx(tuple(usual.confidence_interval(0.95)))
    assert accuracy.p_value == pytest.approx(usual.pvalue) and accuracy.is_told
    assert (log_loss.metric, log_loss.value, log_loss.interval) == ("log_loss", 0, None)


def test_what_folds_share_makes_it_less_sure():
    wide, narrow = (compared(report(FIRST, ratio), report(SECOND, ratio))[0] for ratio in (1 / 3, 0.0))
    assert np.ptp(wide.interval) == pytest.approx(np.ptp(narrow.interval) * (1 + 4 / 3) ** 0.5)
    assert wide.p_value > narrow.p_value


def test_folds_on_which_a_metric_is_not_defined_are_left_out():
    accuracy, _ = compared(report([None, *FIRST[1:]]), report(SECOND))
    assert (accuracy.first, accuracy.second) == (pytest.approx(np.mean(FIRST[1:])), pytest.approx(np.mean(SECOND[1:])))


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"digest": "xyz"}, "a and b: their rows, targets or folds differ\n  expected: the same folds"),
        ({"primary": "f1"}, "a and b: accuracy and f1\n  expected: the same metric"),
        ({"kind": "regression"}, "a and b: binary and regression\n  expected: the same kind of task"),
    ],
)
def test_what_does_not_compare_is_refused(other, message):
    with pytest.raises(UserError) as error:
        compared(report(FIRST), report(SECOND, **other))
    assert str(error.value).startswith(message)


def test_rows_targets_and_folds_tell_cross_validations_apart_and_predictions_do_not():
    table = {"repeat": [1, 1], "fold": [1, 2], "row": [2, 3], "actual": ["a", "b"], "predicted": ["a", "a"]}
    columns = {name: np.array(cells) for name, cells in table.items()}
    for name, cells in columns.items():
        turned = digest_of(columns | {name: cells[::-1]})
        assert (turned == digest_of(columns)) == (name in ("repeat", "predicted"))


def test_a_name_that_is_not_kept_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="no such cross-validation\n  expected: one of none yet"):
        load("wine")
    paths.CROSS_VALIDATION.mkdir(parents=True)
    (paths.CROSS_VALIDATION / "wine.json").write_text("{", encoding="utf-8")
    assert kept() == ["wine"]
    with pytest.raises(UserError, match="did you mean 'wine'"):
        load("win")
    with pytest.raises(UserError, match="what cross_validate wrote"):
        load("wine")
