import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from percept.dataset.cells import LARGEST, parse_numbers


def parsed(*cells: str) -> list[float]:
    return parse_numbers(np.array(cells, dtype=object)).tolist()


@given(st.lists(st.floats(-LARGEST, LARGEST) | st.integers(-(10**30), 10**30)))
def test_a_number_comes_back_from_its_text(numbers):
    assert parsed(*map(str, numbers)) == [float(number) for number in numbers]


@pytest.mark.parametrize(
    "cell", ["", "nan", "inf", "-Infinity", "1e39", "1e999", "9" * 400, "1_000", "1,5", "0x1f", "x"]
)
def test_other_text_is_nan_and_its_neighbours_stay(cell):
    np.testing.assert_array_equal(parsed("1", cell, "-2.5"), [1, np.nan, -2.5])


@given(st.lists(st.text() | st.floats().map(str)))
def test_whatever_the_cells_hold_gives_a_finite_float32_number_or_nan(cells):
    numbers = parse_numbers(np.array(cells, dtype=object))
    assert numbers.shape == (len(cells),) and numbers.dtype == np.float64
    assert (np.isnan(numbers) | (np.abs(numbers) <= LARGEST)).all()
