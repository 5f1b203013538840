"""The network as a person thinks of it: a node for each layer, named by the layer; and its summary."""

from collections.abc import Iterator
from typing import Any

import keras
from tensorboard.compat.proto.attr_value_pb2 import AttrValue
from tensorboard.compat.proto.graph_pb2 import GraphDef
from tensorboard.compat.proto.node_def_pb2 import NodeDef
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.compat.proto.versions_pb2 import VersionDef

from percept.logs.summaries import text

SHOWN = ("units", "filters", "kernel_size", "strides", "padding", "pool_size", "activation", "rate")  # of a layer


def graph_of(network: keras.Model) -> bytes:
    """Return the graph as a GraphDef."""
    return GraphDef(node=_nodes(network, "", {}), versions=VersionDef(producer=22)).SerializeToString()


def summary_of(network: keras.Model, task: str) -> Summary.Value:
    """Return the summary that Keras prints, as a text."""
    lines: list[str] = []
    network.summary(print_fn=lambda line, **_: lines.append(line), line_length=90)
    return text(f"{task}/model summary", "\n".join(["```", *lines, "```"]))


def _nodes(network: keras.Model, scope: str, places: dict[int, str]) -> Iterator[NodeDef]:
    """Yield a node for each operation, those of a network inside of it below its name.

    places: where tensors, by their identity, come from; those of this network are added.
    """
    by_depth = getattr(network, "_nodes_by_depth", {})  # from the outputs; a network of a class of its own has none
    for node in [node for depth in sorted(by_depth, reverse=True) for node in by_depth[depth]]:
        if all(id(tensor) in places for tensor in node.output_tensors):
            continue  # an input, of a network inside of another, that the outer one feeds
        operation, outer = node.operation, [places[id(tensor)] for tensor in node.input_tensors]
        name = f"{scope}{operation.name}"
        if getattr(operation, "_nodes_by_depth", None):  # a network of layers; of others nobody knows what is inside
            inner = dict(zip(map(id, operation.inputs), outer, strict=True))
            yield from _nodes(operation, f"{name}/", inner)
            places |= dict(
                zip(map(id, node.output_tensors), (inner[id(end)] for end in operation.outputs), strict=True)
            )
            continue
        places |= {id(tensor): name for tensor in node.output_tensors}
        yield NodeDef(name=name, op=type(operation).__name__, input=outer, attr=_attributes(operation, node))


def _attributes(operation: Any, node: Any) -> dict[str, AttrValue]:
    found = {"_output_shapes": AttrValue(list=AttrValue.ListValue(shape=[_shape(t) for t in node.output_tensors]))}
    if isinstance(operation, keras.layers.Layer):
        config = operation.get_config()
        options = {name: config[name] for name in SHOWN if config.get(name) is not None}
        options["parameters"] = f"{operation.count_params():,}"
        found |= {name: AttrValue(s=str(value).encode()) for name, value in options.items()}
    return found


def _shape(tensor: keras.KerasTensor) -> TensorShapeProto:
    sizes = [-1 if size is None else size for size in tensor.shape]
    return TensorShapeProto(dim=[TensorShapeProto.Dim(size=size) for size in sizes])
