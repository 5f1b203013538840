"""percept: the library the stages stand on."""

import os
import signal
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType

BEGIN_S = time.monotonic()  # when this process began to load
CACHE = Path(__file__).resolve().parents[2] / ".cache"  # of packages that would use the home folder
os.environ |= {
    "ORT_DISABLE_TELEMETRY": "1",  # ONNX Runtime would keep a device id, and look up a host of its maker
    "KERAS_HOME": str(CACHE / "keras"),  # a keras.json of the home folder would change what a network computes
    "MPLCONFIGDIR": str(CACHE / "matplotlib"),
}

__version__ = "0.1.0"  # as pyproject.toml has it


def _say_lacking(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Say a missing package in one line, whichever import needed it first; leave any other error as it is."""
    package = (getattr(error, "name", None) or "").split(".")[0]
    if not issubclass(kind, ModuleNotFoundError) or not package or find_spec(package):
        sys.__excepthook__(kind, error, trace)
        return
    what = f"{package} is not installed for {sys.executable}"
    if not find_spec("dvc"):  # which hardly another environment has
        said = f"the environment is not active: `source .venv/bin/activate` (`make setup` makes it) [{what}]"
    else:
        said = f"{what}: `make setup` installs what the project needs, `pip install` anything else"
    sys.stderr.write(f"{Path(sys.argv[0]).stem}: {said}\n")


def _stop_early(number: int, _: object) -> None:
    """End a script that is still loading, in one line; `errors.run` takes over from here."""
    said = f"{Path(sys.argv[0]).stem}: stopped by {signal.Signals(number).name}; nothing was replaced\n"
    os.write(2, said.encode())
    os._exit(128 + number)


if Path(sys.argv[0]).resolve().parent == Path(__file__).resolve().parents[1]:
    if "__mp_main__" in sys.modules:  # a worker of the script, which ends it; Ctrl-C reaches both
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    else:
        signal.signal(signal.SIGINT, _stop_early)
        signal.signal(signal.SIGTERM, _stop_early)

sys.excepthook = _say_lacking
