"""What decides, beside the inputs of a run, how it rounds: where all of it is the same, so are the bits.

docs/reproducibility.md has what each of these changes. Nothing here loads TensorFlow.
"""

import hashlib
import json
import os
import platform
import re
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = (  # that compute, or write what computes
    "keras",
    "numpy",
    "onnx",
    "onnxruntime",
    "pandas",
    "pillow",
    "scikit-learn",
    "scipy",
    "skl2onnx",
    "tensorflow",
    "tf2onnx",
)
THREADS = "TF_NUM_INTRAOP_THREADS"  # which `load_tensorflow` sets
TENSORFLOW = ("CUDNN", "CUBLAS", "DETERMINISTIC", "DISABLE", "ENABLE", "NUM_INTEROP", "OVERRIDE", "USE", "XLA")
SETTINGS = (  # of libraries that compute; Terraform has variables that begin with TF_, too
    *(f"TF_{word}" for word in TENSORFLOW),
    *("XLA_", "ONEDNN_", "DNNL_", "OMP_", "MKL_", "OPENBLAS_", "NPY_"),
)
FEATURES = ("sse", "avx", "fma", "f16c", "amx", "asimd", "sve")  # of processors, with which sums take another order
CPU_INFO = Path("/proc/cpuinfo")
GPUS = Path("/proc/driver/nvidia/gpus")
CUDA = "nvidia-cudnn-cu12"  # which tensorflow[and-cuda] brings


def environment() -> dict[str, Any]:
    """Return Python, packages, system, processor, GPUs, threads and settings, as plain values."""
    cpu = _cpu()
    settings = {name: value for name, value in os.environ.items() if name.startswith(SETTINGS)}
    return {
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "packages": {name: version_of(name) for name in PACKAGES},
        "system": " ".join(filter(None, (platform.system(), platform.machine(), *platform.libc_ver()))),
        "processor": cpu.get("model name", platform.processor()),
        "cache": cpu.get("cache size", ""),  # by which products of matrices are cut into blocks
        "features": [flag for flag in cpu.get("flags", cpu.get("Features", "")).split() if flag.startswith(FEATURES)],
        "gpus": gpus() if version_of(CUDA) else [],
        "threads": int(os.environ.get(THREADS) or num_cpus()),
        "settings": {name: settings[name] for name in sorted(settings)},
    }


def digest(found: dict[str, Any]) -> str:
    """Return the name of an environment: 8 digits of the sha256 of all its values."""
    return hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()[:8]


def differences(here: dict[str, Any], there: dict[str, Any]) -> list[str]:
    """Return in words what differs, such as `packages.numpy: 2.4.1 here, 2.3.0 there`."""
    found = []
    for key in dict.fromkeys([*here, *there]):
        one, other = here.get(key), there.get(key)
        if isinstance(one, dict) and isinstance(other, dict):
            found += [f"{key}.{line}" for line in differences(one, other)]
        elif isinstance(one, list) and isinstance(other, list):
            marked = [f"+{item}" for item in one if item not in other] + [
                f"-{item}" for item in other if item not in one
            ]
            found += [f"{key}: {' '.join(marked)}"] if marked else []
        elif one != other:
            found.append(f"{key}: {_shown(one)} here, {_shown(other)} there")
    return found


def _shown(value: Any) -> str:
    return "none" if value in (None, "") else str(value)


def num_cpus() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def version_of(package: str) -> str:
    """Return the version that is installed, or nothing."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def gpus(driver: Path = GPUS) -> list[str]:
    """Return the models of the GPUs that NVIDIA's driver has."""
    texts = [file.read_text(encoding="utf-8") for file in sorted(driver.glob("*/information"))]
    named = [re.search(r"^Model:\s*(.+)$", text, re.M) for text in texts]
    return [found[1].strip() if found else "a GPU" for found in named]


def _cpu() -> dict[str, str]:
    """Return what Linux says of the first processor."""
    if not CPU_INFO.is_file():
        return {}
    lines = [line.partition(":") for line in CPU_INFO.read_text(encoding="utf-8").partition("\n\n")[0].splitlines()]
    return {name.strip(): value.strip() for name, _, value in lines}
