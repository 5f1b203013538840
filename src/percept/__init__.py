"""percept: the library the stages stand on."""

import sys
from importlib.util import find_spec

__version__ = "0.1.0"  # as pyproject.toml has it


def lacking(package: str) -> str:
    """What to say where a package is not installed."""
    return (
        f"{package} is not installed for {sys.executable}\n"
        "  what to do: run `make setup` once, then `source .venv/bin/activate` in this terminal"
    )


for name in ("numpy", "omegaconf", "pydantic"):  # whatever else a script loads, it loads late
    if not find_spec(name):
        sys.exit(f"percept: {lacking(name)}")
