"""Whatever stands in validation and test rows, what is fitted to the training rows stays the same."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from percept.dataset.contract import Contract
from percept.features.split import Split, split_rows
from percept.objective import Regression

NUM_ROWS = 24
RANDOM = np.random.default_rng(0)
CLEAN = {
    "size": RANDOM.normal(50, 9, NUM_ROWS).round(2).tolist(),
    "age": [None if row % 7 == 0 else row for row in range(NUM_ROWS)],
    "plan": RANDOM.choice(["a", "b", "c"], NUM_ROWS).tolist(),
    "city": [None if row % 5 == 0 else "xyz"[row % 3] for row in range(NUM_ROWS)],
    "when": [f"2024-{1 + row % 12:02}-{1 + row:02}" for row in range(NUM_ROWS)],
    "y": [row % 2 for row in range(NUM_ROWS)],
}
NUMBERS = st.one_of(st.none(), st.integers(), st.floats(-3e38, 3e38))
WORDS = st.one_of(st.none(), st.sampled_from("abcxyz"), st.text(st.characters(codec="utf-8", exclude_characters="\0")))
DAYS = st.none() | st.dates().map(str)
CELLS = {"size": NUMBERS, "age": NUMBERS, "plan": WORDS, "city": WORDS, "when": DAYS}

FEATURES = st.fixed_dictionaries(
    {
        "numeric": st.just(["size", "age"]),
        "category": st.just(["plan", "city"]),
        "date": st.just({"when": "%Y-%m-%d"}),
        "cyclic": st.just({}) | st.just({"age": 7}),
        "cyclic_dates": st.booleans(),
        "max_categories": st.none() | st.integers(1, 4),
        "min_frequency": st.none() | st.integers(1, 8),
        "target_mean": st.none() | st.just(2),
        "scaling": st.sampled_from(["none", "standard", "min_max", "asinh", "robust"]),
        "missing": st.fixed_dictionaries(
            {
                "numeric": st.sampled_from(["median", "mean"]),
                "category": st.sampled_from(["own_category", "most_frequent"]),
                "indicator": st.booleans(),
            }
        ),
    }
)
RULES = Contract(columns={"size": {"type": "number"}, "when": {"type": "date", "format": "%Y-%m-%d"}})
SPLITS = st.fixed_dictionaries(
    {
        "test": st.sampled_from(
            [
                {"kind": "fraction", "fraction": 0.25, "stratify": True},
                {"kind": "fraction", "fraction": 0.25, "random_state": 3},
                {"kind": "last", "rows": 6},
            ]
        ),
        "validation": st.sampled_from(
            [{"kind": "none"}, {"kind": "first", "rows": 5}, {"kind": "fraction", "fraction": 0.5, "of": "test"}]
        ),
    }
)
slow = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])


def held_out_rows(split: dict) -> list[int]:
    indices = split_rows(Split(**split), np.array(CLEAN["y"]), {}, None, seed=0)
    return [*indices.validation, *indices.test]


def assert_nothing_fitted_changed(clean, poisoned) -> None:
    assert poisoned.encoder == clean.encoder
    np.testing.assert_array_equal(poisoned.train.x, clean.train.x)
    np.testing.assert_array_equal(poisoned.train.y, clean.train.y)
    assert poisoned.spec == clean.spec


@given(features=FEATURES, split=SPLITS, data=st.data())
@slow
def test_features_of_held_out_rows_change_nothing_that_is_fitted(make_table, prepare_table, features, split, data):
    poison = {name: list(cells) for name, cells in CLEAN.items()}
    for row in held_out_rows(split):
        for name, cells in CELLS.items():
            poison[name][row] = data.draw(cells)
    tables = (make_table(columns) for columns in (CLEAN, poison))
    clean, poisoned = (prepare_table(table, split=split, contract=RULES, **features) for table in tables)
    assert {"size", "when"} <= set(clean.spec.ranges)
    assert_nothing_fitted_changed(clean, poisoned)


@given(log=st.booleans(), targets=st.lists(st.floats(0, 3e38), min_size=6, max_size=6))
@slow
def test_targets_of_held_out_rows_change_no_target_scale(make_table, prepare_table, log, targets):
    objective = Regression(kind="regression", target="size", scale_target=True, log_target=log)
    split = {"test": {"kind": "last", "rows": 4}, "validation": {"kind": "last", "rows": 2}}
    poison = CLEAN | {"size": CLEAN["size"][:-6] + targets}
    clean, poisoned = (
        prepare_table(make_table(columns), objective, split, numeric=["age"], drop="rest")
        for columns in (CLEAN, poison)
    )
    assert_nothing_fitted_changed(clean, poisoned)


@pytest.mark.parametrize(("column", "cell"), [("size", 1e6), ("age", 1e6), ("plan", "new"), ("city", "new")])
def test_a_training_row_does_change_what_is_fitted(make_table, prepare_table, column, cell):
    split = {"test": {"kind": "last", "rows": 6}, "validation": {"kind": "none"}}
    features = {"numeric": ["size", "age"], "category": ["plan", "city"], "drop": ["when"]}
    changed = CLEAN | {column: [*CLEAN[column][:1], cell, *CLEAN[column][2:]]}
    clean, other = (prepare_table(make_table(columns), split=split, **features) for columns in (CLEAN, changed))
    assert other.encoder != clean.encoder
