"""Load TensorFlow without its start-up notes, which no environment variable silences and nobody can act on."""

import os
import re
import sys
import tempfile

NOTE = re.compile(rb"[IWE]0000 00:00|WARNING: All log messages before absl|To enable the following instructions:")


def load_tensorflow() -> None:
    """Import TensorFlow and find its devices; whatever else it writes to stderr is passed on."""
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # later errors still arrive as Python exceptions
    sys.stderr.flush()
    stderr = os.dup(2)
    with tempfile.TemporaryFile() as notes:
        os.dup2(notes.fileno(), 2)
        try:
            import tensorflow as tf

            tf.config.list_physical_devices()
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
            notes.seek(0)
            os.write(2, b"".join(line for line in notes if not NOTE.match(line)))
