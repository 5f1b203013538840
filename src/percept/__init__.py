"""percept: the library the stages stand on."""

import sys
from importlib.util import find_spec

__version__ = "0.1.0"  # as pyproject.toml has it

if not all(find_spec(name) for name in ("omegaconf", "pydantic", "tensorflow")):
    sys.exit(
        f"percept: its packages are not installed for {sys.executable}\n"
        "  what to do: run `make setup` once, then `source .venv/bin/activate` in this terminal"
    )
