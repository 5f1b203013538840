"""Load TensorFlow fast, and without its start-up notes, which no setting silences and nobody can act on."""

import gc
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

NOTE = re.compile(rb"[IWE]0000 00:00|WARNING: All log messages before absl|To enable the following instructions:")


def load_tensorflow(threads: int | None = None) -> None:
    """Import TensorFlow and Keras and find the devices; whatever else they write to stderr is passed on.

    threads: that share the work within an operation, and with it the order of its sums; None: one for each CPU.
    Once TensorFlow is loaded, the number stays.
    """
    if "tensorflow" in sys.modules:
        return
    if threads:
        os.environ["TF_NUM_INTRAOP_THREADS"] = str(threads)
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # later errors still arrive as Python exceptions
    with _without_notes(), _without("sklearn", "matplotlib", "pandas"), _garbage_left():
        import_module("keras")
        tf = import_module("tensorflow")
        tf.config.list_physical_devices()


@contextmanager
def _without_notes() -> Iterator[None]:
    """Hold back stderr until the end, and pass on all but the notes; they are written by C++, below `sys.stderr`."""
    sys.stderr.flush()
    stderr = os.dup(2)
    with tempfile.TemporaryFile() as notes:
        os.dup2(notes.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
            notes.seek(0)
            os.write(2, b"".join(line for line in notes if not NOTE.match(line)))


@contextmanager
def _without(*packages: str) -> Iterator[None]:
    """Hide packages that Keras loads for wrappers and drawings that nobody uses here: half of its own time."""
    hidden = [package for package in packages if package not in sys.modules]
    for package in hidden:
        sys.modules[package] = None  # type: ignore[assignment]  # means "not installed" to Python
    try:
        yield
    finally:
        for package in hidden:
            del sys.modules[package]


@contextmanager
def _garbage_left() -> Iterator[None]:
    """Exempt what is made here from garbage collection: a million objects that stay, seconds for each search."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
