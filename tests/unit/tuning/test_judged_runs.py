"""Two runs are compared on the same test rows, or not at all."""

import json

import pytest

from percept import paths
from percept.errors import UserError
from percept.tuning.judged_runs import JudgedRun, differences, load

REPORT = {"kind": "binary", "primary": "accuracy"}
TABLE = {
    "row": [str(row) for row in range(2, 42)],
    "actual": ["no", "yes"] * 20,
    "predicted": ["no", "yes"] * 15 + ["yes", "no"] * 5,
    "probability of yes": ["0.2", "0.9"] * 15 + ["0.7", "0.4"] * 5,
}


def other(**columns: list[str]) -> JudgedRun:
    return JudgedRun("other", REPORT, TABLE | columns)


ONE = JudgedRun("one", REPORT, TABLE)


def test_the_primary_metric_comes_first_and_the_others_follow():
    found = differences(ONE, other(predicted=TABLE["actual"]))
    assert [one.metric for one in found] == ["accuracy", "roc_auc", "precision", "recall", "f1", "log_loss"]
    assert (found[0].first, found[0].second) == (0.75, 1.0) and found[0].is_told


def test_whole_groups_are_drawn_where_a_run_has_some():
    right = TABLE["actual"]
    by_row, *_ = differences(ONE, other(predicted=right))
    grouped = JudgedRun("one", REPORT, TABLE | {"group": ["a"] * 30 + ["b"] * 10})
    by_group, *_ = differences(grouped, other(predicted=right))
    assert by_row.is_told and by_group.interval == (0, 1)  # ten times the group that differs, or never


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (other(row=TABLE["row"][::-1]), r"test rows differ, or the targets of these \(40 and 40 rows\)"),
        (other(actual=["no"] * 40), "test rows differ, or the targets"),
        (JudgedRun("other", REPORT | {"primary": "f1"}, TABLE), r"objective\.primary: accuracy and f1"),
        (JudgedRun("other", REPORT | {"kind": "multiclass"}, TABLE), r"objective\.kind: binary and multiclass"),
    ],
    ids=["rows", "targets", "metric", "kind"],
)
def test_what_does_not_compare_is_refused(second, message):
    with pytest.raises(UserError, match=f"one and other: .*{message}"):
        differences(ONE, second)


def test_a_primary_metric_without_a_paired_test_is_refused():
    runs = (JudgedRun(name, REPORT | {"primary": "calibration_error"}, TABLE) for name in ("one", "other"))
    with pytest.raises(UserError, match="test rows are not compared by calibration_error"):
        differences(*runs)


def test_the_run_of_the_workspace_is_read_from_its_files_and_a_run_that_is_not_there_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    paths.METRICS.parent.mkdir()
    paths.METRICS.write_text(json.dumps(REPORT), encoding="utf-8")
    with pytest.raises(UserError, match=r"^workspace: .*test_predictions\.csv"):
        load("workspace")
    paths.TEST_PREDICTIONS.write_text("row,actual,predicted\n2,no,yes\n", encoding="utf-8")
    found = load("workspace")
    assert found.num_rows == 1 and found.table["predicted"] == ["yes"] and found.report == REPORT
