"""percept: the library the stages stand on."""

import os
import signal
import sys
from importlib.util import find_spec
from pathlib import Path

CACHE = Path(__file__).resolve().parents[2] / ".cache"  # of packages that would use the home folder
os.environ |= {
    "ORT_DISABLE_TELEMETRY": "1",  # ONNX Runtime would keep a device id, and look up a host of its maker
    "KERAS_HOME": str(CACHE / "keras"),  # a keras.json of the home folder would change what a network computes
    "MPLCONFIGDIR": str(CACHE / "matplotlib"),
}

__version__ = "0.1.0"  # as pyproject.toml has it


def lacking(package: str) -> str:
    """What to say where a package is not installed."""
    return (
        "the environment is not active: `source .venv/bin/activate` (`make setup` makes it) "
        f"[{package} is not installed for {sys.executable}]"
    )


def stop_early(number: int, _: object) -> None:
    """End a script that is still loading, in one line; `errors.run` takes over from here."""
    said = f"{Path(sys.argv[0]).stem}: stopped by {signal.Signals(number).name}; nothing was replaced\n"
    os.write(2, said.encode())
    os._exit(128 + number)


if Path(sys.argv[0]).resolve().parent == Path(__file__).resolve().parents[1]:
    signal.signal(signal.SIGINT, stop_early)
    signal.signal(signal.SIGTERM, stop_early)

for name in ("numpy", "omegaconf", "pydantic"):  # whatever else a script loads, it loads late
    if not find_spec(name):
        sys.exit(f"{Path(sys.argv[0]).stem}: {lacking(name)}")
