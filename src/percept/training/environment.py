"""What the numbers of a run may depend on besides its inputs: written beside its logs, never into tracked files."""

import json
import os
import platform
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("keras", "tensorflow", "numpy", "scikit-learn", "pandas", "onnx", "onnxruntime")


def num_cpus() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def fingerprint() -> dict[str, object]:
    """Return versions, processor, threads and settings of this process."""
    import tensorflow as tf

    cpu_info = Path("/proc/cpuinfo")
    fields = {}
    if cpu_info.is_file():
        lines = (line.partition(":") for line in cpu_info.read_text().splitlines())
        fields = {name.strip(): value.strip() for name, _, value in lines}
    flags = fields.get("flags", fields.get("Features", "")).split()
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": {name: version(name) for name in PACKAGES},
        "processor": fields.get("model name", platform.processor()),
        "cpu_flags": [flag for flag in flags if flag.startswith(("sse4", "avx", "fma", "amx", "asimd", "sve"))],
        "cpus": num_cpus(),
        "threads": {
            "intra_op": tf.config.threading.get_intra_op_parallelism_threads(),  # 0: TF_NUM_INTRAOP_THREADS
            "inter_op": tf.config.threading.get_inter_op_parallelism_threads(),
        },
        "devices": [device.name for device in tf.config.list_physical_devices()],
        "settings": {name: value for name, value in os.environ.items() if name.startswith(("TF_", "XLA_", "OMP_"))},
    }


def save_fingerprint(path: Path) -> None:
    """Write the fingerprint as JSON."""
    path.write_text(json.dumps(fingerprint(), indent=2) + "\n", encoding="utf-8")
