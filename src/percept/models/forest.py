"""Layers that put decision trees beside members: what a forest says of a row, and the mean of both."""

from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from percept.models.members import PACKAGE, activation_of

SMALLEST = 1e-7  # of a probability: its logarithm is finite


class Trees(NamedTuple):
    """Nodes of all trees in one row. The second child stands behind the first; a leaf leads to itself."""

    roots: NDArray[np.int32]  # (trees,) numbers of nodes
    column: NDArray[np.int32]  # (nodes,) whose value is compared
    threshold: NDArray[np.float32]  # (nodes,) above which the second child is next
    child: NDArray[np.int32]  # (nodes,) the first one
    value: NDArray[np.float32]  # (nodes, outputs) what is said at a leaf
    depth: int  # steps from a root to the deepest leaf


@keras.saving.register_keras_serializable(PACKAGE)
class Forest(keras.layers.Layer):
    """The mean of what the trees of a forest say: (batch, features) to (batch, outputs)."""

    def __init__(self, trees: int, nodes: int, outputs: int, depth: int, **options: Any) -> None:
        super().__init__(**options)
        self.trees, self.nodes, self.outputs, self.depth = trees, nodes, outputs, depth

    @classmethod
    def of(cls, trees: Trees, num_features: int, **options: Any) -> "Forest":
        """Return the layer that says what these trees say."""
        nodes, outputs = trees.value.shape
        layer = cls(len(trees.roots), nodes, outputs, trees.depth, **options)
        layer.build((None, num_features))
        layer.set_weights(list(trees[:-1]))
        return layer

    def onnx_operator(self) -> tuple[str, dict[str, Any]]:
        """Return the operator of ONNX that says the same, and its attributes.

        It takes each row its own way, and is faster than the steps of `call`.
        """
        roots, column, threshold, child, value = self.get_weights()
        number = np.arange(self.nodes)
        is_leaf = child == number
        tree = np.searchsorted(roots, number, side="right") - 1
        place = number - roots[tree]  # in its tree
        leaf, target = np.nonzero(value * is_leaf[:, np.newaxis])

        def next_place(node: NDArray) -> list[int]:
            return np.where(is_leaf, 0, node - roots[tree]).tolist()

        return "TreeEnsembleRegressor", {
            "n_targets": self.outputs,
            "nodes_treeids": tree.tolist(),
            "nodes_nodeids": place.tolist(),
            "nodes_featureids": column.tolist(),
            "nodes_modes": np.where(is_leaf, "LEAF", "BRANCH_LEQ").tolist(),
            "nodes_values": np.where(is_leaf, 0, threshold).tolist(),
            "nodes_truenodeids": next_place(child),
            "nodes_falsenodeids": next_place(child + 1),
            "target_treeids": tree[leaf].tolist(),
            "target_nodeids": place[leaf].tolist(),
            "target_ids": target.tolist(),
            "target_weights": (value[leaf, target] / np.float32(self.trees)).tolist(),
        }

    def build(self, input_shape: tuple) -> None:
        def weight(name: str, shape: tuple, dtype: str) -> Any:
            return self.add_weight(shape=shape, dtype=dtype, initializer="zeros", trainable=False, name=name)

        self.roots = weight("roots", (self.trees,), "int32")
        self.column = weight("column", (self.nodes,), "int32")
        self.threshold = weight("threshold", (self.nodes,), "float32")
        self.child = weight("child", (self.nodes,), "int32")
        self.value = weight("value", (self.nodes, self.outputs), "float32")

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        cells = ops.reshape(x, (-1,))
        row = ops.expand_dims(ops.arange(ops.shape(x)[0], dtype="int32") * x.shape[1], 1)  # where each begins

        def step(_: Any, node: Any) -> Any:
            value = ops.take(cells, row + ops.take(self.column, node))
            return ops.take(self.child, node) + ops.cast(value > ops.take(self.threshold, node), "int32")

        node = ops.fori_loop(0, self.depth, step, ops.expand_dims(self.roots, 0) + 0 * row)  # (batch, trees)
        return ops.mean(ops.take(self.value, node, axis=0), axis=1)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        return (input_shape[0], self.outputs)

    def get_config(self) -> dict[str, Any]:
        own = {"trees": self.trees, "nodes": self.nodes, "outputs": self.outputs, "depth": self.depth}
        return super().get_config() | own


@keras.saving.register_keras_serializable(PACKAGE)
class WithForest(keras.layers.Layer):
    """The mean of what members and a forest say, by a share: of probabilities, or of values.

    Maps logits or values of the members and probabilities or values of the forest, each (batch, units), to the same
    shape. The weight scales the logits of the mean; divided by a temperature, it calibrates them.
    """

    def __init__(self, kind: str, share: float, **options: Any) -> None:
        """kind: of the objective; share: of the forest, 0 to 1."""
        super().__init__(**options)
        self.kind, self.share = kind, share
        self.activation = activation_of(kind)

    def build(self, input_shape: list[tuple]) -> None:
        self.scale = self.add_weight(shape=(), initializer="ones", trainable=False, name="scale")

    def call(self, inputs: list[keras.KerasTensor]) -> keras.KerasTensor:
        said, of_forest = inputs
        return self.activation(together(said, of_forest, self.share, self.kind) * self.scale)

    def compute_output_shape(self, input_shape: list[tuple]) -> tuple:
        return input_shape[0]

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"kind": self.kind, "share": self.share}


def together(said: Any, of_forest: Any, share: float, kind: str) -> Any:
    """Return the mean of values, or the logits of the mean of probabilities.

    said: logits or values of the members, of_forest: probabilities or values, both (rows, units).
    """

    def logarithm(of_members: Any, of_trees: Any) -> Any:
        return ops.log(ops.maximum((1 - share) * of_members + share * of_trees, SMALLEST))

    if kind == "regression":
        return (1 - share) * said + share * of_forest
    if kind == "multiclass":
        return logarithm(ops.softmax(said, axis=-1), of_forest)
    return logarithm(ops.sigmoid(said), of_forest) - logarithm(ops.sigmoid(-said), 1 - of_forest)
