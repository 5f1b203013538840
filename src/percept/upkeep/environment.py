"""Versions, devices and programs, without loading what takes seconds."""

import platform
import re
import shutil
import sys
from pathlib import Path

import psutil

from percept.errors import listed
from percept.model_file.environment import CUDA, GPUS, gpus, num_cpus, version_of
from percept.upkeep.finding import Finding

PYTHONS = ((3, 11), (3, 13))  # as pyproject.toml has it
SHOWN = ("tensorflow", "keras", "dvc", "hydra-core", "onnxruntime")
LOCK = Path("requirements.lock")
VEGA = Path(".venv/vega.js")  # as tools/vega.py writes it
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def python() -> Finding:
    first, last = PYTHONS
    found = f"{platform.python_version()} ({sys.prefix})"
    if first <= sys.version_info[:2] <= last:
        return Finding("Python", found)
    return Finding("Python", f"{found}; not of 3.11 to 3.13", "make clean setup PYTHON=python3.12", must=True)


def packages(lock: Path = LOCK) -> Finding:
    """Compare what is installed with requirements.lock; what it names for some systems only may be missing."""
    wanted: dict[str, set[str]] = {}
    optional = set()
    for name, locked, condition in re.findall(r"^([\w.-]+)==(\S+)( ;)?", lock.read_text(encoding="utf-8"), re.M):
        wanted.setdefault(name, set()).add(locked)
        optional |= {name} if condition else set()
    here = {name: version_of(name) for name in wanted}
    missing = [name for name, found in here.items() if not found and name not in optional]
    others = [f"{name} {found}" for name, found in here.items() if found and found not in wanted[name]]
    shown = ", ".join(f"{name} {version_of(name)}" for name in SHOWN if version_of(name))
    if not missing and not others:
        return Finding("packages", f"{shown}; all as in {lock.name}")
    wrong = [f"missing: {listed(missing, 5)}"] * bool(missing) + [f"not as locked: {listed(others, 5)}"] * bool(others)
    return Finding("packages", "; ".join(wrong), "make clean setup", must=True)


def devices(driver: Path = GPUS) -> Finding:
    memory = psutil.virtual_memory()
    found = f"{num_cpus()} CPUs, {size(memory.available)} of {size(memory.total)} memory free"
    models = gpus(driver)
    if not models:
        return Finding("devices", f"{found}, no NVIDIA GPU")
    found = f"{found}, {', '.join(models)}"
    if version_of(CUDA):
        return Finding("devices", found)
    return Finding("devices", f"{found}, unused: CUDA's packages are missing", "pip install 'tensorflow[and-cuda]'")


def plots_page() -> Finding:
    if VEGA.is_file():
        return Finding("dvc plots", "draws without a network")
    return Finding("dvc plots", f"no {VEGA}: its page stays empty without a network", "python tools/vega.py")


def browser() -> Finding:
    for name in BROWSERS:
        if program := shutil.which(name):
            return Finding("browser", program)
    return Finding("browser", "no Chromium: `make pictures` and tests/browser need it", "sudo apt install chromium")


def size(num_bytes: float) -> str:
    """Return a number of bytes in the largest unit that suits."""
    for unit in ("B", "kB", "MB", "GB"):
        if num_bytes < 1000:
            return f"{num_bytes:.3g} {unit}"
        num_bytes /= 1000
    return f"{num_bytes:.3g} TB"
