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

OUTPUTS = (RAW, PREPARED, MODELS, PLOTS)  # folders that are replaced as a whole

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
    """Give a draft to write, an empty folder or a file yet to be made; it takes `target`'s place if all goes well.

    Of folders only OUTPUTS, and those directly in release/, can be replaced. Raises `ValueError` for others.
    """
    is_folder = not target.suffix
    if is_folder and target not in OUTPUTS and (target.parent != RELEASE or target.name == ".."):
        raise ValueError(f"{target} is no folder that the project makes")
    draft = target.with_name(f".{target.name}.draft")
    _remove(draft, is_folder)
    if is_folder:
        draft.mkdir(parents=True)
    else:
        draft.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield draft
        _remove(target, is_folder)
        draft.rename(target)
    finally:
        _remove(draft, is_folder)


def _remove(path: Path, is_folder: bool) -> None:
    """Remove what is there; a folder that lies where a file should is a person's."""
    if is_folder and path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
