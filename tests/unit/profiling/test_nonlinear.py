"""A whole number along which the target rises and falls is told from one that goes with it, and from chance."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from percept.dataset.table import Table
from percept.profiling.columns import profile_columns
from percept.profiling.nonlinear import _gain, nonlinear_columns

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


@settings(max_examples=50, deadline=None)
@given(
    rows=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), min_size=8, max_size=60),
    is_value=st.booleans(),
)
def test_sums_of_classes_are_those_of_their_rows_of_0_and_1(rows, is_value):
    x, y = (np.array(column, float) for column in zip(*rows, strict=True))
    found = _gain(x, y if is_value else np.unique(y, return_inverse=True)[1])
    laid_out = y[:, np.newaxis] if is_value else np.eye(4)[y.astype(int)]
    distances, centred = laid_out - laid_out.mean(axis=0), x - x.mean()
    values = np.unique(x)
    if len(values) < 2 or len(values) >= len(x) or not distances.any():
        assert found == 0
        return
    means = sum((x == value).sum() * distances[x == value].mean(axis=0) ** 2 for value in values).sum()
    line = ((centred @ distances) ** 2).sum() / (centred @ centred)
    of_means, of_line = (part / (distances**2).sum() for part in (means, line))
    adjusted = [1 - (1 - r2) * (len(x) - 1) / (len(x) - used) for r2, used in ((of_means, len(values)), (of_line, 2))]
    assert found == pytest.approx(adjusted[0] - adjusted[1], abs=1e-9)
