"""Columns that give the target away are found, and columns that are only good are not."""

import numpy as np
import pytest

from percept.dataset.table import Table
from percept.profiling.after_event import filled_after_event, pairs_that_tell
from percept.profiling.columns import profile_columns
from percept.profiling.identities import identities
from percept.profiling.leakage import leaking_columns

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
    return identities(table, target, [column for name, column in profile_columns(table).items() if name != target])


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


A, B, C = (np.round(RANDOM.gamma(3, 10, N), 2) for _ in range(3))
MANY = RANDOM.integers(0, 20, N)
DAYS = np.datetime64("2024-01-01") + RANDOM.integers(0, 400, N)


def with_gaps(values, share: float = 0.3):
    return np.where(RANDOM.random(N) < share, "", values.astype(str))


@pytest.mark.parametrize(
    ("y", "columns"),
    [
        (A - B, {"a": A, "b": B}),
        (A * MANY, {"a": A, "many": MANY}),
        (A / B, {"a": A, "b": B}),
        (100 * (A - B) / B, {"a": A, "b": B}),
        (A / (A + B + C), {"a": A, "b": B, "c": C}),
        ((A - B) * (MANY + 1), {"a": A, "b": B, "many": MANY + 1}),
        (A * B * C, {"a": A, "b": B, "c": C}),
        (A / B**2, {"a": A, "b": B}),
        (A + B, {"a": with_gaps(A), "b": B}),
    ],
)
def test_arithmetic_that_gives_the_target_is_found(y, columns):
    others = {"age": AGE, "gaps": with_gaps(INCOME, 0.9), "left": LEFT}
    assert set(added_up("y", y=np.round(y, 4), **others, **columns)) == set(columns)


def test_a_gap_that_counts_as_nothing_is_found():
    tip = with_gaps(C, 0.6)
    total = np.round(A + np.where(tip == "", 0, C), 2)
    assert set(added_up("total", total=total, fare=A, tip=tip, age=AGE)) == {"fare", "tip"}


def test_the_days_between_two_dates_are_found():
    days = RANDOM.integers(1, 40, N)
    assert set(added_up("days", days=days, start=DAYS, end=DAYS + days, age=AGE)) == {"start", "end"}


def test_it_is_looked_again_until_no_sum_is_left():
    columns = {"a": A, "b": B, "c": C, "rest": np.round(A + B - C, 2), "age": AGE}
    assert set(added_up("y", y=np.round(A + B, 2), **columns)) == {"a", "b", "c", "rest"}


def test_near_misses_are_no_identities():
    noise = RANDOM.normal(0, 2, N)
    for y in (A * B + 10 * noise, A / B + noise, A - B + noise):
        assert added_up("y", y=np.round(y, 2), a=A, b=B, c=C, age=AGE) == {}


def profiled(**columns):
    cells = {name: np.array(list(map(str, values)), dtype=object) for name, values in columns.items()}
    table = Table("table.csv", cells, np.arange(N))
    return table, [column for name, column in profile_columns(table).items() if name != "y"]


def test_columns_filled_only_after_the_event_are_named_as_a_group():
    after = np.where(LEFT == "yes", with_gaps(C), "")
    reason = np.where(LEFT == "yes", with_gaps(RANDOM.choice(["price", "moved"], N)), "")
    table, columns = profiled(y=LEFT, age=AGE, income=with_gaps(INCOME), refund=after, reason=reason)
    assert filled_after_event(table, "y", False, columns) == {
        "refund": "gives the target away: filled only where y is yes, as reason",
        "reason": "gives the target away: filled only where y is yes, as refund",
    }


def test_columns_filled_only_where_an_amount_is_not_nothing_are_named():
    claim = np.where(LEFT == "yes", C, 0)
    table, columns = profiled(y=claim, age=AGE, adjuster=np.where(LEFT == "yes", with_gaps(AGE), ""))
    (reason,) = filled_after_event(table, "y", True, columns).values()
    assert reason.startswith("gives the target away: filled only where y is not 0")


def test_gaps_that_only_lean_to_a_class_give_nothing_away():
    leaning = np.where((LEFT == "yes") | (RANDOM.random(N) < 0.1), C.astype(str), "")
    table, columns = profiled(y=LEFT, age=AGE, leaning=leaning)
    assert filled_after_event(table, "y", False, columns) == {}


def test_two_columns_that_only_together_tell_the_class_are_asked_about():
    one, other = RANDOM.integers(0, 4, N), RANDOM.integers(0, 3, N)
    columns = {"plan": np.array(list("abcd"))[one], "tier": np.array(list("xyz"))[other], "age": AGE}
    table, profiles = profiled(y=np.where((one + other) % 2, "yes", "no"), **columns)
    assert pairs_that_tell(table, "y", profiles) == [("plan", "tier")]
    assert pairs_that_tell(table, "y", profiles[:2]) == []  # all there is to learn from
    table, profiles = profiled(y=LEFT, **columns)
    assert pairs_that_tell(table, "y", profiles) == []
