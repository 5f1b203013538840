"""Columns and arrays in files are what they were in memory, and the files go with them."""

import gc
from itertools import chain

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from percept.dataset import stored
from percept.dataset.arrays import load_arrays, save_arrays
from percept.dataset.stored import ArrayFile, Folder, StoredColumns, Texts, columns_of, each, kept, taken

TEXTS = st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=[])), min_size=1, max_size=20)
X = np.arange(60, dtype=np.float32).reshape(12, 5)
same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)


@pytest.fixture
def empty(tmp_path) -> StoredColumns:
    return StoredColumns(Folder(tmp_path), {})


@given(parts=st.lists(TEXTS, min_size=1, max_size=4))
@same_folder
def test_texts_come_back_whatever_they_are(tmp_path, parts):
    texts = Texts(Folder(tmp_path))
    for part in parts:
        texts.add(part)
    assert texts.load().tolist() == list(chain.from_iterable(parts))


def test_few_texts_are_held_once(tmp_path):
    texts = Texts(Folder(tmp_path))
    texts.add(["north", "south"] * 50)
    texts.add(["south"] * 50)
    assert len({id(text) for text in texts.load()}) == 2


@pytest.mark.parametrize("most", [1, 100])
def test_columns_that_are_kept_come_back_with_their_type_and_shape(empty, monkeypatch, most):
    monkeypatch.setattr(stored, "MOST_TEXTS", most)
    monkeypatch.setattr(stored, "BLOCK_ROWS", 2)
    columns = {
        "number": np.array([[1.5], [np.nan], [0.0]]),
        "text": np.array([["a"], [""], ["a"]], dtype=object),
        "whole": np.arange(3),
    }
    found = kept(empty, columns.items())
    for name, values in columns.items():
        np.testing.assert_array_equal(found[name], values, strict=True)
        np.testing.assert_array_equal(taken(found, np.array([2, 0]))[name], values[[2, 0]], strict=True)
    doubled = each(found, lambda name, values: values * 2 if name == "whole" else values)
    assert doubled["whole"].tolist() == [0, 2, 4] and list(doubled) == list(columns)
    assert [block["whole"].tolist() for block in found.blocks(["whole", "text"])] == [[0, 1], [2]]


def test_the_files_go_with_the_last_column(tmp_path):
    columns = StoredColumns(Folder(tmp_path), {}).keep([("x", X)])
    rows = taken(columns, np.array([1]))
    del columns
    gc.collect()
    assert rows["x"].tolist() == X[1:2].tolist() and list(tmp_path.iterdir())
    del rows
    gc.collect()
    assert not list(tmp_path.iterdir())


def test_an_array_in_a_file_is_read_as_an_array_in_memory(empty):
    array = empty.stack([X[:5], X[5:]], X[:0])
    assert (len(array), array.shape, array.dtype, array.size, array.nbytes) == (12, (12, 5), X.dtype, 60, 240)
    for rows in (
        slice(2, 9),
        slice(2, 9, 3),
        slice(20, 30),
        slice(-3, None),
        np.array([7, 0, 7]),
        np.array([[1], [0]]),
    ):
        np.testing.assert_array_equal(array[rows], X[rows], strict=True)
    with pytest.raises(IndexError):
        array[np.array([12])]
    np.testing.assert_array_equal(np.asarray(array), X, strict=True)
    np.testing.assert_array_equal(array.reshape(12, 1, -1)[[1]], X[[1]][:, np.newaxis], strict=True)
    np.testing.assert_array_equal(array.astype(np.float64), X.astype(np.float64), strict=True)


def test_an_array_without_rows_has_none(empty):
    array = empty.stack([], X[:0])
    assert len(array) == 0 and array[:].shape == array[np.zeros(0, int)].shape == (0, 5) and list(array.parts()) == []


def test_columns_of_an_array_are_the_same_however_few_fit_in_memory(empty, monkeypatch):
    monkeypatch.setattr(stored, "PART_BYTES", 50)
    monkeypatch.setattr(stored, "COLUMNS_BYTES", 100)
    array, chosen = empty.stack([X], X[:0]), np.array([4, 0, 3])
    assert [len(part) for part in array.parts()] == [2] * 6
    np.testing.assert_array_equal(list(columns_of(array, chosen)), X[:, chosen].T)
    np.testing.assert_array_equal(list(columns_of(X, chosen)), X[:, chosen].T)


def test_a_large_array_is_left_in_its_file_which_has_the_bytes_of_one_in_memory(empty, tmp_path):
    y = np.array(["a", "bc"])
    save_arrays(tmp_path / "memory.npz", {"y": y, "x": X})
    save_arrays(tmp_path / "file.npz", {"y": y, "x": empty.stack([X], X[:0])})
    assert (tmp_path / "file.npz").read_bytes() == (tmp_path / "memory.npz").read_bytes()
    found = load_arrays(tmp_path / "file.npz", {"x": 100})
    assert isinstance(found["x"], ArrayFile) and found["y"].tolist() == ["a", "bc"]
    np.testing.assert_array_equal(found["x"][:], X, strict=True)
    assert isinstance(load_arrays(tmp_path / "file.npz", {"x": 1000})["x"], np.ndarray)


def test_an_array_stays_what_it_was_when_another_file_takes_the_place_of_its_own(tmp_path):
    file = tmp_path / "some.npz"
    save_arrays(file, {"x": X})
    found = load_arrays(file, {"x": 0})["x"]
    save_arrays(tmp_path / "others.npz", {"x": -X})
    (tmp_path / "others.npz").replace(file)
    np.testing.assert_array_equal(found[:], X)
