"""The trees of a forest as one operator of ONNX, which takes each row its own way: faster than the steps of Keras."""

from typing import Any

import keras
import numpy as np
import onnx
from numpy.typing import NDArray

from percept.models.forest import Forest, Trees

DOMAIN, VERSION = "ai.onnx.ml", 2  # as the encoder has it


class GivenForest(keras.Model):
    """A network that is told what its forest says: maps features and that, a list, to its outputs."""

    def __init__(self, network: keras.Model, forest: Forest) -> None:
        super().__init__()
        self.network = network
        self.forest: Any = forest  # whose call is replaced for a while

    def call(self, inputs: list[Any]) -> Any:
        features, said = inputs
        self.forest.call = lambda x: said
        try:
            return self.network(features)
        finally:
            del self.forest.call


def put_forest(network: onnx.ModelProto, forest: Forest) -> None:
    """Compute the second input, what the forest says, from the first: the features."""
    features, said = (given.name for given in network.graph.input)
    del network.graph.input[1]
    node = onnx.helper.make_node(
        "TreeEnsembleRegressor", [features], [said], domain=DOMAIN, n_targets=forest.outputs, **_options(forest.held())
    )
    network.graph.node.insert(0, node)
    network.opset_import.append(onnx.helper.make_opsetid(DOMAIN, VERSION))


def _options(trees: Trees) -> dict[str, list]:
    """Return nodes with numbers of their own in each tree; of the values of leaves, those that are not 0."""
    number = np.arange(len(trees.child))
    is_leaf = trees.child == number
    tree = np.searchsorted(trees.roots, number, side="right") - 1
    first = trees.roots[tree]
    leaf, target = np.nonzero(trees.value * is_leaf[:, np.newaxis])

    def child(place: NDArray) -> list[int]:
        return np.where(is_leaf, 0, place - first).tolist()

    return {
        "nodes_treeids": tree.tolist(),
        "nodes_nodeids": (number - first).tolist(),
        "nodes_featureids": trees.column.tolist(),
        "nodes_modes": np.where(is_leaf, "LEAF", "BRANCH_LEQ").tolist(),
        "nodes_values": np.where(is_leaf, 0, trees.threshold).tolist(),
        "nodes_truenodeids": child(trees.child),
        "nodes_falsenodeids": child(trees.child + 1),
        "target_treeids": tree[leaf].tolist(),
        "target_nodeids": (number - first)[leaf].tolist(),
        "target_ids": target.tolist(),
        "target_weights": (trees.value[leaf, target] / np.float32(len(trees.roots))).tolist(),
    }
