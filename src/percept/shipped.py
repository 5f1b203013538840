"""Run the shipped file, models/model.onnx, with nothing but ONNX Runtime."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

OUTPUT = "prediction"
CHUNK = 4096  # rows at a time: pictures of a large set need not be unpacked all at once


def output_names(path: Path) -> list[str]:
    """The outputs of the file: `prediction`, and `auxiliary` where the network has one."""
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return [output.name for output in session.get_outputs()]


def predict(path: Path, raw: dict[str, NDArray], output: str = OUTPUT) -> NDArray[np.float32]:
    """Probabilities or values, (rows, outputs), of raw columns (rows, 1) or pixels (rows, height, width, channels)."""
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    num_rows = len(next(iter(raw.values())))
    chunks = []
    for start in range(0, num_rows, CHUNK):
        rows = {name: _as_onnx(column[start : start + CHUNK]) for name, column in raw.items()}
        chunks.append(session.run([output], rows)[0])
    return np.concatenate(chunks)


def _as_onnx(column: NDArray) -> NDArray:
    return column.astype(object) if column.dtype.kind == "U" else column
