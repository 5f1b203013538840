"""The layers of a network as JSON, from which the report draws it."""

import json
from pathlib import Path
from typing import Any

import keras

SHOWN_OPTIONS = ("units", "filters", "kernel_size", "pool_size", "rate", "activation", "members")  # of a layer


def save_layers(model: keras.Model, path: Path) -> None:
    """Write the layers of a network as JSON, from which the report draws it."""
    path.write_text(json.dumps(_layers(model), indent=1) + "\n", encoding="utf-8")


def _layers(model: keras.Model) -> list[dict[str, Any]]:
    """Return for each layer and operation, those of inner networks too: name, kind, options, inputs, shape, weights.

    The shape is that of its output. Inputs and options of layers of a person's own class may be unknown.
    """
    configs = {config["name"]: config for config in model.get_config().get("layers", [])}
    found = []
    for layer in getattr(model, "operations", model.layers):  # operations between layers are no layers
        if isinstance(layer, keras.Model):
            found += _layers(layer)
            continue
        config = configs.get(layer.name, {})
        options = {name: config.get("config", {}).get(name) for name in SHOWN_OPTIONS}
        outputs = keras.tree.flatten(getattr(layer, "output", None))
        found.append(
            {
                "name": layer.name,
                "kind": type(layer).__name__,
                "options": {name: value for name, value in options.items() if value not in (None, "linear")},
                "inputs": list(dict.fromkeys(_histories(config.get("inbound_nodes")))),
                "shape": list(outputs[0].shape[1:]) if outputs and outputs[0] is not None else [],
                "weights": layer.count_params() if isinstance(layer, keras.layers.Layer) else 0,
            }
        )
    return found


def _histories(node: Any) -> list[str]:
    """Return the names of the layers that a serialised call takes its tensors from."""
    if isinstance(node, dict) and "keras_history" in node:
        return [node["keras_history"][0]]
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list | tuple) else ()
    return [name for part in inner for name in _histories(part)]
