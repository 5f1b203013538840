"""The network as a person thinks of it: a node for each layer, named by the layer; and its summary."""

import keras
from tensorboard.compat.proto.attr_value_pb2 import AttrValue
from tensorboard.compat.proto.graph_pb2 import GraphDef
from tensorboard.compat.proto.node_def_pb2 import NodeDef
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.compat.proto.versions_pb2 import VersionDef

from percept.logs.summaries import text
from percept.model_file.layers import LayerNode, layers_of

UNKNOWN = -1  # length of a side


def graph_of(network: keras.Model) -> bytes:
    """Return the graph as a GraphDef."""
    nodes = [
        NodeDef(name=layer.name, op=layer.kind, input=layer.inputs, attr=_attributes(layer))
        for layer in layers_of(network)
    ]
    return GraphDef(node=nodes, versions=VersionDef(producer=22)).SerializeToString()


def summary_of(network: keras.Model, task: str) -> Summary.Value:
    """Return the summary that Keras prints, as a text."""
    lines: list[str] = []
    network.summary(print_fn=lambda line, **_: lines.append(line), line_length=90)
    return text(f"{task}/model summary", "\n".join(["```", *lines, "```"]))


def _attributes(layer: LayerNode) -> dict[str, AttrValue]:
    sides = [UNKNOWN, *(UNKNOWN if side is None else side for side in layer.shape)]
    shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=side) for side in sides])
    options = layer.options | {"parameters": f"{layer.weights:,}"}
    return {"_output_shapes": AttrValue(list=AttrValue.ListValue(shape=[shape]))} | {
        name: AttrValue(s=str(value).encode()) for name, value in options.items()
    }
