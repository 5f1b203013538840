"""Small model files whose networks are given, and whose word about themselves is anybody's."""

import json

import numpy as np
from onnx import ModelProto, TensorProto, helper, numpy_helper

from percept.model_file.session import DECISION, OUTPUT

FLOAT, STRING = TensorProto.FLOAT, TensorProto.STRING
SIDE = 8  # pixels
COMMON = {"task": "toy", "thresholds": "[]", "temperature": "1", "picture": "null", "contract": "{}", "ranges": "{}"}
COMMON |= {"sha256": "{}", "versions": "{}", "commit": "0" * 40, "scores": "{}", "card": "# toy"}
TABLE = {"text": {}, "date": {"joined": "%Y-%m-%d"}, "derive": {"share": "age / income"}, "required": ["share"]}
MONTH = {"name": "joined.month", "kind": "category", "date": "joined", "part": "month"}
ROWS = "age,income,plan,joined\n30,1000,pro,2024-01-31\n,x,basic,\n1e40,0,,2024-02-30\n"


def regression() -> ModelProto:
    """Give -x of a column x."""
    inputs = [{"name": "x", "kind": "numeric"}]
    texts = {"kind": "regression", "targets": '["y"]', "classes": "[]", "inputs": json.dumps(inputs)}
    table = {"text": {}, "date": {}, "derive": {}, "required": []}
    nodes = [helper.make_node("Neg", ["x"], [OUTPUT])]
    return _model(nodes, [("x", FLOAT, 1)], [(OUTPUT, FLOAT, 1)], texts | {"table": json.dumps(table)})


def binary() -> ModelProto:
    """Give the class of a share, from numbers, a category and a date."""
    inputs = [{"name": "share", "kind": "numeric"}, {"name": "plan", "kind": "category"}, MONTH]
    texts = {"kind": "binary", "targets": '["left"]', "classes": '["no", "yes"]', "thresholds": "[0.5]"}
    texts |= {"inputs": json.dumps(inputs), "table": json.dumps(TABLE)}
    contract = {"columns": {"plan": {"type": "category", "values": ["pro", "basic"]}}}
    ranges = {"age": {"type": "number", "min": 18, "max": 90}}
    texts |= {"contract": json.dumps(contract), "ranges": json.dumps(ranges)}
    nodes = [helper.make_node("Sigmoid", ["share"], [OUTPUT]), *_decision("Greater", [OUTPUT, "half"])]
    given = [("share", FLOAT, 1), ("plan", STRING, 1), ("joined.month", STRING, 1)]
    constants = [numpy_helper.from_array(np.float32([0.5]), "half"), _names(["no", "yes"])]
    return _model(nodes, given, [(OUTPUT, FLOAT, 1), (DECISION, STRING)], texts, constants)


def pictures() -> ModelProto:
    """Give the class of a grey picture by its darkest and its brightest pixel."""
    picture = {"size": [SIDE, SIDE], "color": "grey", "white": 255}
    ranges = {"contrast": {"type": "number", "min": 0.1, "max": 0.3}}
    texts = {"kind": "multiclass", "targets": '["class"]', "classes": '["dark", "bright"]', "table": "null"}
    texts |= {"inputs": '[{"name": "pixels", "kind": "pixels"}]'}
    texts |= {"picture": json.dumps(picture), "ranges": json.dumps(ranges)}
    nodes = [helper.make_node("Cast", ["pixels"], ["x"], to=FLOAT)]
    nodes += [helper.make_node(f"Reduce{end}", ["x", "axes"], [end], keepdims=0) for end in ("Min", "Max")]
    nodes += [helper.make_node("Unsqueeze", [end, "last"], [f"{end}1"]) for end in ("Min", "Max")]
    nodes += [helper.make_node("Concat", ["Min1", "Max1"], ["both"], axis=1)]
    nodes += [helper.make_node("Softmax", ["both"], [OUTPUT], axis=1)]
    nodes += [helper.make_node("ArgMax", [OUTPUT], ["place"], axis=1, keepdims=0)]
    nodes += [helper.make_node("Gather", ["names", "place"], [DECISION])]
    axes = {"axes": [1, 2, 3], "last": [1]}
    constants = [_names(["dark", "bright"]), *(numpy_helper.from_array(np.array(axes[name]), name) for name in axes)]
    given = [("pixels", TensorProto.UINT8, SIDE, SIDE, 1)]
    return _model(
        nodes, given, [(OUTPUT, FLOAT, 2), (DECISION, STRING)], texts, [*constants, _names(["dark", "bright"])]
    )


NETWORKS = {"regression": regression, "binary": binary, "pictures": pictures}


def texts_of(model: ModelProto) -> dict[str, str]:
    """Return what a file says of itself."""
    return {entry.key: entry.value for entry in model.metadata_props}


def with_texts(model: ModelProto, texts: dict[str, str]) -> bytes:
    """Return the bytes of the file that says this of itself; what no file can hold is left out."""
    del model.metadata_props[:]
    for name, text in texts.items():
        model.metadata_props.add(key=_storable(name), value=_storable(text))
    return model.SerializeToString(deterministic=True)


def _storable(text: str) -> str:
    return text.encode("utf-8", "ignore").decode()


def _decision(kind: str, inputs: list[str]) -> list:
    return [
        helper.make_node(kind, inputs, ["above"]),
        helper.make_node("Cast", ["above"], ["number"], to=TensorProto.INT64),
        helper.make_node("Squeeze", ["number", "one"], ["place"]),
        helper.make_node("Gather", ["names", "place"], [DECISION]),
    ]


def _names(names: list[str]) -> TensorProto:
    return helper.make_tensor("names", STRING, [len(names)], [name.encode() for name in names])


def _model(nodes: list, inputs: list, outputs: list, texts: dict[str, str], constants: tuple | list = ()) -> ModelProto:
    """Make a file; inputs and outputs: (name, type, *sides of one row)."""
    given, answers = (
        [helper.make_tensor_value_info(name, kind, ["rows", *sides]) for name, kind, *sides in values]
        for values in (inputs, outputs)
    )
    one = numpy_helper.from_array(np.array([1]), "one")
    graph = helper.make_graph(nodes, "toy", given, answers, [*constants, one])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    with_texts(model, COMMON | texts)
    return model
