"""A whole number along which the target rises and falls is told from one that goes with it, and from chance."""

import numpy as np
import pytest

from percept.dataset.table import Table
from percept.profiling.columns import profile_columns
from percept.profiling.nonlinear import nonlinear_columns

NUM_ROWS = 600


def found(target: np.ndarray, is_value: bool, **columns) -> list[str]:
    columns = {name: values.astype(str).astype(object) for name, values in (columns | {"y": target}).items()}
    table = Table("rows.csv", columns, np.arange(NUM_ROWS) + 2)
    described = [column for column in profile_columns(table).values() if column.name != "y"]
    return nonlinear_columns(table, "y", is_value, described)


@pytest.fixture
def random():
    return np.random.default_rng(0)


def test_an_hour_is_off_the_line_and_a_count_is_on_it(random):
    hour, count = random.integers(0, 24, NUM_ROWS), random.integers(0, 24, NUM_ROWS)
    target = np.sin(hour / 24 * 6.28) + count / 24 + random.normal(0, 0.3, NUM_ROWS)
    assert found(target.round(4), True, hour=hour, count=count) == ["hour"]


def test_classes_may_follow_codes(random):
    code = random.integers(1, 6, NUM_ROWS)
    target = np.where((code % 2 == 0) ^ (random.random(NUM_ROWS) < 0.2), "yes", "no")
    assert found(target, False, code=code) == ["code"]


@pytest.mark.parametrize("seed", range(20))
def test_chance_is_no_curve(seed):
    random = np.random.default_rng(seed)
    assert found(random.normal(size=NUM_ROWS).round(4), True, number=random.integers(0, 25, NUM_ROWS)) == []


def test_many_values_and_few_rows_of_each_say_nothing(random):
    amount = random.integers(0, 100, NUM_ROWS)
    fraction = random.integers(0, 20, NUM_ROWS) / 2
    target = np.sin(amount / 10) + np.sin(fraction) + random.normal(0, 0.1, NUM_ROWS)
    assert found(target.round(4), True, amount=amount, fraction=fraction) == []


def test_missing_cells_and_a_target_of_one_value_are_passed_over(random):
    hour = random.integers(0, 24, NUM_ROWS)
    target = np.sin(hour / 24 * 6.28).round(3).astype(str)
    cells = hour.astype(str).astype(object)
    cells[::5], target[::7] = "", ""
    assert found(target, True, hour=cells) == ["hour"]
    assert found(np.full(NUM_ROWS, 3), True, hour=hour) == []
