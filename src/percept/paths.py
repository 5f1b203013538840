"""Every path of the project, and how an output is replaced as a whole."""

import errno
import fcntl
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
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
TEST_PREDICTIONS = Path("results/test_predictions.csv")
REPORT = Path("results/report.html")
FINDINGS = Path("results/findings")  # what evaluate keeps for the report
CROSS_VALIDATION = Path("results/cross_validation")  # two files for each name
COMPARISON = Path("results/compare.html")
ACCEPTED = Path("results/accepted.json")  # runs that were, by task
PROVENANCE = Path("results/provenance.json")  # of the run that lies here
RECORDS = Path("results/tasks.json")  # of published settings
VIOLATIONS = Path("results/violations.csv")  # of a run that the contract stopped
RATES = Path("results/learning_rate.csv")
RATES_PICTURE = Path("results/learning_rate.png")

TRIALS = Path("search/trials.csv")
BEST_TRIAL = Path("search/best.json")
SEARCH_PLOTS = Path("search/plots")

OUTPUTS = (RAW, PREPARED, MODELS, PLOTS, FINDINGS, SEARCH_PLOTS)  # folders that are replaced as a whole

SPEC = "spec.json"  # in PREPARED
ENCODER = "encoder.onnx"  # in PREPARED
QUALITY = "quality.json"  # in PREPARED
DROPPED = "violations.csv"  # in PREPARED: rows that the contract dropped, where there are some
NETWORK = "model.keras"  # in MODELS
SHIPPED = "model.onnx"  # in MODELS
LAYERS = "layers.json"  # in MODELS
CARD = MODELS / "model_card.md"
FOUND = "findings.json"  # in FINDINGS
PREDICTED = "test.npz"  # in FINDINGS: what the shipped file says of the test rows
OF_EVALUATE = (METRICS, PLOTS, FINDINGS, TEST_PREDICTIONS, CARD)
BEST = "best.keras"  # in MODELS: the network at the epoch with the lowest validation loss

OUT_OF_FOLD = "out_of_fold.npz"  # in MODELS: of the training rows, by members that did not learn from them

MARK = ".running"  # in a folder that a process has begun and not ended, locked as long as it lives
ROOM = 1 << 20  # bytes that have to be free before a stage begins: what it writes is larger


def home() -> Path:
    """The repository a person works in: a queued experiment runs in a temporary copy below it."""
    return Path(os.environ.get("DVC_ROOT", "."))


def logs() -> Path:
    """TensorBoard logs of all runs, queued ones too."""
    return home() / "logs"


def backups() -> Path:
    """Backups of trainings that have not come to their end, queued ones too."""
    return home() / ".cache/backups"


done: list[Path] = []  # targets that this process has replaced, for what is said when it is stopped


@contextmanager
def replaced(target: Path) -> Iterator[Path]:
    """Give a draft to write, an empty folder or a file yet to be made; it takes `target`'s place if all goes well.

    Of folders only OUTPUTS, and those directly in release/, can be replaced. Raises `ValueError` for others.
    Enter it before the work begins: it raises `OSError` where nothing can be written. A link stays a link, and the
    contents of a mount point are replaced inside of it.
    """
    is_file = bool(target.suffix)
    if not is_file and target not in OUTPUTS and (target.parent != RELEASE or target.name == ".."):
        raise ValueError(f"{target} is no folder that the project makes")
    place = target.resolve()
    mounted = not is_file and (os.path.ismount(place) or (place.exists() and not os.access(place.parent, os.W_OK)))
    beside = place if mounted else place.parent
    draft = beside / f".{place.name}.draft"
    try:
        _try_to_write(target, place, draft, is_file)
        yield draft
        with _signals_wait():
            if mounted:
                _swap_contents(place, draft)
            else:
                _swap(place, draft)
            done.append(target)
    finally:
        _remove(draft)


@contextmanager
def named(target: Path) -> Iterator[None]:
    """Name what is being written in an `OSError` that names no file, as those of a full disk do."""
    try:
        yield
    except OSError as error:
        if error.filename or not error.errno:
            raise
        raise OSError(error.errno, os.strerror(error.errno), str(target)) from error


