import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from percept.features.duplicates import contradicting, picture_keys, repeated, row_keys

NUMBERS = st.sampled_from([0.0, -0.0, 1.0, 1.5, float("nan")])
CELLS = st.tuples(NUMBERS, st.sampled_from(["", "a", "ab", "b", "日本"]), st.sampled_from(["", "a", "b"]))


def keys(rows: list[tuple]) -> np.ndarray:
    columns = zip(*rows, strict=True)
    return row_keys(np.array(column, np.float32 if at == 0 else object) for at, column in enumerate(columns))


def plain(row: tuple) -> tuple:
    """What `==` takes for equal where the cells are: a missing number too."""
    return tuple("missing" if cell != cell else cell for cell in row)


@given(rows=st.lists(CELLS, min_size=2, max_size=30), share=st.floats(0, 1))
def test_repeated_rows_are_those_whose_cells_all_equal_those_of_a_training_row(rows, share):
    cut = 1 + int(share * (len(rows) - 2))
    found = repeated(keys(rows)[cut:], keys(rows)[:cut], np.arange(len(rows))[cut:])
    train = {plain(row) for row in rows[:cut]}
    wanted = [at for at, row in enumerate(rows) if at >= cut and plain(row) in train]
    assert (found.count, found.of, list(found.first)) == (len(wanted), len(rows) - cut, wanted[:3])


@given(rows=st.lists(st.tuples(CELLS, st.integers(0, 2)), min_size=1, max_size=30))
def test_contradicting_rows_are_those_with_the_features_of_another_row_and_another_target(rows):
    features, targets = zip(*rows, strict=True)
    found = contradicting(keys(list(features)), np.array(targets), np.arange(len(rows)))
    wanted = [
        at
        for at, (row, target) in enumerate(rows)
        if any(plain(row) == plain(other) and target != another for other, another in rows)
    ]
    assert (found.count, found.of, list(found.first)) == (len(wanted), len(rows), wanted[:3])


def test_lines_are_named_in_the_order_of_the_file():
    found = repeated(np.array([1, 2, 3, 1], np.uint64), np.array([1, 2], np.uint64), np.array([9, 4, 5, 2]))
    assert (found.count, found.first) == (3, (2, 4, 9))


def test_cells_that_change_columns_make_another_row():
    swapped = row_keys([np.array(["a", "b"], object), np.array(["b", "a"], object)])
    assert swapped[0] != swapped[1]


@pytest.mark.parametrize("channels", [1, 3])
def test_pictures_are_told_apart_by_every_pixel(channels):
    pixels = np.random.default_rng(0).integers(0, 256, (60, 4, 5, channels), dtype=np.uint8)
    pixels[30:] = pixels[:30]
    pixels[30:40, 3, 4, -1] ^= 1
    found = picture_keys(pixels)
    assert (found[30:40] != found[:10]).all() and (found[40:] == found[10:30]).all()
    np.testing.assert_array_equal(picture_keys(pixels[:, ::-1]), picture_keys(pixels[:, ::-1].copy()))
