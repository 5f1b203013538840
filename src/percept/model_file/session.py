"""Run the shipped file, models/model.onnx, with nothing but ONNX Runtime."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from percept.prepared.raw_inputs import in_parts

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

OUTPUT = "prediction"  # probabilities or values
DECISION = "decision"  # name of the class, or 0 and 1 for each label; no such output for values
FATAL = 4  # what the runtime says by itself of a file of others: nothing but this
GROUP = 16  # rows are run in multiples of it: fewer run other machine code, which rounds in another way


@dataclass(frozen=True)
class Bounds:
    """The most that a file of others may take, which may have been made to take all there is."""

    seconds: float  # to open it, and to answer each chunk of rows
    memory_mib: int  # of values while it answers; one for all sessions of a process


def open_session(file: Path | bytes, bounds: Bounds | None = None) -> "InferenceSession":
    """Open a file, or the bytes of one, to run on the processor; beyond the bounds the runtime raises an error."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # a thread that waits leaves the processor
    if not bounds:
        return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    _bound_memory(bounds.memory_mib)
    options.add_session_config_entry("session.use_env_allocators", "1")
    options.log_severity_level = FATAL
    with _stopped_after(bounds.seconds, lambda: options.set_load_cancellation_flag(True)):
        return onnxruntime.InferenceSession(  # a second attempt, which it would print, is the same
            file, options, providers=["CPUExecutionProvider"], enable_fallback=0
        )


@cache
def _bound_memory(memory_mib: int) -> None:
    """Let the sessions of this process that ask for it share one memory of this size."""
    import onnxruntime

    place = onnxruntime.OrtMemoryInfo(
        "Cpu", onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, onnxruntime.OrtMemType.DEFAULT
    )
    default = -1
    onnxruntime.create_and_register_allocator(
        place, onnxruntime.OrtArenaCfg(memory_mib * 2**20, default, default, default)
    )


@contextmanager
def _stopped_after(seconds: float, stop: Callable[[], None]) -> Iterator[None]:
    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def read_metadata(file: Path | bytes) -> dict[str, str]:
    """Return the metadata of the file, texts by name; `metadata.Metadata.from_texts` reads them."""
    return open_session(file).get_modelmeta().custom_metadata_map


def predict(file: Path | bytes, raw: dict[str, NDArray]) -> dict[str, NDArray]:
    """Return every output by name, from raw columns (rows, 1) or pixels (rows, height, width, channels).

    `prediction` and, where the network has one, `auxiliary`: (rows, outputs) float32; `decision`: (rows,) class names
    or (rows, labels) of 0 and 1.
    """
    return run(open_session(file), raw)


def run(session: "InferenceSession", raw: dict[str, NDArray], bounds: Bounds | None = None) -> dict[str, NDArray]:
    """Predict by an open session; the outputs of a row do not depend on the other rows."""
    names = [output.name for output in session.get_outputs()]
    chunks = []
    for part in in_parts(raw):
        rows = {name: padded(column) for name, column in part.items()}
        num_rows = len(next(iter(part.values())))
        chunks.append([answer[:num_rows] for answer in _answers(session, names, rows, bounds)])
    found = zip(names, zip(*chunks, strict=True), strict=True)
    return {name: np.concatenate(parts) for name, parts in found}


def _answers(
    session: "InferenceSession", names: list[str], rows: dict[str, NDArray], bounds: Bounds | None
) -> list[NDArray]:
    if not bounds:
        return session.run(names, rows)
    from onnxruntime import RunOptions

    options = RunOptions()
    options.log_severity_level = FATAL
    with _stopped_after(bounds.seconds, lambda: setattr(options, "terminate", True)):
        return session.run(names, rows, options)


def padded(column: NDArray) -> NDArray:
    """Return a raw input as the runtime takes it: text as objects, and rows in multiples of `GROUP`."""
    column = column.astype(object) if column.dtype.kind == "U" else column
    lacking = -len(column) % GROUP
    return np.concatenate([column, column[-1:].repeat(lacking, axis=0)]) if lacking else column
