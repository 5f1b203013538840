"""Groups that are worse are found; where there are none, no more often than chance is allowed to."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from percept.evaluation import groups
from percept.evaluation.predictions import Predictions
from percept.objective import Binary, Multilabel, Regression
from percept.prepared.spec import DatasetSpec, RawInput, RowCounts

NUM_ROWS = 400
CITY = np.where(np.arange(NUM_ROWS) % 4 == 0, "Oslo", "Rome")[:, np.newaxis]


def predictions(objective, y, predicted, decisions=None, **columns) -> Predictions:
    kinds = {name: "numeric" if cells.dtype.kind == "f" else "category" for name, cells in columns.items()}
    classes = ("no", "yes") if objective.kind == "binary" else ()
    spec = DatasetSpec(
        task="t",
        raw_inputs=tuple(RawInput(name=name, kind=kind) for name, kind in kinds.items()),
        shape=(1,),
        targets=objective.targets,
        classes=classes,
        rows=RowCounts(source=NUM_ROWS + 20, dropped={}, train=20, validation=0, test=NUM_ROWS),
    )
    return Predictions(objective, spec, columns, y, predicted, decisions)


def binary(wrong: np.ndarray, **columns) -> Predictions:
    y = np.arange(NUM_ROWS) // 2 % 2
    decisions = np.where(wrong, 1 - y, y)
    objective = Binary(kind="binary", target="y", positive="yes")
    return predictions(objective, y, decisions[:, np.newaxis].astype(float), decisions, **columns)


def test_a_category_with_more_errors_is_worse_and_the_others_are_not():
    found = groups.scored(binary((CITY[:, 0] == "Oslo") & (np.arange(NUM_ROWS) % 8 == 0), city=CITY))
    assert [(group.name, group.num_rows, group.is_worse) for group in found] == [
        ("city = Oslo", 100, True),
        ("city = Rome", 300, False),
    ]
    assert found[0].value == 0.5 and found[0].interval[0] < 0.5 < found[0].interval[1]


def test_numbers_are_divided_into_quarters_and_missing_ones_are_a_group():
    age = np.arange(NUM_ROWS, dtype=float)[:, np.newaxis]
    age[:40] = np.nan
    found = {group.name: group for group in groups.scored(binary(age[:, 0] > 350, age=age))}
    assert sum(group.num_rows for group in found.values()) == NUM_ROWS and len(found) == 5
    assert found["age = (missing)"].num_rows == 40
    assert [name for name, group in found.items() if group.is_worse] == ["age above 309.2 to 399"]


def test_errors_that_are_larger_are_worse_in_a_regression():
    y = np.linspace(0, 1, NUM_ROWS)[:, np.newaxis]
    noise = np.random.default_rng(0).normal(0, np.where(CITY == "Oslo", 0.3, 0.1))
    found = groups.scored(predictions(Regression(kind="regression", target="y"), y, y + noise, city=CITY))
    assert [group.name for group in found if group.is_worse] == ["city = Oslo"]


def test_labels_are_wrong_by_shares():
    y = np.zeros((NUM_ROWS, 2), np.int64)
    decisions = np.where((CITY == "Oslo") & (np.arange(2) == 0), 1, 0)
    objective = Multilabel(kind="multilabel", target=("a", "b"), primary="hamming_loss")
    found = groups.scored(predictions(objective, y, decisions.astype(float), decisions, city=CITY))
    assert [group.name for group in found if group.is_worse] == ["city = Oslo"]


def test_where_errors_fall_by_chance_hardly_ever_any_group_is_called_worse():
    random = np.random.default_rng(0)
    alarms = 0
    for _ in range(60):
        columns = {f"c{number}": random.choice(["a", "b", "c"], (NUM_ROWS, 1)) for number in range(8)}
        alarms += any(group.is_worse for group in groups.scored(binary(random.random(NUM_ROWS) < 0.2, **columns)))
    assert alarms <= 7  # 3 are expected at most; more than 7 come by chance once in 50 times


@given(st.lists(st.floats(0, 1), max_size=20))
def test_holm_keeps_the_order_and_is_never_below_the_p_value(values):
    found = groups.holm(values)
    assert all(0 <= value <= one <= 1 for value, one in zip(values, found, strict=True))
    assert [found[index] for index in np.argsort(values, kind="stable")] == sorted(found)


def test_holm_multiplies_the_smallest_by_the_number_of_questions():
    assert groups.holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
