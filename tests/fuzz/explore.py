"""explore [--seconds N] [--door NAME]: inputs that libFuzzer makes, guided by the branches of percept that they reach.

PYTHONPATH=src:tests python tests/fuzz/explore.py                 the same inputs each time: what CI does
PYTHONPATH=src:tests python tests/fuzz/explore.py --seconds 3600  others each time; --door csv: one door alone
Status 1 where there is a find; each lies in .cache/fuzz/finds, and goes to tests/fuzz/corpus with its correction.
"""

import argparse
import hashlib
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tabulate import tabulate

CORPUS = Path(__file__).parent / "corpus"
CACHE = Path(__file__).parents[2] / ".cache/fuzz"  # inputs that reach something new, and finds
INPUT_S = 20  # an input that takes longer is a find
MEMORY_MIB = 2048  # a process that has more, whatever it has read before, is a find
LONGEST = 20_000  # bytes of an input
NUM_INPUTS = {  # of a run without --seconds: some seconds of each door
    **{"overrides": 100, "parameters": 2000, "csv": 3000, "new_task": 400, "packed": 800, "parquet": 1500},
    **{"arff": 8000, "idx": 5000, "picture": 6000, "archive": 1500, "formula": 5000, "dates": 8000},
    **{"numerals": 3000, "model": 300, "metadata": 500},
}
FIGURES = ("number_of_executed_units", "slowest_unit_time_sec", "peak_rss_mb")


def main() -> None:
    options = _options()
    if options.child:
        _explore(options.door, options.engine)
        return
    doors = [options.door] if options.door else list(NUM_INPUTS)
    rows = [_run(door, options.seconds and options.seconds / len(doors)) for door in doors]
    print(tabulate(rows, headers="keys", intfmt=","))
    if any(row["finds"] for row in rows):
        sys.exit(f"explore: each find lies in {CACHE / 'finds'}, with its traceback beside it")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, help="for all doors together (default: a fixed number of inputs)")
    parser.add_argument("--door", choices=NUM_INPUTS)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("engine", nargs="*", help=argparse.SUPPRESS)
    return parser.parse_args()


def _run(door: str, seconds: float | None) -> dict[str, object]:
    """Explore one door in a process of its own; return the row of the table."""
    finds, corpus = CACHE / "finds" / door, CACHE / "corpus" / door
    for folder in (finds, corpus):
        folder.mkdir(parents=True, exist_ok=True)
    before, started = set(finds.iterdir()), time.monotonic()
    with tempfile.TemporaryDirectory() as unkept:  # the first folder takes the inputs that reach something new
        folders = [str(corpus) if seconds else unkept, str(CORPUS / door)]
        said, status = _engine(door, seconds, finds, folders)
    num_new = len([path for path in set(finds.iterdir()) - before if path.suffix != ".txt"])
    figures = [int(found[1]) if (found := re.search(rf"stat::{name}: *(\d+)", said)) else 0 for name in FIGURES]
    if status or not figures[0]:
        print(said[-4000:])
    row = {"door": door, "inputs": figures[0], "seconds": round(time.monotonic() - started)}
    return row | {"slowest [s]": figures[1], "memory [MiB]": figures[2], "finds": num_new or int(status != 0)}


def _engine(door: str, seconds: float | None, finds: Path, folders: list[str]) -> tuple[str, int]:
    """Let a process explore a door; return what it said, and its status."""
    seed = random.randrange(1, 2**31) if seconds else 1
    amount = f"-max_total_time={seconds:.0f}" if seconds else f"-runs={NUM_INPUTS[door]}"
    options = [f"-seed={seed}", f"-timeout={INPUT_S}", f"-rss_limit_mb={MEMORY_MIB}", f"-max_len={LONGEST}", amount]
    options += ["-print_final_stats=1", "-verbosity=0", f"-artifact_prefix={finds}/"]
    command = [sys.executable, __file__, "--child", "--door", door, "--", *options, *folders]
    known = os.environ | {"PYTHONHASHSEED": "0", "PYTHONWARNINGS": "ignore"}
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    done = subprocess.run(command, env=known, encoding="latin-1", check=False, **streams)
    return done.stdout, done.returncode


def _explore(door: str, engine: list[str]) -> None:
    """Let libFuzzer make inputs; it ends the process itself."""
    try:
        import atheris
    except ModuleNotFoundError:
        sys.exit("explore: atheris is not installed; `make setup` does it on Linux (x86_64), elsewhere there is none")
    sys.dont_write_bytecode = True
    with atheris.instrument_imports(include=["percept"]):
        from fuzz.doors import DOORS
        from fuzz.trial import tried

    finds = CACHE / "finds" / door
    known = {path.name for path in finds.iterdir()}

    def one(content: bytes) -> None:
        find = tried(DOORS[door], content)
        name = find and hashlib.sha256(find.place.encode()).hexdigest()[:12]
        if find and name not in known:  # one fault has many inputs
            known.add(name)
            (finds / name).write_bytes(content)
            (finds / f"{name}.txt").write_text(f"{find.place}\n\n{find.text}", encoding="utf-8", errors="replace")

    atheris.Setup([sys.argv[0], *engine], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
