"""Columns that give the target away are found, and columns that are only good are not."""

import numpy as np
import pytest

from percept.dataset.table import Table
from percept.profiling.columns import profile_columns
from percept.profiling.leakage import columns_that_sum_to_target, leaking_columns

RANDOM = np.random.default_rng(0)
N = 400
AGE = RANDOM.normal(40, 10, N)
LEFT = np.where(AGE + RANDOM.normal(0, 8, N) > 45, "yes", "no")
INCOME = 1000 + 50 * AGE + RANDOM.normal(0, 100, N)


def told(target: str, is_value: bool = False, **columns) -> dict[str, str]:
    cells = {name: np.array(list(map(str, values)), dtype=object) for name, values in columns.items()}
    table = Table("table.csv", cells, np.arange(N))
    described = profile_columns(table)
    return leaking_columns(table, target, is_value, [described[name] for name in cells if name != target])


def test_a_column_that_renames_the_classes_is_found():
    found = told("left", left=LEFT, age=AGE, code=np.where(LEFT == "yes", "L", "S"))
    assert found == {"code": "gives the target away: left by another name"}


def test_a_column_that_is_filled_only_once_the_answer_is_known_is_found():
    days = np.where(LEFT == "yes", RANDOM.integers(1, 99, N).astype(str), "")
    assert list(told("left", left=LEFT, age=AGE, days=days)) == ["days"]


def test_a_number_with_a_sharp_end_between_the_classes_is_found():
    score = np.where(LEFT == "yes", 10, -10) + RANDOM.normal(0, 1, N)
    assert list(told("left", left=LEFT, age=AGE, score=score)) == ["score"]


@pytest.mark.parametrize("copy", [INCOME * 1.2, -INCOME, np.log(INCOME), np.round(INCOME / 10, 1)])
def test_the_same_value_in_another_unit_is_found(copy):
    assert list(told("income", True, income=INCOME, age=AGE, copy=copy)) == ["copy"]


def test_dates_and_categories_are_looked_at_too():
    day = np.where(LEFT == "yes", "2024-02-01", "2023-02-01")
    reason = np.where(LEFT == "yes", RANDOM.choice(["price", "moved"], N), RANDOM.choice(["none", "-"], N))
    shop = RANDOM.integers(0, 9, N)
    found = told("left", left=LEFT, age=AGE, income=INCOME, shop=shop, day=day, reason=reason)
    assert set(found) == {"day", "reason"}


def test_a_good_column_gives_nothing_away():
    assert told("left", left=LEFT, age=AGE, income=INCOME) == {}
    assert told("income", True, income=INCOME, age=AGE, left=LEFT) == {}


def test_a_value_of_its_own_in_each_row_gives_nothing_away():
    assert told("left", left=LEFT, age=AGE, code=[f"c{row // 2}" for row in range(N)]) == {}


def test_where_every_column_tells_the_task_is_just_easy():
    assert told("left", left=LEFT, a=np.where(LEFT == "yes", 1, 0), b=np.where(LEFT == "yes", 5, 3)) == {}
    assert told("left", left=LEFT, a=np.where(LEFT == "yes", 1, 0)) == {}


def added_up(target: str, **columns) -> dict[str, str]:
    cells = {name: np.array(list(map(str, values)), dtype=object) for name, values in columns.items()}
    table = Table("table.csv", cells, np.arange(N))
    return columns_that_sum_to_target(
        table, target, [column for name, column in profile_columns(table).items() if name != target]
    )


def test_parts_that_have_the_target_as_their_sum_are_found():
    members, guests = RANDOM.integers(0, 500, N), RANDOM.integers(0, 90, N)
    columns = {"hour": RANDOM.integers(0, 24, N), "left": LEFT, "members": members, "guests": guests}
    assert list(added_up("riders", riders=members + guests, **columns)) == ["members", "guests"]
    assert list(added_up("score", score=np.round((members + guests) / 2, 2), **columns)) == ["members", "guests"]


def test_what_explains_most_of_the_target_is_no_sum():
    noise = RANDOM.normal(0, 5, N)
    assert added_up("income", income=INCOME, age=AGE, noise=noise) == {}
    assert added_up("y", y=3 * AGE + INCOME + noise, age=AGE, income=INCOME) == {}
    assert added_up("y", y=AGE, left=LEFT) == {}


def test_too_few_rows_say_nothing():
    few = slice(0, 40)
    cells = {"left": LEFT[few], "age": AGE[few], "code": np.where(LEFT[few] == "yes", "L", "S")}
    table = Table("t.csv", {name: values.astype(str).astype(object) for name, values in cells.items()}, np.arange(40))
    described = profile_columns(table)
    assert leaking_columns(table, "left", False, [described["age"], described["code"]]) == {}
