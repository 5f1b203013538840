"""Rows of raw inputs are run in parts that a runtime can hold."""

import numpy as np
import pytest

from percept.prepared.raw_inputs import CHARS, FEWEST_ROWS, ROWS, in_parts


def parts_of(**columns) -> list[int]:
    """The sizes of the parts, which together are the rows in their order."""
    raw = {name: np.array(values)[:, np.newaxis] for name, values in columns.items()}
    parts = list(in_parts(raw))
    for name, values in raw.items():
        np.testing.assert_array_equal(np.concatenate([part[name] for part in parts]), values)
    return [len(next(iter(part.values()))) for part in parts]


def test_numbers_and_short_texts_are_run_in_parts_of_equal_size():
    rows = range(2 * ROWS + 1)
    assert parts_of(n=rows, text=[str(row) for row in rows]) == [ROWS, ROWS, 1]


@pytest.mark.parametrize("dtype", [object, np.str_])
def test_the_longer_the_longest_text_the_fewer_rows_are_run_at_a_time(dtype):
    text = np.array(["x" * (CHARS // 1000), *[""] * 2499], dtype=dtype)
    assert parts_of(n=range(2500), text=text) == [1000, 1000, 500]


def test_however_long_a_text_is_some_rows_are_run_at_a_time():
    assert parts_of(text=np.array(["x" * CHARS, *[""] * FEWEST_ROWS], object)) == [FEWEST_ROWS, 1]
