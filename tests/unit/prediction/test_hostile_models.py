"""A model file of others: whatever it says of itself or has in it, predict gives an answer or says what is wrong."""

import copy
import json
import random

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from percept.errors import UserError
from percept.files.limits import PredictionLimits
from percept.model_file.metadata import TEXTS
from percept.model_file.session import OUTPUT
from percept.prediction.run import predict

ABSURD = (
    *(None, True, 0, -1, 1, 7, 10**30, 1e308, float("nan"), float("inf"), -0.5),
    *(
        "",
        "x",
        "(",
        "age",
        "joined",
        "plan",
        "income",
        "%Y%Y",
        "%",
        "a / b",
        "age + plan",
        "punycode",
        "\0",
        "\ud800",
        "prediction",
    ),
    *([], ["x"], ["x", "x"], ["a", "b", "c"], [[]], {}, {"x": "y"}, {"age": "%Y-%m-%d"}, {"age": "spent / x"}),
    {"type": "number", "min": 5, "max": 1},
    {"name": "x", "kind": "numeric", "date": None, "part": None},
)
NUM_MUTATIONS = 120  # of each kind of model


def places(value: object, at: tuple = ()) -> list[tuple]:
    """Where something stands in JSON, the whole first."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(place for key, part in inner for place in places(part, (*at, key)))]


def mutated(texts: dict[str, str], chance: random.Random) -> dict[str, str]:
    """Metadata of which one to three parts are gone, doubled, or absurd."""
    values = {name: text if name in TEXTS else json.loads(text) for name, text in texts.items()}
    for _ in range(chance.choice((1, 1, 2, 3))):
        *above, key = chance.choice([place for place in places(values) if place])
        holder = values
        for step in above:
            holder = holder[step]
        match chance.randrange(5):
            case 0:
                del holder[key]
            case 1 if isinstance(holder, list):
                holder.append(copy.deepcopy(holder[key]))
            case _:
                holder[key] = copy.deepcopy(chance.choice(ABSURD))
        if not values:
            break
    return {
        name: value if isinstance(value, str) and name in TEXTS else json.dumps(value) for name, value in values.items()
    }


def with_texts(model: onnx.ModelProto, texts: dict[str, str], path) -> None:
    del model.metadata_props[:]
    for name, text in texts.items():
        model.metadata_props.add(key=name, value=text.encode("utf-8", "replace").decode())
    path.write_bytes(model.SerializeToString())


@pytest.mark.parametrize("kind", ["binary", "multilabel", "regression", "pictures"])
def test_absurd_metadata_give_an_answer_or_a_refusal(models, kind, tmp_path):
    given = models(kind)
    model = onnx.load(given.folder / "models/model.onnx")
    texts = {entry.key: entry.value for entry in model.metadata_props}
    if kind == "pictures":
        from PIL import Image

        source = tmp_path / "a.png"
        Image.new("L", (8, 8)).save(source)
    else:
        source = tmp_path / "new.csv"
        source.write_text(given.table(), encoding="utf-8")
    chance, answered = random.Random(kind), 0
    for _ in range(NUM_MUTATIONS):
        changed = mutated(texts, chance)
        with_texts(model, changed, tmp_path / "model.onnx")
        try:
            predict([str(source)], tmp_path / "out.csv", tmp_path / "model.onnx", None, False)
            answered += 1
        except UserError as error:
            assert "expected: " in str(error)
        except Exception as error:
            error.add_note(str({name: text for name, text in changed.items() if text != texts.get(name)}))
            raise
    assert 0 < answered < NUM_MUTATIONS


def saved(
    path, nodes, inputs=("x",), constants=(), outputs=((OUTPUT, TensorProto.FLOAT, ["rows", 1]),), opset=""
) -> str:
    """A file of columns of numbers, and what it says of itself fits."""
    given = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["rows", 1]) for name in inputs]
    results = [helper.make_tensor_value_info(*output) for output in outputs]
    graph = helper.make_graph(nodes, "hostile", given, results, list(constants))
    opsets = [helper.make_opsetid("", 18), *([helper.make_opsetid(opset, 1)] if opset else [])]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=9)
    columns = [{"name": name, "kind": "numeric"} for name in inputs]
    texts = {"task": "toy", "kind": "regression", "targets": '["y"]', "classes": "[]", "thresholds": "[]"}
    texts |= {"temperature": "1", "inputs": json.dumps(columns), "picture": "null", "contract": "{}", "sha256": "{}"}
    texts |= {"table": '{"text": {}, "date": {}, "derive": {}, "required": []}', "versions": "{}"}
    with_texts(model, texts, path)
    return str(path)


def endless_loop() -> onnx.NodeProto:
    """A loop that carries x round and round."""
    given = [("step", TensorProto.INT64, []), ("going", TensorProto.BOOL, []), ("value", TensorProto.FLOAT, ["r", 1])]
    kept = [("still", TensorProto.BOOL, []), ("same", TensorProto.FLOAT, ["r", 1])]
    nodes = [helper.make_node("Identity", [one], [other]) for one, other in (("going", "still"), ("value", "same"))]
    values = [[helper.make_tensor_value_info(*value) for value in side] for side in (given, kept)]
    return helper.make_node("Loop", ["", "yes", "x"], [OUTPUT], body=helper.make_graph(nodes, "body", *values))


def table_of(tmp_path, columns="x") -> str:
    (tmp_path / "new.csv").write_text(f"{columns}\n1\n2\n", encoding="utf-8")
    return str(tmp_path / "new.csv")


def refused(tmp_path, model: str, **limits) -> str:
    with pytest.raises(UserError) as raised:
        predict(
            [table_of(tmp_path)], tmp_path / "out.csv", tmp_path / model, None, False, limits=PredictionLimits(**limits)
        )
    assert not (tmp_path / "out.csv").exists()
    return str(raised.value)


def test_a_file_whose_word_fits_its_network_predicts(tmp_path):
    saved(tmp_path / "model.onnx", [helper.make_node("Neg", ["x"], [OUTPUT])])
    predict([table_of(tmp_path)], tmp_path / "out.csv", tmp_path / "model.onnx", None, False)
    assert (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines() == ["row,y,flags", "1,-1.0,", "2,-2.0,"]


def test_a_network_that_never_ends_is_stopped(tmp_path):
    yes = helper.make_tensor("yes", TensorProto.BOOL, [], [True])
    saved(tmp_path / "model.onnx", [endless_loop()], constants=[yes])
    said = refused(tmp_path, "model.onnx", answer_s=0.3)
    assert "no answer within 0.3 seconds" in said and "--limit answer_s=" in said


def test_a_network_that_asks_for_too_much_memory_is_refused(tmp_path):
    shape = helper.make_tensor("shape", TensorProto.INT64, [1], [2**31])
    axes = helper.make_tensor("axes", TensorProto.INT64, [2], [0, 1])
    nodes = [
        helper.make_node("ReduceSum", ["x", "axes"], ["sum"], keepdims=0),
        helper.make_node("Expand", ["sum", "shape"], ["many"]),
        helper.make_node("ReduceMax", ["many"], ["most"], keepdims=0),
        helper.make_node("Add", ["x", "most"], [OUTPUT]),
    ]
    saved(tmp_path / "model.onnx", nodes, constants=[shape, axes])
    said = refused(tmp_path, "model.onnx")
    assert "more memory than 1,024 MiB" in said and "--limit answer_mib=" in said


def test_a_network_that_does_not_fit_its_word_is_refused(tmp_path):
    neg = [helper.make_node("Neg", ["x"], ["other"])]
    saved(tmp_path / "name.onnx", neg, outputs=[("other", TensorProto.FLOAT, ["rows", 1])])
    assert "the network gives no prediction" in refused(tmp_path, "name.onnx")
    neg = [helper.make_node("Neg", ["x"], [OUTPUT])]
    saved(
        tmp_path / "wide.onnx",
        [helper.make_node("Concat", ["x", "x"], [OUTPUT], axis=1)],
        outputs=[(OUTPUT, TensorProto.FLOAT, ["rows", 2])],
    )
    assert "prediction should be tensor(float) of shape ['rows', 1]" in refused(tmp_path, "wide.onnx")
    saved(
        tmp_path / "type.onnx",
        [helper.make_node("Cast", ["x"], [OUTPUT], to=TensorProto.INT64)],
        outputs=[(OUTPUT, TensorProto.INT64, ["rows", 1])],
    )
    assert "and is tensor(int64)" in refused(tmp_path, "type.onnx")
    saved(tmp_path / "two.onnx", [helper.make_node("Add", ["x", "z"], [OUTPUT])], inputs=("x", "z"))
    model = onnx.load(tmp_path / "two.onnx")
    texts = {entry.key: entry.value for entry in model.metadata_props}
    with_texts(model, texts | {"inputs": '[{"name": "x", "kind": "numeric"}]'}, tmp_path / "two.onnx")
    assert "inputs are x, and those of the network x, z" in refused(tmp_path, "two.onnx")
    with_texts(model, texts | {"inputs": "[" * 100_000}, tmp_path / "deep.onnx")
    assert "cannot be read" in refused(tmp_path, "deep.onnx")


def test_a_network_that_gives_another_number_of_rows_is_refused(tmp_path):
    axes = helper.make_tensor("axes", TensorProto.INT64, [1], [0])
    saved(
        tmp_path / "model.onnx", [helper.make_node("ReduceSum", ["x", "axes"], [OUTPUT], keepdims=1)], constants=[axes]
    )
    assert "other numbers of rows" in refused(tmp_path, "model.onnx")


def test_operators_that_no_runtime_knows_and_data_beside_the_file_are_refused(tmp_path):
    saved(tmp_path / "own.onnx", [helper.make_node("Run", ["x"], [OUTPUT], domain="evil")], opset="evil")
    assert "evil" in refused(tmp_path, "own.onnx")
    weights = onnx.numpy_helper.from_array(np.ones((1, 1), np.float32), "w")
    weights.ClearField("raw_data")
    weights.data_location = TensorProto.EXTERNAL
    for entry in (("location", "/etc/passwd"), ("offset", "0"), ("length", "4")):
        weights.external_data.add(key=entry[0], value=entry[1])
    saved(tmp_path / "beside.onnx", [helper.make_node("Mul", ["x", "w"], [OUTPUT])], constants=[weights])
    refused(tmp_path, "beside.onnx")


def test_a_name_that_is_no_text_is_refused_without_another_word(tmp_path, capsys):
    saved(tmp_path / "model.onnx", [helper.make_node("Neg", ["x"], [OUTPUT])])
    content = (tmp_path / "model.onnx").read_bytes()
    (tmp_path / "model.onnx").write_bytes(content.replace(b"Neg", b"N\xff\xfe"))
    assert "a name in it is no text" in refused(tmp_path, "model.onnx")
    assert capsys.readouterr() == ("", "")


def test_a_file_larger_than_the_bound_is_not_opened(tmp_path):
    (tmp_path / "large.onnx").write_bytes(b"\0" * (2**20 + 1))
    assert "--limit file_mib=2" in refused(tmp_path, "large.onnx", file_mib=1)


@pytest.mark.parametrize(
    ("ranges", "message"),
    [
        ('{"x": {"type": "number", "min": NaN, "max": 1}}', "does not say how to give it new rows"),
        ('{"x": {"type": "number", "min": 2, "max": 1}}', "does not say how to give it new rows"),
        ('{"x": {"type": "category"}}', "does not say how to give it new rows"),
        ('{"x": [1, 2]}', "does not say how to give it new rows"),
        ('{"z": {"type": "number", "min": 1, "max": 2}}', "ranges names z, which is not read so"),
        ('{"x": {"type": "date", "format": "%Y", "min": "1999", "max": "2001"}}', "ranges names x"),
    ],
)
def test_ranges_that_fit_no_column_are_refused(tmp_path, ranges, message):
    saved(tmp_path / "model.onnx", [helper.make_node("Neg", ["x"], [OUTPUT])])
    with_ranges(tmp_path / "model.onnx", ranges)
    assert message in refused(tmp_path, "model.onnx")


def test_ranges_as_wide_as_numbers_go_flag_nothing(tmp_path):
    saved(tmp_path / "model.onnx", [helper.make_node("Neg", ["x"], [OUTPUT])])
    with_ranges(tmp_path / "model.onnx", '{"x": {"type": "number", "min": -1.7e308, "max": 1.7e308}}')
    predict([table_of(tmp_path)], tmp_path / "out.csv", tmp_path / "model.onnx", None, False)
    assert (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()[1] == "1,-1.0,"


@pytest.mark.parametrize(
    "ranges",
    [
        '{"x": {"type": "number", "min": 0, "max": 1}}',
        '{"detail": {"type": "date", "format": "%Y", "min": "1999", "max": "2001"}}',
    ],
)
def test_ranges_that_are_no_figures_of_pictures_are_refused(pictures, tmp_path, ranges):
    (tmp_path / "model.onnx").write_bytes((pictures.folder / "models/model.onnx").read_bytes())
    with_ranges(tmp_path / "model.onnx", ranges)
    with pytest.raises(UserError, match="which is no figure of pictures"):
        predict(["."], tmp_path / "out.csv", tmp_path / "model.onnx", None, False)


def with_ranges(path, ranges: str) -> None:
    model = onnx.load(path)
    texts = {entry.key: entry.value for entry in model.metadata_props}
    with_texts(model, texts | {"ranges": ranges}, path)
