"""A model of more classes than anyone reads columns of: the most probable ones are written, and all where asked."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from trained_models import columns_of, numbers, read

from percept.dataset.contract import Contract
from percept.dataset.formats import CsvFormat
from percept.model_file.metadata import Metadata
from percept.prediction.model import MANY_CLASSES, NUM_RANKS
from percept.prediction.run import predict
from percept.prepared.spec import RawInput, TableInput

RANKED = ["decision", "probability"]
RANKED += [f"{what} {rank}" for rank in range(2, NUM_RANKS + 1) for what in ("class", "probability")]


def model_file(folder: Path, num_classes: int) -> Path:
    """A network that multiplies x by a weight for each class."""
    classes = tuple(f"item, {number}" for number in range(num_classes))
    weights = np.random.default_rng(0).normal(size=(1, num_classes)).astype(np.float32)
    nodes = [
        helper.make_node("MatMul", ["x", "weights"], ["sums"]),
        helper.make_node("Softmax", ["sums"], ["prediction"], axis=1),
        helper.make_node("ArgMax", ["prediction"], ["best"], axis=1, keepdims=0),
        helper.make_node("Gather", ["classes", "best"], ["decision"], axis=0),
    ]
    graph = helper.make_graph(
        nodes,
        "many",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["rows", 1])],
        [
            helper.make_tensor_value_info("prediction", TensorProto.FLOAT, ["rows", num_classes]),
            helper.make_tensor_value_info("decision", TensorProto.STRING, ["rows"]),
        ],
        [
            numpy_helper.from_array(weights, "weights"),
            helper.make_tensor("classes", TensorProto.STRING, [num_classes], [name.encode() for name in classes]),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    metadata = Metadata(
        task="items",
        kind="multiclass",
        targets=("item",),
        classes=classes,
        thresholds=(),
        temperature=1.0,
        inputs=(RawInput(name="x", kind="numeric"),),
        table=TableInput(text=CsvFormat(), date={}, derive={}, required=()),
        picture=None,
        contract=Contract(),
        sha256={},
        versions={},
    )
    helper.set_model_props(model, metadata.to_texts())
    onnx.save(model, folder / "model.onnx")
    return folder / "model.onnx"


def answers(folder: Path, num_classes: int, *, every: bool = False, ending: str = "csv", chunk: int = 2048) -> Path:
    """Predict three rows, of which the second has a cell too many."""
    (folder / "new.csv").write_text("x\n1.5\n2,7\n-3\n", encoding="utf-8")
    target = folder / f"out_{every}_{chunk}.{ending}"
    model = model_file(folder, num_classes)
    predict([str(folder / "new.csv")], target, model, None, False, chunk, all_probabilities=every)
    return target


def test_up_to_a_hundred_classes_have_a_column_each(tmp_path, capsys):
    text = answers(tmp_path, MANY_CLASSES).read_text(encoding="utf-8")
    assert columns_of(text)[3:-1] == [f"probability of item, {number}" for number in range(MANY_CLASSES)]
    assert "--all-probabilities" not in capsys.readouterr().err


def test_of_more_the_most_probable_are_written_in_turn_and_it_is_said_how_to_get_all(tmp_path, capsys):
    few = read(answers(tmp_path, MANY_CLASSES + 1).read_text(encoding="utf-8"))
    said = capsys.readouterr().err
    assert "predict: 101 classes, and the 5 most probable of each row are written; --all-probabilities" in said
    every = read(answers(tmp_path, MANY_CLASSES + 1, every=True).read_text(encoding="utf-8"))
    assert "--all-probabilities" not in capsys.readouterr().err
    assert list(few[0]) == ["row", *RANKED, "flags"] and len(every[0]) == MANY_CLASSES + 1 + 4
    names = [name for name in every[0] if name.startswith("probability of ")]
    probabilities = {row: np.array([every[row][name] for name in names], np.float32) for row in (0, 2)}
    for row in probabilities:
        order = np.argsort(-probabilities[row], kind="stable")[:NUM_RANKS]
        expected = [text for best in order for text in (f"item, {best}", str(probabilities[row][best]))]
        assert [few[row][name] for name in RANKED] == expected
    assert {few[1][name] for name in RANKED} == {""} and few[1]["flags"] == "2 cells instead of 1"


def test_any_chunk_size_gives_the_same_bytes(tmp_path):
    assert answers(tmp_path, 300, chunk=1).read_bytes() == answers(tmp_path, 300).read_bytes()


@pytest.mark.parametrize("every", [False, True])
def test_parquet_has_the_same_columns(tmp_path, every):
    from pyarrow import parquet

    table = parquet.read_table(answers(tmp_path, 150, every=every, ending="parquet"))
    rows = read(answers(tmp_path, 150, every=every).read_text(encoding="utf-8"))
    assert table.column_names == list(rows[0]) and table["decision"].to_pylist() == [
        row["decision"] or None for row in rows
    ]
    name = table.column_names[-2]
    np.testing.assert_array_equal(table[name].to_pylist()[::2], numbers(rows[::2], name))
