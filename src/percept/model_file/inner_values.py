"""What the network in the shipped file computes on its way to a prediction: its last hidden layer, its convolutions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from percept.model_file.session import OUTPUT, open_session, padded

if TYPE_CHECKING:
    import onnx

PRODUCTS = ("Einsum", "Gemm", "MatMul")  # of a layer's values and its weights
AFTER = ("Add", "BatchNormalization", "Clip", "Elu", "LeakyRelu", "Relu", "Selu", "Sigmoid", "Tanh")  # a convolution


@dataclass(frozen=True)
class Convolution:
    """A convolution of pictures."""

    filters: NDArray[np.float32]  # (filters, channels, height, width)
    maps: str  # name of what it gives, once activated: (rows, filters, height, width)


class InnerValues:
    """The shipped file with a look inside."""

    def __init__(self, file: bytes) -> None:
        import onnx

        self.model = onnx.load_model_from_string(file)
        self.producers = {name: node for node in self.model.graph.node for name in node.output}

    def last_hidden(self) -> str | None:
        """Return the name of what the last product with weights takes in; None where the network has no product."""
        found = self._depths(OUTPUT)
        products = [self.producers[name] for name in found if name in self.producers]
        inputs = [node.input[0] for node in products if node.op_type in PRODUCTS]
        return max(inputs, key=lambda name: found.get(name, 0), default=None)

    def convolutions(self) -> list[Convolution]:
        """Return them from first to last."""
        from onnx import numpy_helper

        weights = {each.name: each for each in self.model.graph.initializer}
        nodes = [node for node in self.model.graph.node if node.op_type == "Conv" and node.input[1] in weights]
        return [
            Convolution(numpy_helper.to_array(weights[node.input[1]]), self._activated(node.output[0]))
            for node in nodes
        ]

    def values(self, names: Sequence[str], raw: Mapping[str, NDArray[Any]]) -> list[NDArray[np.float32]]:
        """Return inner values of some rows of raw inputs, each with an axis of as many rows as `padded` has."""
        import onnx

        model = type(self.model)()
        model.CopyFrom(self.model)
        model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
        session = open_session(model.SerializeToString())
        return session.run(list(names), {name: padded(column) for name, column in raw.items()})

    def hidden_values(self, raw: Mapping[str, NDArray[Any]]) -> NDArray[np.float32] | None:
        """Return the last hidden layer of some rows, (rows, units); of members side by side, their mean."""
        name, num_rows = self.last_hidden(), len(next(iter(raw.values())))
        if name is None:
            return None
        (found,) = self.values([name], raw)
        length = len(padded(next(iter(raw.values()))))
        by_row = np.moveaxis(found, found.shape.index(length), 0)[:num_rows]
        return by_row.reshape(num_rows, -1, by_row.shape[-1]).mean(axis=1)

    def _depths(self, name: str) -> dict[str, int]:
        """Return, of a value and of all that it is made of, the number of steps from what comes in."""
        depths: dict[str, int] = {}
        pending = [name]
        while pending:
            node = self.producers.get(pending[-1])
            inputs = [each for each in node.input if each] if node else []
            waiting = [each for each in inputs if each not in depths]
            pending += waiting
            if not waiting:
                depths[pending.pop()] = 1 + max((depths[each] for each in inputs), default=0)
        return depths

    def _activated(self, name: str) -> str:
        users: list[onnx.NodeProto] = [node for node in self.model.graph.node if name in node.input]
        follows = len(users) == 1 and users[0].op_type in AFTER
        return self._activated(users[0].output[0]) if follows else name
