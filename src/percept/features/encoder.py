"""The fitted encoder of a table as ONNX: raw columns in, one float array out."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from percept.spec import RawInput

INSIDE = "encoder/"  # before every name that is not a column's, so that a column may be called anything
OUTPUT = f"{INSIDE}features"
# What Keras exports today, so that encoder and network can be joined in one graph.
OPSETS = {"": 15, "ai.onnx.ml": 2}


def encoder_to_onnx(fitted, columns: Sequence[RawInput]) -> bytes:
    """Convert a fitted ColumnTransformer.

    The result has one input (rows, 1) for each column, named as the column, float for numeric and text for
    category, and one output (rows, width).
    """
    from onnx.compose import add_prefix
    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import FloatTensorType, StringTensorType

    types = {"numeric": FloatTensorType, "category": StringTensorType}
    inputs = [(f"column_{index}", types[column.kind]([None, 1])) for index, column in enumerate(columns)]
    model = add_prefix(to_onnx(fitted, initial_types=inputs, target_opset=OPSETS), INSIDE)
    for opset in model.opset_import:  # the converter writes the lowest that would do
        opset.version = OPSETS[opset.domain]
    # The converter bends names to identifiers; the file keeps the names people know.
    names = {f"{INSIDE}{name}": column.name for (name, _), column in zip(inputs, columns, strict=True)}
    names[model.graph.output[0].name] = OUTPUT
    for node in model.graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]
    for value in [*model.graph.input, *model.graph.output]:
        value.name = names.get(value.name, value.name)
    return model.SerializeToString()


def encode(encoder: bytes | Path, raw: dict[str, NDArray]) -> NDArray[np.float32]:
    """Run the encoder on columns (rows, 1); gives (rows, width)."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(encoder) if isinstance(encoder, Path) else encoder)
    wanted = {value.name for value in session.get_inputs()}
    return session.run([OUTPUT], {name: column for name, column in raw.items() if name in wanted})[0]