def _try_to_write(target: Path, place: Path, draft: Path, is_file: bool) -> None:
    """Make an empty draft, and write to it what is taken away again."""
    settle(target)
    _remove(draft)
    draft.parent.mkdir(parents=True, exist_ok=True)
    for written in [target, *([] if draft.parent == place else [target.parent])]:
        if written.exists() and not os.access(written, os.W_OK):
            number = errno.EROFS if os.statvfs(written).f_flag & os.ST_RDONLY else errno.EACCES
            raise OSError(number, os.strerror(number), str(written))
    if not is_file:
        draft.mkdir()
    _take_room(draft if is_file else draft / "trial", target)


def left_behind(target: Path) -> list[Path]:
    """Return what a process that was killed left beside an output."""
    place = target.resolve()
    drafts = (place.with_name(f".{place.name}.draft"), place / f".{place.name}.draft")
    return [path for path in (*drafts, _former(place)) if path.exists()]


def settle(target: Path) -> None:
    """Remove what a process that was killed left beside an output; take it where it was between two renamings."""
    place = target.resolve()
    if _former(place).exists() and not place.exists():
        _former(place).rename(place)
    for path in left_behind(target):
        _remove(path)


def _take_room(trial: Path, target: Path) -> None:
    try:
        trial.write_bytes(bytes(ROOM))
    except OSError as error:  # which names no file where a disk is full
        raise OSError(error.errno, error.strerror, str(target)) from None
    trial.unlink()


def _former(place: Path) -> Path:
    return place.with_name(f".{place.name}.former")


def _swap(place: Path, draft: Path) -> None:
    if draft.is_dir() and place.exists():  # which no system call of all systems exchanges
        place.rename(_former(place))
    draft.replace(place)
    _remove(_former(place))


def _swap_contents(place: Path, draft: Path) -> None:
    new = list(draft.iterdir())
    for file in new:
        _swap(place / file.name, file)
    kept = {*(file.name for file in new), draft.name, "lost+found"}
    for file in [file for file in place.iterdir() if file.name not in kept]:
        _remove(file)


@contextmanager
def unfinished(folder: Path) -> Iterator[Path]:
    """Make a folder that goes again unless all goes well, or one day when the process was killed (`sweep`)."""
    sweep(folder.parent)
    with ExitStack() as undo:
        if not folder.exists():
            undo.callback(_remove, folder)
        folder.mkdir(parents=True, exist_ok=True)
        _take_room(folder / "trial", folder)
        mark = folder / MARK
        with mark.open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)  # let go by the system when the process ends, however it does
            yield folder
        mark.unlink()
        undo.pop_all()


@contextmanager
def scratch(parent: Path | None = None) -> Iterator[Path]:
    """Make a temporary folder that goes at the end; those of processes that were killed go now.

    parent: where it lies; None: where the system has such folders, often in memory.
    """
    parent = parent or Path(tempfile.gettempdir())
    sweep(parent, "percept-*")
    with tempfile.TemporaryDirectory(prefix="percept-", dir=parent) as name, (Path(name) / MARK).open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        folder = Path(name) / "contents"
        folder.mkdir()
        yield folder


def sweep(parent: Path, pattern: str = "*") -> None:
    """Remove the folders that are `abandoned`."""
    for folder in abandoned(parent, pattern):
        shutil.rmtree(folder, ignore_errors=True)  # another process may do the same


def abandoned(parent: Path, pattern: str) -> list[Path]:
    """Return the folders that a process of this project began and left when it was killed.

    Its lock on `MARK` is proof that it lives. Checkpoints of a long fit stay.
    """
    found = []
    for mark in parent.glob(f"{pattern}/{MARK}"):
        with suppress(BlockingIOError, FileNotFoundError):  # locked by its process, or gone with it just now
            if mark.stat().st_uid == os.getuid() and not (mark.parent / "checkpoints").exists():
                with mark.open("r+") as held:
                    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    found.append(mark.parent)
    return found


@contextmanager
def _signals_wait() -> Iterator[None]:
    """Whoever stops the process now is heard once all is in its place."""
    heard: list[int] = []
    numbers = (signal.SIGINT, signal.SIGTERM)
    former = [signal.signal(number, lambda number, _: heard.append(number)) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, former, strict=True):
            signal.signal(number, handler or signal.SIG_DFL)
        for waiting in heard[:1]:
            signal.raise_signal(waiting)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
