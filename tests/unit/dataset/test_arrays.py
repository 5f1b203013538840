import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from percept.dataset.arrays import save_arrays

DTYPES = st.sampled_from([np.float32, np.float64, np.uint8, np.int64, np.dtype("U3")])


@given(st.dictionaries(st.text("abc", min_size=1), arrays_of.arrays(DTYPES, arrays_of.array_shapes(min_dims=0))))
def test_numpy_reads_back_what_was_written(tmp_path_factory, arrays):
    path = tmp_path_factory.mktemp("arrays") / "some.npz"
    save_arrays(path, arrays)
    with np.load(path, allow_pickle=False) as found:
        assert set(found) == set(arrays)
        for name, array in arrays.items():
            np.testing.assert_array_equal(found[name], array, strict=True)


def test_another_process_writes_the_same_bytes(tmp_path):
    code = "import sys; from pathlib import Path; import numpy as np; from percept.dataset.arrays import save_arrays;"
    code += "save_arrays(Path(sys.argv[1]), {'x': np.arange(6).reshape(2, 3), 'y': np.array(['a', '나'])})"
    for name in "ab":
        source = Path(__file__).parents[3] / "src"
        subprocess.run([sys.executable, "-c", code, str(tmp_path / name)], check=True, env={"PYTHONPATH": str(source)})
    content = (tmp_path / "a").read_bytes()
    assert content == (tmp_path / "b").read_bytes()
    assert content[4] == 20  # the version of zip that reads it; 64 bits for small arrays would be 45, or not, by Python


def test_objects_are_refused(tmp_path):
    with pytest.raises(ValueError, match="Object arrays cannot be saved"):
        save_arrays(tmp_path / "some.npz", {"x": np.array([{}], dtype=object)})
