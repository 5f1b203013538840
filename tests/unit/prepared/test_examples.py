import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from percept.errors import UserError
from percept.prepared.examples import Examples, load_examples, load_raw, load_spec, save_examples, save_raw
from percept.prepared.spec import DatasetSpec, Pixels, RawInput, RowCounts

ROWS = RowCounts(source=2, dropped={}, train=1, validation=0, test=1)
# No NUL: fixed-width text ends at it, and ONNX Runtime reads no further either.
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
NUMBERS = st.floats(width=32)
same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def table_spec(**columns: str) -> DatasetSpec:
    inputs = tuple(RawInput(name=name, kind=kind) for name, kind in columns.items())
    return DatasetSpec(task="task", raw_inputs=inputs, shape=(len(columns),), rows=ROWS)


@given(
    x=arrays.arrays(st.sampled_from([np.float32, np.uint8]), arrays.array_shapes(min_dims=2, max_dims=4)),
    y=arrays.arrays(st.sampled_from([np.int64, np.float32, np.float64]), arrays.array_shapes(max_dims=1)),
)
@same_folder
def test_arrays_come_back_as_they_were_saved(tmp_path, x, y):
    save_examples("train", Examples(x, y), tmp_path)
    found = load_examples("train", tmp_path)
    np.testing.assert_array_equal(found.x, x, strict=True)
    np.testing.assert_array_equal(found.y, y, strict=True)


def test_a_part_may_be_empty_and_keeps_its_shape(tmp_path):
    save_examples("validation", Examples(np.zeros((0, 5), np.float32), np.zeros(0, np.int64)), tmp_path)
    found = load_examples("validation", tmp_path)
    assert (len(found), found.x.shape, found.y.shape) == (0, (0, 5), (0,))


@given(
    cells=st.lists(st.tuples(NUMBERS, TEXT, TEXT), max_size=8),
    names=st.lists(st.text(), min_size=3, max_size=3, unique=True),
)
@same_folder
def test_raw_rows_come_back_whatever_text_and_names_they_have(tmp_path, cells, names):
    numbers = np.array([row[0] for row in cells], dtype=np.float32)[:, np.newaxis]
    words = [np.array([row[index] for row in cells], dtype=object)[:, np.newaxis] for index in (1, 2)]
    raw = dict(zip(names, (numbers, *words), strict=True))
    save_raw("test", raw, tmp_path)
    found = load_raw("test", table_spec(**dict(zip(names, ("numeric", "category", "category"), strict=True))), tmp_path)
    assert list(found) == names
    np.testing.assert_array_equal(found[names[0]], numbers, strict=True)
    for name in names[1:]:
        assert found[name].shape == raw[name].shape and found[name].tolist() == raw[name].tolist()


def test_raw_rows_need_no_pickle(tmp_path):
    save_raw("test", {"plan": np.array([["a"], ["日本語 text"]], dtype=object)}, tmp_path)
    with np.load(tmp_path / "test_rows.npz", allow_pickle=False) as stored:
        assert [stored[key].dtype.kind for key in stored] == ["U"]


def test_the_raw_rows_of_pictures_are_their_pixels(tmp_path):
    pixels = np.arange(8, dtype=np.uint8).reshape(2, 2, 2, 1)
    save_examples("test", Examples(pixels, np.zeros(2, np.int64)), tmp_path)
    inputs = (RawInput(name="pixels", kind="pixels"),)
    scale = Pixels(scale=1, offset=0)
    spec = DatasetSpec(task="task", raw_inputs=inputs, shape=(2, 2, 1), pixels=scale, rows=ROWS)
    np.testing.assert_array_equal(load_raw("test", spec, tmp_path)["pixels"], pixels, strict=True)


@given(names=st.lists(TEXT, min_size=1, max_size=4), reason=st.text())
@same_folder
def test_the_spec_comes_back_as_it_was_saved(tmp_path, names, reason):
    spec = table_spec(**dict.fromkeys(names, "category")).model_copy(
        update={"feature_names": tuple(names), "rows": ROWS.model_copy(update={"source": 5, "dropped": {reason: 3}})}
    )
    spec.save(tmp_path / "spec.json")
    assert load_spec(tmp_path) == spec


def test_a_missing_spec_says_what_to_run(tmp_path):
    with pytest.raises(UserError, match=r"spec\.json: there is no such file(.|\n)*dvc repro"):
        load_spec(tmp_path)
