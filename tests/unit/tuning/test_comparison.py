"""One line says whether the network beats the trees and the straight line on the same rows."""

import pytest

from percept.tuning import comparison


def report(score: float | None, primary: str = "r2") -> dict:
    return {"task": "rents", "primary": primary, "test": {primary: score}}


def found(trees: float, linear: float, primary: str = "r2", higher_is_better: bool = True) -> dict:
    rows = {"task": "rents", "primary": primary, "higher_is_better": higher_is_better, "test_rows": 1400, "rows": "abc"}
    return rows | {"trees": trees, "linear": linear}


@pytest.mark.parametrize(
    ("trees", "linear", "line"),
    [
        (0.7, 0.6, "beats both: r2 0.8 is ahead of boosted trees (0.7) and a straight line (0.6)"),
        (0.9, 0.6, "does not beat both: r2 0.8 is ahead of a straight line (0.6), behind boosted trees (0.9)"),
        (0.9, 0.85, "does not beat both: r2 0.8 is behind boosted trees (0.9) and a straight line (0.85)"),
        (0.80001, 0.6, "does not beat both: r2 0.8 is ahead of a straight line (0.6), level with boosted trees (0.8)"),
    ],
)
def test_the_line_says_who_is_ahead_and_whether_it_is_the_network(trees, linear, line):
    told = comparison.verdict(report(0.8), found(trees, linear), "abc")
    assert told == f"the network {line}, on the same 1,400 test rows"


def test_of_an_error_the_smaller_is_ahead():
    told = comparison.verdict(report(0.8, "mse"), found(0.9, 0.7, "mse", higher_is_better=False), "abc")
    assert "mse 0.8 is ahead of boosted trees (0.9), behind a straight line (0.7)" in told


def test_nothing_is_said_of_other_rows_another_metric_or_no_score():
    assert comparison.verdict(report(0.8), found(0.7, 0.6), "other") is None
    assert comparison.verdict(report(0.8), found(0.7, 0.6, "mse"), "abc") is None
    assert comparison.verdict(report(0.8) | {"task": "churn"}, found(0.7, 0.6), "abc") is None
    assert comparison.verdict(report(None), found(0.7, 0.6), "abc") is None
