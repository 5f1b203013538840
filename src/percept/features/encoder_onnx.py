"""The ONNX form of a fitted encoder: raw columns in, one float array out."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from percept.features.added import CONTRIB, INSIDE, Added, Nodes
from percept.prepared.spec import RawInput

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto
    from sklearn.compose import ColumnTransformer

OUTPUT = f"{INSIDE}features"
# What Keras exports today, so that encoder and network can be joined in one graph.
OPSETS = {"": 15, "ai.onnx.ml": 2}
ALL_OPSETS = OPSETS | {CONTRIB: 1}
IR_VERSION = 8  # of these opsets


def encoder_to_onnx(
    fitted: "ColumnTransformer | None",
    columns: Sequence[RawInput],
    offsets: Mapping[str, float] = MappingProxyType({}),
    added: Sequence[Added] = (),
) -> bytes:
    """Convert a fitted ColumnTransformer, if there is one, to ONNX, with the added columns behind its own.

    offsets: what is taken off some columns in 64 bits before all else. The result has one input (rows, 1) for each,
    named as the column: double where there is an offset, float for other numbers, else text; and one output
    (rows, width).
    """
    from onnx import TensorProto, helper

    model = _converted(fitted, [column for column in columns if column.kind != "text"]) if fitted else _empty()
    texts = [column.name for column in columns if column.kind == "text"]
    model.graph.input.extend(helper.make_tensor_value_info(name, TensorProto.STRING, [None, 1]) for name in texts)
    if added:
        _append(model.graph, added)
    _set_opsets(model)
    for name, offset in offsets.items():
        _take_off(model.graph, name, offset)
    return model.SerializeToString()


def _empty() -> "ModelProto":
    """Make a model without inputs, and without columns in its output."""
    from onnx import TensorProto, helper

    output = helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, [None, 0])
    return helper.make_model(helper.make_graph([], "encoder", [], [output]), ir_version=IR_VERSION)


def _converted(fitted: "ColumnTransformer", columns: Sequence[RawInput]) -> "ModelProto":
    from onnx.compose import add_prefix
    from skl2onnx import convert_sklearn
    from skl2onnx.common.data_types import FloatTensorType, StringTensorType
    from sklearn.preprocessing import FunctionTransformer

    from percept.features.robust import RobustSmoothClip, add_robust

    types = {"numeric": FloatTensorType, "category": StringTensorType}
    inputs = [(f"column_{index}", types[column.kind]([None, 1])) for index, column in enumerate(columns)]
    model = convert_sklearn(
        fitted,
        "encoder",
        inputs,
        target_opset=OPSETS,
        # skl2onnx knows no function but the identity
        custom_conversion_functions={FunctionTransformer: _add_function, RobustSmoothClip: add_robust},
        custom_shape_calculators={FunctionTransformer: _keep_shape, RobustSmoothClip: _keep_shape},
    )
    model = add_prefix(model, INSIDE)
    names = {f"{INSIDE}{name}": column.name for (name, _), column in zip(inputs, columns, strict=True)}
    _rename(model, names | {model.graph.output[0].name: OUTPUT})
    return model


def _set_opsets(model: "ModelProto") -> None:
    """Replace the opsets of the converter: the lowest that would do, in an order that changes from run to run."""
    from onnx.helper import make_opsetid

    domains = sorted({opset.domain for opset in model.opset_import} | {node.domain for node in model.graph.node})
    del model.opset_import[:]
    model.opset_import.extend(make_opsetid(domain, ALL_OPSETS[domain]) for domain in domains)


def _rename(model: "ModelProto", names: dict[str, str]) -> None:
    """Give inputs and output the names people know: the converter bends them to identifiers."""
    for node in model.graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]
    for value in [*model.graph.input, *model.graph.output]:
        value.name = names.get(value.name, value.name)


def _append(graph: "GraphProto", added: Sequence[Added]) -> None:
    """Put the added columns behind those that are the output now."""
    fitted, nodes = f"{INSIDE}fitted", Nodes(graph)
    before = [fitted] if graph.node else []
    for node in graph.node:
        node.output[:] = [fitted if name == OUTPUT else name for name in node.output]
    nodes.columns([*before, *(columns.add_to(nodes) for columns in added)], output=OUTPUT)
    width = graph.output[0].type.tensor_type.shape.dim[1]
    width.dim_value += sum(len(columns.names) for columns in added)


def _take_off(graph: "GraphProto", column: str, offset: float) -> None:
    """Let an input be double, and begin with what `_near_zero` does."""
    from onnx import TensorProto, helper

    distance, rounded, constant = (f"{INSIDE}{part}/{column}" for part in ("distance", "rounded", "offset"))
    for node in graph.node:
        node.input[:] = [rounded if name == column else name for name in node.input]
    (value,) = (value for value in graph.input if value.name == column)
    value.type.tensor_type.elem_type = TensorProto.DOUBLE
    graph.initializer.append(helper.make_tensor(constant, TensorProto.DOUBLE, [1], [offset]))
    graph.node.insert(0, helper.make_node("Cast", [distance], [rounded], to=TensorProto.FLOAT))
    graph.node.insert(0, helper.make_node("Sub", [column, constant], [distance]))


def _add_function(scope: Any, operator: Any, container: Any) -> None:  # skl2onnx has no types
    """Convert the asinh of `_scalers`, or the function that scikit-learn makes of "passthrough"."""
    kind = "Asinh" if operator.raw_operator.func is np.arcsinh else "Identity"
    names = [operator.inputs[0].full_name], [operator.outputs[0].full_name]
    container.add_node(kind, *names, name=scope.get_unique_operator_name(kind), op_version=9)


def _keep_shape(operator: Any) -> None:
    operator.outputs[0].type = operator.inputs[0].type
