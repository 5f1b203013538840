"""Every path of the project, and how an output is replaced as a whole."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PARAMS = Path("params.yaml")
CONF = Path("conf")
CUSTOM = Path("src/custom")  # networks of one's own

RAW = Path("data/raw")
PREPARED = Path("data/prepared")
MODELS = Path("models")
RELEASE = Path("release")  # a folder for each task
HISTORY = Path("results/history.csv")
METRICS = Path("results/metrics.json")
PLOTS = Path("results/plots")
VIOLATIONS = Path("results/violations.csv")  # of a run that the contract stopped
RATES = Path("results/learning_rate.csv")
RATES_PICTURE = Path("results/learning_rate.png")

SPEC = "spec.json"  # in PREPARED
ENCODER = "encoder.onnx"  # in PREPARED
QUALITY = "quality.json"  # in PREPARED
DROPPED = "violations.csv"  # in PREPARED: rows that the contract dropped, where there are some
NETWORK = "model.keras"  # in MODELS
SHIPPED = "model.onnx"  # in MODELS
CARD = MODELS / "model_card.md"
BEST = "best.keras"  # in MODELS: the network at the epoch with the lowest validation loss


def home() -> Path:
    """The repository a person works in: a queued experiment runs in a temporary copy below it."""
    return Path(os.environ.get("DVC_ROOT", "."))


def logs() -> Path:
    """TensorBoard logs of all runs, queued ones too."""
    return home() / "logs"


@contextmanager
def replaced(target: Path) -> Iterator[Path]:
    """Give a draft to write, an empty folder or a file yet to be made; it takes `target`'s place if all goes well."""
    draft = target.with_name(f".{target.name}.draft")
    _remove(draft)
    if target.suffix:
        draft.parent.mkdir(parents=True, exist_ok=True)
    else:
        draft.mkdir(parents=True)
    try:
        yield draft
        _remove(target)
        draft.rename(target)
    finally:
        _remove(draft)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
