"""Run the shipped file, models/model.onnx, with nothing but ONNX Runtime."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

OUTPUT = "prediction"  # probabilities or values
DECISION = "decision"  # name of the class, or 0 and 1 for each label; no such output for values
CHUNK = 4096  # rows at a time: pictures of a large set need not be unpacked all at once
GROUP = 16  # rows are run in multiples of it: fewer run other machine code, which rounds in another way


def open_session(file: Path | bytes) -> "InferenceSession":
    """Open a file, or the bytes of one, to run on the processor."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # a thread that waits leaves the processor
    return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])


def read_metadata(file: Path | bytes) -> dict[str, str]:
    """Return the metadata of the file, texts by name; `metadata.Metadata.from_texts` reads them."""
    return open_session(file).get_modelmeta().custom_metadata_map


def predict(file: Path | bytes, raw: dict[str, NDArray]) -> dict[str, NDArray]:
    """Return every output by name, from raw columns (rows, 1) or pixels (rows, height, width, channels).

    `prediction` and, where the network has one, `auxiliary`: (rows, outputs) float32; `decision`: (rows,) class names
    or (rows, labels) of 0 and 1.
    """
    return run(open_session(file), raw)


def run(session: "InferenceSession", raw: dict[str, NDArray]) -> dict[str, NDArray]:
    """Predict by an open session; the outputs of a row do not depend on the other rows."""
    names = [output.name for output in session.get_outputs()]
    num_rows = len(next(iter(raw.values())))
    chunks = []
    for start in range(0, num_rows, CHUNK):
        rows = {name: _as_onnx(column[start : start + CHUNK]) for name, column in raw.items()}
        chunks.append(session.run(names, rows))
    found = zip(names, zip(*chunks, strict=True), strict=True)
    return {name: np.concatenate(parts)[:num_rows] for name, parts in found}


def _as_onnx(column: NDArray) -> NDArray:
    column = column.astype(object) if column.dtype.kind == "U" else column
    lacking = -len(column) % GROUP
    return np.concatenate([column, column[-1:].repeat(lacking, axis=0)]) if lacking else column
