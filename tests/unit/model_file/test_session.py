"""The shipped file as a path or as bytes, in this process or a fresh one."""

from pathlib import Path

import numpy as np
import onnx
import pytest

from percept.dataset.contract import Contract
from percept.errors import UserError
from percept.model_file import session
from percept.model_file.fresh_process import answers_of
from percept.model_file.metadata import Metadata
from percept.prepared.raw_inputs import ROWS

METADATA = Metadata(
    task="toy",
    kind="regression",
    targets=("y",),
    classes=(),
    thresholds=(),
    temperature=1.0,
    inputs=(),
    table=None,
    picture=None,
    contract=Contract(),
    sha256={"größe.csv": "0" * 64},
    versions={"percept": "0"},
)


@pytest.fixture
def file(tmp_path) -> Path:
    """A file that adds its two columns."""
    column = [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["rows", 1]) for name in ("a", "b")]
    output = onnx.helper.make_tensor_value_info(session.OUTPUT, onnx.TensorProto.FLOAT, ["rows", 1])
    node = onnx.helper.make_node("Add", ["a", "b"], [session.OUTPUT])
    graph = onnx.helper.make_graph([node], "sum", column, [output])
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 18)], ir_version=9)
    onnx.helper.set_model_props(model, METADATA.to_texts())
    path = tmp_path / "model.onnx"
    onnx.save(model, path)
    return path


def columns(count: int) -> dict[str, np.ndarray]:
    return {name: np.arange(count, dtype=np.float32)[:, np.newaxis] * factor for name, factor in (("a", 1), ("b", 10))}


@pytest.mark.parametrize("count", [1, session.GROUP, ROWS + 1])
def test_a_file_and_its_bytes_predict_every_row_once_in_order(file, count):
    raw = columns(count)
    for opened in (file, file.read_bytes()):
        np.testing.assert_array_equal(session.predict(opened, raw)[session.OUTPUT], raw["a"] + raw["b"])


def test_metadata_is_read_as_it_was_written_from_a_file_or_its_bytes(file):
    for opened in (file, file.read_bytes()):
        assert Metadata.from_texts(session.read_metadata(opened)) == METADATA


def test_a_fresh_process_answers_the_same(file):
    np.testing.assert_array_equal(
        answers_of(file, columns(5))[session.OUTPUT], session.predict(file, columns(5))[session.OUTPUT]
    )


def test_a_file_that_a_fresh_process_cannot_run_is_refused(file):
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(UserError, match=r"model\.onnx: a fresh process cannot run it: [\s\S]*make setup"):
        answers_of(file, columns(5))
