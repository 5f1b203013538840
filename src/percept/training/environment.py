"""The machine that a run was computed on, to the last detail: written beside its logs, never into tracked files."""

import json
import platform
from pathlib import Path

from percept.model_file.environment import digest, environment, num_cpus


def fingerprint() -> dict[str, object]:
    """Return what decides how this process rounds, its name, and what else may help to find a difference."""
    import tensorflow as tf

    decides = environment()
    return {
        "environment": digest(decides),
        **decides,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cpus": num_cpus(),
        "inter_op_threads": tf.config.threading.get_inter_op_parallelism_threads(),
        "devices": [device.name for device in tf.config.list_physical_devices()],
    }


def save_fingerprint(path: Path) -> None:
    """Write the fingerprint as JSON."""
    path.write_text(json.dumps(fingerprint(), indent=2) + "\n", encoding="utf-8")
