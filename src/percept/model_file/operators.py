"""Layers that are one operator of ONNX, in place of the many that their steps in Keras would be.

Such a layer has a method `onnx_operator`, which returns the name of the operator and its attributes. It takes the
features alone.
"""

from typing import Any

import keras
import numpy as np
import onnx

DOMAIN, VERSION = "ai.onnx.ml", 2  # as the encoder has it


def with_operator(network: keras.Model) -> keras.layers.Layer | None:
    """Return the layer of a network that is one operator."""
    return next((layer for layer in network.layers if hasattr(layer, "onnx_operator")), None)


class Given(keras.Model):
    """A network that is told what one of its layers says: maps features and that, a list, to its outputs."""

    def __init__(self, network: keras.Model, layer: Any) -> None:
        super().__init__()
        self.network, self.layer = network, layer

    def example(self) -> list[np.ndarray]:
        """Return inputs for a call."""
        sizes = [self.network.input.shape[1:], self.layer.output.shape[1:]]
        return [np.zeros((1, *size), np.float32) for size in sizes]

    def call(self, inputs: list[Any]) -> Any:
        features, said = inputs
        self.layer.call = lambda x: said
        try:
            return self.network(features)
        finally:
            del self.layer.call


def put_operator(exported: onnx.ModelProto, layer: Any) -> None:
    """Compute the second input of an exported `Given`, what the layer says, from the first: the features."""
    features, said = (given.name for given in exported.graph.input)
    del exported.graph.input[1]
    name, attributes = layer.onnx_operator()
    node = onnx.helper.make_node(name, [features], [said], domain=DOMAIN, **attributes)
    exported.graph.node.insert(0, node)
    exported.opset_import.append(onnx.helper.make_opsetid(DOMAIN, VERSION))
