"""What the shipped file looks at, of a model whose rule is known."""

import numpy as np
import pytest

from percept.evaluation.explanations import MAX_ANSWERS, NUM_SHUFFLES, effects, importances
from percept.evaluation.predictions import Predictions
from percept.model_file.session import OUTPUT
from percept.objective import Regression
from percept.prepared.spec import DatasetSpec, RawInput, RowCounts

NUM_ROWS = 3000
RANDOM = np.random.default_rng(0)
PLANS = {"a": 0.0, "b": 5.0}
RAW = {
    "x": RANDOM.normal(size=(NUM_ROWS, 1)).astype(np.float32),
    "idle": RANDOM.normal(size=(NUM_ROWS, 1)).astype(np.float32),
    "plan": RANDOM.choice(list(PLANS), (NUM_ROWS, 1)),
    "day days": RANDOM.integers(0, 2, (NUM_ROWS, 1)).astype(np.float32),
    "day month": RANDOM.integers(0, 2, (NUM_ROWS, 1)).astype(np.float32),
}
asked = []


def answer(raw: dict) -> dict:
    """3 x + what the plan gives + 1 where both parts of the date are 1."""
    asked.append(len(raw["x"]))
    plan = np.vectorize(PLANS.get)(raw["plan"])
    return {OUTPUT: (3 * raw["x"] + plan + raw["day days"] * raw["day month"]).astype(np.float32)}


@pytest.fixture
def judged() -> Predictions:
    inputs = (
        RawInput(name="x", kind="numeric"),
        RawInput(name="idle", kind="numeric"),
        RawInput(name="plan", kind="category"),
        RawInput(name="day days", kind="numeric", date="day", part="days"),
        RawInput(name="day month", kind="numeric", date="day", part="month"),
    )
    rows = RowCounts(source=NUM_ROWS + 1, dropped={}, train=1, validation=0, test=NUM_ROWS)
    spec = DatasetSpec(task="t", raw_inputs=inputs, shape=(1,), targets=("y",), rows=rows)
    y = answer(RAW)[OUTPUT].astype(np.float64)
    asked.clear()
    return Predictions(Regression(kind="regression", target="y", primary="mse"), spec, RAW, y, y, None)


def test_columns_stand_in_the_order_in_which_they_count_and_parts_of_a_date_as_one(judged):
    found = {each.column: each for each in importances(judged, answer, seed=0)}
    assert list(found) == ["x", "plan", "day", "idle"]
    # Shuffled, a column gives an error of twice its variance: 2 * 9, 2 * 25 / 4, 2 * 3 / 16.
    for name, expected in {"x": 18, "plan": 12.5, "day": 0.375}.items():
        assert found[name].mean == pytest.approx(expected, rel=0.15)
        assert found[name].low <= found[name].mean <= found[name].high
    assert found["idle"] == ("idle", 0, 0, 0)
    assert sum(asked) <= MAX_ANSWERS + max(asked) and len(asked) == 1 + NUM_SHUFFLES * len(found)


def test_what_the_model_says_follows_a_column_and_stays_level_where_it_does_not_count(judged):
    x, plan, idle = effects(judged, ["x", "plan", "day", "idle"], answer, seed=0)
    assert [each.column for each in (x, plan, idle)] == ["x", "plan", "idle"]  # parts of a date have none
    np.testing.assert_allclose(np.diff(x.predicted["y"]) / np.diff(x.values), 3, rtol=1e-3)
    means = dict(zip(plan.values, plan.predicted["y"], strict=True))
    assert means["b"] - means["a"] == pytest.approx(5, rel=1e-4)
    assert np.ptp(idle.predicted["y"]) == pytest.approx(0, abs=1e-5)


def test_the_rows_themselves_stay_as_they_were(judged):
    before = {name: cells.copy() for name, cells in RAW.items()}
    importances(judged, answer, seed=0)
    effects(judged, ["x"], answer, seed=0)
    assert all((before[name] == cells).all() for name, cells in RAW.items())
