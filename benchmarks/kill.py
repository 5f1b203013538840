"""kill [--kills N]: train is killed with -9 at random moments and begun again; is its result that of an unharmed one?

python benchmarks/kill.py --kills 20   so often for each setting, in a clone of its own; a table
python benchmarks/kill.py --cost       seconds of a long fit with and without backups, in turn
"""

import argparse
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tabulate import tabulate

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
from percept import paths
from percept.logs.events import records_of
from percept.training.startup import load_tensorflow

OPTION = "PERCEPT_BACKUP_SECONDS"
SETTINGS = {
    "dropout, whole epochs compiled": [
        *("task=digits", "model=mlp_dropout", "fit.epochs=1500", "fit.patience=null", "fit.engine=compiled")
    ],
    "members with folds, warm-up and cosine, mean weights, clipping": [
        *("task=wine", "model=tabm", "optimizer=adamw_cosine", "optimizer.clip_norm=1.0", "features.bins=8"),
        *("split.validation={kind: folds, num: 5}", "fit.epochs=250", "fit.patience=null"),
    ],
    "convolutions, augmentation, plateau, early stopping, Keras' fit": [
        *("task=digits_cnn", "fit.engine=keras", "model.augmentation={flip: none, shift: 0.1, rotation: 10}"),
        *("optimizer.schedule={kind: plateau, factor: 0.5, patience: 2}", "fit.patience=8", "fit.epochs=60"),
    ],
    "convolutions, dropout, mean weights, whole epochs as graphs": [
        *("task=digits_cnn", "fit.engine=graph", "model.block_dropout=0.2", "optimizer.ema_epochs=3.0"),
        *("fit.epochs=60", "fit.weights=last", "fit.patience=null"),
    ],
}
LONG = ["task=digits", "model=mlp_dropout", "fit.patience=null", "fit.epochs=45000", "fit.watch_layers=false"]


class Clone:
    """A clone of the last commit, in which stages run one by one."""

    def __init__(self, folder: Path, settings: list[str]) -> None:
        self.folder = folder
        subprocess.run(["git", "clone", "--quiet", str(paths.ROOT), str(folder)], check=True)
        self.python("src/compose.py", *settings)
        self.python("src/fetch.py")
        self.python("src/preprocess.py")

    def python(self, *words: str, **environment: str) -> str:
        """Run a script to its end; return what it says."""
        command = [sys.executable, *words]
        known = os.environ | environment
        return subprocess.run(command, cwd=self.folder, env=known, check=True, stdout=subprocess.PIPE, text=True).stdout

    def train(self, most_s: float) -> bool:
        """Run train, and kill it after so many seconds; tell whether it came to its end."""
        with subprocess.Popen(
            [sys.executable, "src/train.py"], cwd=self.folder, env=os.environ | {OPTION: "0"}, stdout=subprocess.DEVNULL
        ) as process:
            try:
                return process.wait(most_s) == 0
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                return False

    def found(self) -> dict[str, Any]:
        """Return what train and evaluate wrote, but times."""
        self.python("src/evaluate.py")
        runs = [file.parent for file in (self.folder / paths.logs()).glob(f"*/{paths.HISTORY.name}")]
        return {
            "weights": [weights_of(self.folder / paths.MODELS / name) for name in (paths.NETWORK, paths.BEST)],
            "shipped file": (self.folder / paths.MODELS / paths.SHIPPED).read_bytes(),
            "out of fold": (self.folder / paths.MODELS / paths.OUT_OF_FOLD).read_bytes(),
            "history": (self.folder / paths.HISTORY).read_bytes(),
            "metrics": (self.folder / paths.METRICS).read_bytes(),
            "TensorBoard": events_of(max(runs, key=lambda folder: folder.stat().st_mtime)),
        }


def weights_of(file: Path) -> list[bytes]:
    import keras

    import percept.models.members
    import percept.training.custom_objects  # noqa: F401 - the file names what they register

    return [weight.tobytes() for weight in keras.models.load_model(file, compile=False).get_weights()]


def events_of(run: Path) -> list[tuple[str, int, bytes]]:
    """Return (part, step, values) of each event of training, as they come in the files."""
    from tensorboard.compat.proto.event_pb2 import Event

    return [
        (file.parent.name, event.step, event.summary.SerializeToString(deterministic=True))
        for file in sorted(run.glob("*/events*.train"))
        for event in map(Event.FromString, records_of(file.read_bytes()))
    ]


def killed(clone: Clone, num_kills: int, draws: random.Random) -> dict[str, object]:
    """Return a row of the table: how often it was killed, how often it ended, and what differed then."""
    start_s = time.monotonic()
    clone.train(3600)
    whole_s = time.monotonic() - start_s
    expected, kills, ends, different = clone.found(), 0, 0, set()
    ended = False
    while kills < num_kills or not ended:  # the last is left alone
        ended = clone.train(draws.uniform(0, whole_s) if kills < num_kills else 3600)
        kills += not ended
        ends += ended
        if ended:
            found = clone.found()
            different |= {name for name, value in expected.items() if found[name] != value}
    return {"kills": kills, "ends": ends, "different": ", ".join(sorted(different)) or "nothing"}


def costs(clone: Clone, repeats: int) -> Iterator[Mapping[str, object]]:
    """Yield seconds of train with backups every 30 seconds and with none, in turn: of the clock, of the processors."""
    spent: dict[str, list[tuple[float, float]]] = {"30": [], "1e9": []}
    for _ in range(repeats):
        for interval, each in spent.items():
            before = os.times()
            clone.python("src/train.py", **{OPTION: interval})
            after = os.times()
            used = after.children_user + after.children_system - before.children_user - before.children_system
            each.append((after.elapsed - before.elapsed, used))
    for number, of in enumerate(("the clock", "the processors")):
        with_them, without = (statistics.median(each[number] for each in pairs) for pairs in spent.values())
        yield {"seconds of": of, "with backups": with_them, "without": without, "ratio": with_them / without}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20, help="of each setting (20)")
    parser.add_argument("--only", default="", metavar="WORDS", help="settings whose name has these")
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    parser.add_argument("--repeats", type=int, default=3, help="fits of each kind, for what backups cost (3)")
    parser.add_argument("--cost", action="store_true", help="measure what backups cost")
    options = parser.parse_args()
    load_tensorflow(2)
    with tempfile.TemporaryDirectory(prefix="kill-") as name:
        if options.cost:
            rows = list(costs(Clone(Path(name).resolve() / "clone", LONG), options.repeats))
        else:
            draws = random.Random(options.seed)
            rows = []
            chosen = {what: settings for what, settings in SETTINGS.items() if options.only in what}
            for number, (what, settings) in enumerate(chosen.items()):
                clone = Clone(Path(name).resolve() / f"clone{number}", settings)
                rows.append({"training": what} | killed(clone, options.kills, draws))
                print(rows[-1], file=sys.stderr, flush=True)
        print(tabulate(rows, headers="keys", floatfmt=",.3f", tablefmt="github"))


if __name__ == "__main__":
    main()
