"""tables [--tables a,b] [--splits N] [--methods a,b] [--python FILE] [--results FILE] [--save [PAGE]]: beside others.

Each public table of tables.json goes the way of a new user, in a clone of HEAD in a temporary folder:
`src/new_task.py`, whose task file nobody edits, `dvc exp run -S split.test.random_state=K` for each outer split K, and
`src/predict.py` on its test rows. A table with days is split by time, once. Every peer learns from all other rows and
is tested on the same. `percept@COMMIT` is percept as it was then. A peer that is not installed here is measured by the
Python that --python names: pytabkit and AutoGluon want older packages. What FILE has is not run again, whatever its
version. The report goes to the screen; --save also writes it to PAGE of benchmarks/, TABLES.md where none is named.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from dev_tables import load
from other_python import OtherPython
from peers import PEERS
from processes import HERE
from reporting import command_line, machine
from table_report import PERCEPT, report
from table_work import Clones, Work

TABLES = load()
LOG = HERE / "tables_log.md"
PACKAGES = {"TensorFlow": "tensorflow"}


def measure(chosen: list[tuple[str, int, str]], other: OtherPython | None) -> Iterator[dict]:
    """Yield the result of each table, outer split and method, as `Work.result` gives it."""
    with Clones() as clones:
        for name in dict.fromkeys(name for name, _, _ in chosen):
            wanted = [(split, method) for table, split, method in chosen if table == name]
            work = Work(TABLES[name], sorted({split for split, _ in wanted}), clones, other)
            for split, method in wanted:
                yield work.result(split, method)


def read(file: Path) -> dict[tuple[str, int, str], dict]:
    """Return the results that a file holds, a JSON object a line, by table, split and method."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    return {(row["table"], row["split"], row["method"]): row for row in map(json.loads, lines)}


def main() -> None:
    options = _options()
    file = Path(options.results or tempfile.mkstemp(prefix="tables-", suffix=".json")[1])
    chosen = [
        (name, split, method)
        for name in options.tables
        for split in TABLES[name].splits(options.splits)
        for method in options.methods
    ]
    done = read(file)
    for row in measure([each for each in chosen if each not in done], options.python):
        with file.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(row) + "\n")
        told = f"{row['table']}, split {row['split']}, {row['method']}: error {row['error']:.4g}, {row['fit_s']:.1f} s"
        print(told, file=sys.stderr, flush=True)
    done = read(file)
    log = LOG.read_text(encoding="utf-8")
    text = f"{report([done[each] for each in chosen], options.methods)}\n{log}\n{machine(PACKAGES)}\n{command_line()}\n"
    print(text)
    if options.save:
        (HERE / options.save).write_text(text, encoding="utf-8")


def _options() -> argparse.Namespace:
    installed = [name for name, peer in PEERS.items() if peer.is_installed]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", default=",".join(TABLES), help="names, with commas (default: all)")
    parser.add_argument("--splits", type=int, default=5, help="outer splits of each table (default: 5)")
    parser.add_argument("--methods", default=",".join([PERCEPT, *installed]), help="(default: %(default)s)")
    parser.add_argument("--python", type=OtherPython, help="of an environment with peers that this one has not")
    parser.add_argument("--results", help="a file that results are appended to, and taken from")
    parser.add_argument("--save", nargs="?", const="TABLES.md", metavar="PAGE", help="write it to benchmarks/PAGE")
    options = parser.parse_args()
    options.tables, options.methods = options.tables.split(","), options.methods.split(",")
    known = {*installed, *(options.python.versions if options.python else {})}
    unknown = [name for name in options.methods if name not in known and name.partition("@")[0] != PERCEPT]
    if options.splits < 1 or not set(options.tables) <= set(TABLES):
        parser.error(f"--splits is 1 or more, and --tables some of {', '.join(TABLES)}")
    if unknown:
        there = ", ".join([PERCEPT, f"{PERCEPT}@COMMIT", *sorted(known)])
        parser.error(f"--methods has {', '.join(unknown)}, which is not installed or not known; there is {there}")
    return options


if __name__ == "__main__":
    main()
