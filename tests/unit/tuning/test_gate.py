"""A run is worse where its errors say so, on the whole or for a group, and hardly ever where chance alone speaks."""

import json

import numpy as np
import pytest

from percept import paths
from percept.evaluation.outcome import Outcome
from percept.evaluation.predictions import Predictions
from percept.objective import Binary, Regression
from percept.prepared.spec import DatasetSpec, RawInput, RowCounts
from percept.tuning import accepted, gate
from percept.tuning.accepted import Accepted, Score

NUM_ROWS = 400
ROWS = np.arange(NUM_ROWS)
CITY = np.where(ROWS % 4 == 0, "Oslo", "Rome")[:, np.newaxis]
Y = ROWS // 2 % 2
REPORT = {"kind": "binary", "primary": "accuracy"}


def judged(wrong: np.ndarray, city: np.ndarray = CITY) -> Predictions:
    """Predictions that are wrong in these rows."""
    spec = DatasetSpec(
        task="t",
        raw_inputs=(RawInput(name="city", kind="category"),),
        shape=(1,),
        targets=("y",),
        classes=("no", "yes"),
        rows=RowCounts(source=NUM_ROWS + 20, dropped={}, train=20, validation=0, test=NUM_ROWS),
    )
    decisions = np.where(wrong, 1 - Y, Y)
    objective = Binary(kind="binary", target="y", positive="yes")
    return Predictions(objective, spec, {"city": city}, Y, decisions[:, np.newaxis].astype(float), decisions)


def score(value: float, half: float | None = 0.02, rows: int = NUM_ROWS) -> Score:
    return Score(value=value, interval=None if half is None else (value - half, value + half), rows=rows)


def run_of(value: Score, **changed) -> Accepted:
    found = {"commit": "c", "model": "m", "predictions": "p", "kind": "binary", "primary": "accuracy"}
    return Accepted(**found | {"test": {"accuracy": value}, "groups": {}} | changed)


def test_a_group_with_more_errors_than_before_is_worse_and_the_other_is_not():
    before = judged(ROWS % 10 == 0)
    after = judged((ROWS % 10 == 0) | ((CITY[:, 0] == "Oslo") & (ROWS % 16 == 0)))
    assert list(gate.worse_groups(before.outcome, after)) == ["city = Oslo"]
    assert gate.worse_groups(after.outcome, before) == {}


def test_errors_that_grow_in_size_are_told_in_a_regression():
    y = np.linspace(0, 1, NUM_ROWS)[:, np.newaxis]
    noise = np.random.default_rng(0).normal(0, 0.1, y.shape)
    objective = Regression(kind="regression", target="y")
    before = Outcome.of(objective, y, y + noise)
    spec = judged(ROWS < 0).spec.model_copy(update={"classes": ()})
    after = Predictions(objective, spec, {"city": CITY}, y, y + np.where(CITY == "Oslo", 1.5, 1) * noise, None)
    assert list(gate.worse_groups(before, after)) == ["city = Oslo"]


def test_of_rows_told_otherwise_each_is_as_likely_worse_as_better():
    before = np.zeros(12)
    assert gate.chance(before, before) == 1.0
    assert gate.chance(before, np.arange(12) < 5) == pytest.approx(1 / 32)  # five worse, none better
    better = np.where(np.arange(12) >= 7, 1.0, 0.0)
    assert gate.chance(better, (np.arange(12) < 5).astype(float)) == pytest.approx(0.623, abs=1e-3)  # five of each


def test_where_nothing_changed_hardly_ever_any_group_is_called_worse():
    random, num_called = np.random.default_rng(0), 0
    city = random.integers(0, 10, (NUM_ROWS, 1)).astype(str)
    for _ in range(100):
        before, after = (judged(random.random(NUM_ROWS) < 0.2, city) for _ in range(2))
        num_called += bool(gate.worse_groups(before.outcome, after))
    assert num_called <= 10  # 5 are expected at most


@pytest.mark.parametrize(
    ("former", "present", "is_worse"),
    [
        (score(0.9), score(0.9), False),
        (score(0.9), score(0.89), False),
        (score(0.9), score(0.85), True),
        (score(0.9), score(0.95), False),
        (score(0.9, None), score(0.899, None), True),
        (score(0.9, None), score(0.9, None), False),
    ],
)
def test_runs_of_other_rows_are_compared_by_their_intervals(former, present, is_worse):
    sentence, found = gate._by_intervals(run_of(former), run_of(present))
    assert found == is_worse and ("is worse than the accepted run" in sentence) == is_worse


def test_groups_of_other_rows_are_compared_by_name_and_as_many_are_asked_as_there_are():
    former = {f"g{number}": score(0.9) for number in range(40)}
    one = run_of(score(0.9), groups=former)
    fallen = run_of(score(0.9), groups=former | {"g3": score(0.8), "new": score(0.1)})
    assert list(gate._groups_by_intervals(one, fallen)) == ["g3"]
    slightly = run_of(score(0.9), groups=former | {"g3": score(0.868)})  # p 0.013 alone, of 40 no surprise
    assert gate._groups_by_intervals(one, slightly) == {}


def test_another_metric_or_kind_of_task_cannot_be_compared():
    former = run_of(score(0.9), primary="roc_auc")
    found = gate.compared(former, judged(ROWS < 0), REPORT)
    assert found.worse == ["cannot be compared: binary by roc_auc was accepted, this is binary by accuracy"]
    with pytest.raises(Exception, match="accept it all the same"):
        gate.check(former, judged(ROWS < 0), REPORT)
    gate.check(None, judged(ROWS < 0), REPORT)


def test_what_is_accepted_is_read_as_it_was_written_a_score_on_a_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run = run_of(score(0.9), groups={"Stadt = Köln": score(0.8)}, worse=("so",), reason='the data were "wrong"')
    accepted.save({"t": run, "a": run_of(score(0.5, None))})
    text = paths.ACCEPTED.read_text(encoding="utf-8")
    assert accepted.load() == {"t": run, "a": run_of(score(0.5, None))}
    assert list(json.loads(text)) == ["a", "t"] and max(map(len, text.splitlines())) < 120
