"""Run the shipped file, models/model.onnx, with nothing but ONNX Runtime."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

OUTPUT = "prediction"  # probabilities or values
DECISION = "decision"  # name of the class, or 0 and 1 for each label; no such output for values
CHUNK = 4096  # rows at a time: pictures of a large set need not be unpacked all at once


def metadata(path: Path) -> dict[str, str]:
    """What the file says of itself: task, kind, targets, classes, thresholds, temperature; all but text as JSON."""
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.get_modelmeta().custom_metadata_map


def predict(path: Path, raw: dict[str, NDArray]) -> dict[str, NDArray]:
    """Every output of the file by name, from raw columns (rows, 1) or pixels (rows, height, width, channels).

    `prediction` and, where the network has one, `auxiliary`: (rows, outputs) float32; `decision`: (rows,) class names
    or (rows, labels) of 0 and 1.
    """
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    num_rows = len(next(iter(raw.values())))
    chunks = []
    for start in range(0, num_rows, CHUNK):
        rows = {name: _as_onnx(column[start : start + CHUNK]) for name, column in raw.items()}
        chunks.append(session.run(names, rows))
    return {name: np.concatenate(parts) for name, parts in zip(names, zip(*chunks, strict=True), strict=True)}


def _as_onnx(column: NDArray) -> NDArray:
    return column.astype(object) if column.dtype.kind == "U" else column
