"""The layers of a network from input to output, for those who draw it: the report and the graph of TensorBoard."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import keras

SHOWN_OPTIONS = ("units", "filters", "kernel_size", "pool_size", "rate", "activation", "members")  # of a layer


class LayerNode(NamedTuple):
    """A call of a layer, or an operation between layers."""

    name: str  # below that of the network it lies in: outer/inner
    kind: str
    options: dict[str, Any]
    inputs: list[str]  # names of those that it takes its tensors from
    shape: list[int | None]  # of one row of its output
    weights: int  # none where an earlier call has them


def save_layers(model: keras.Model, path: Path, dead_units: Mapping[str, float] | None = None) -> None:
    """Write the layers of a network as JSON.

    dead_units: the share of a layer's units that give all rows the same answer, of hidden layers by name.
    """
    found, known = [node._asdict() for node in layers_of(model)], dead_units or {}
    for layer in found:
        name = layer["name"].rpartition("/")[2]
        if name in known:
            layer["dead_units"] = known[name]
    path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def layers_of(model: keras.Model) -> list[LayerNode]:
    """Return the layers of a network, and of those inside of it. Of one of a person's own class no inputs are known."""
    found: dict[str, LayerNode] = {}
    _add(model, "", {}, found)
    return list(found.values())


def _add(model: keras.Model, scope: str, places: dict[int, str], found: dict[str, LayerNode]) -> None:
    """Add a node for each call of a layer, by name.

    places: where tensors, by their identity, come from; those of this network are added.
    """
    by_depth = getattr(model, "_nodes_by_depth", {})  # from the outputs; a network of a class of its own has none
    for layer in () if by_depth else model.layers:
        if isinstance(layer, keras.Model):
            _add(layer, f"{scope}{layer.name}/", {}, found)
        else:
            _tell(layer, f"{scope}{layer.name}", [], getattr(layer, "output", None), found)
    for node in [node for depth in sorted(by_depth, reverse=True) for node in by_depth[depth]]:
        if all(id(tensor) in places for tensor in node.output_tensors):
            continue  # an input, of a network inside of another, that the outer one feeds
        operation, outer = node.operation, [places[id(tensor)] for tensor in node.input_tensors]
        name = f"{scope}{operation.name}"
        if getattr(operation, "_nodes_by_depth", None):  # a network of layers; of others nobody knows what is inside
            inner = dict(zip(map(id, operation.inputs), outer, strict=True))
            _add(operation, f"{name}/", inner, found)
            ends = [inner[id(end)] for end in operation.outputs]
        else:
            ends = [_tell(operation, name, outer, node.output_tensors, found)] * len(node.output_tensors)
        places |= dict(zip(map(id, node.output_tensors), ends, strict=True))


def _tell(operation: Any, name: str, inputs: list[str], output: Any, found: dict[str, LayerNode]) -> str:
    """Add a call; return what it is named: a layer's second one has a number."""
    is_layer = isinstance(operation, keras.layers.Layer)
    config = operation.get_config() if is_layer else {}
    options = {option: config.get(option) for option in SHOWN_OPTIONS}
    tensors = keras.tree.flatten(output)
    calls = sum(1 for other in found if other == name or other.startswith(f"{name} ("))
    called = f"{name} ({calls + 1})" if calls else name
    found[called] = LayerNode(
        called,
        type(operation).__name__,
        {option: value for option, value in options.items() if value not in (None, "linear")},
        list(dict.fromkeys(inputs)),
        list(tensors[0].shape[1:]) if tensors and tensors[0] is not None else [],
        operation.count_params() if is_layer and not calls else 0,
    )
    return called
