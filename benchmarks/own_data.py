"""own_data [--seeds N] [--only a,b] [--save]: percept beside scikit-learn on difficult public tables.

Each table of own_tables.py goes the way of a new user, in a clone of HEAD in a temporary folder: `src/new_task.py`,
whose task file nobody edits, `dvc exp run` for each seed, and `src/baselines.py` on the very same rows. The table goes
to the screen; --save also writes it to docs/own-data.md. No network is needed where data/own_data has the archives.
"""

import argparse
import json
import re
import statistics
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
from own_tables import TABLES, Own
from processes import HERE, clone_of_head, execute
from reporting import command_line, machine, markdown

PAGE = HERE.parent / "docs" / "own-data.md"
BEGIN, END = "<!-- tables of others: begin (benchmarks/own_data.py) -->", "<!-- tables of others: end -->"
PACKAGES = {"TensorFlow": "tensorflow", "scikit-learn": "scikit-learn"}
HEADER = ["table", "what is difficult", "rows x columns", "task", "metric", "percept", "trees", "linear", "guess", "s"]


class Result(NamedTuple):
    """The measurements of one table; lists have a value for each seed."""

    rows: int
    columns: int
    kind: str
    metric: str
    percept: list[float]
    baselines: dict[str, str]  # model -> mean and deviation
    guess: float  # the commonest class, or the mean, of the rows that are learned from
    seconds: list[float]  # of `dvc exp run`, from process start to exit


def measure(name: str, own: Own, num_seeds: int, clone: Path) -> Result:
    file = clone / f"{name}.csv"
    file.write_bytes(own.build())
    execute([sys.executable, "src/new_task.py", file.name, "--target", own.target, *own.options], clone)
    scores, seconds = [], []
    for seed in range(num_seeds):
        command = [sys.executable, "-m", "dvc", "exp", "run", "-S", f"task={name}", "-S", f"seed={seed}"]
        seconds.append(execute(command, clone).seconds)
        report = json.loads((clone / "results/metrics.json").read_text(encoding="utf-8"))
        scores.append(report["test"][report["primary"]])
        print(
            f"{name}, seed {seed}: {report['primary']} {scores[-1]:.3f}, {seconds[-1]:.1f} s",
            file=sys.stderr,
            flush=True,
        )
    spec = json.loads((clone / "data/prepared/spec.json").read_text(encoding="utf-8"))
    told = execute([sys.executable, "src/baselines.py", name], clone).output.splitlines()[-1]
    linear, trees = re.findall(r"(-?\d+\.\d+) ± (-?\d+\.\d+)", told)
    return Result(
        rows=spec["rows"]["source"],
        columns=_num_columns(clone / f"conf/task/{name}.yaml"),
        kind=report["kind"],
        metric=report["primary"],
        percept=scores,
        baselines={"linear": _mean_text(linear), "trees": _mean_text(trees)},
        guess=_guess(clone / "data/prepared", report["primary"], len(spec["classes"])),
        seconds=seconds,
    )


def _num_columns(task: Path) -> int:
    """Return the number of columns, as new_task counted them."""
    return int(re.search(r"of (\d+) columns used", task.read_text(encoding="utf-8").replace("\n# ", " "))[1])


def _guess(folder: Path, metric: str, num_classes: int) -> float:
    """Return the score of always predicting the most frequent class, or the mean, on the test rows."""
    from sklearn.metrics import accuracy_score, f1_score, r2_score

    learned = np.concatenate([np.load(folder / f"{part}.npz")["y"] for part in ("train", "validation")])
    y = np.load(folder / "test.npz")["y"]
    match metric:
        case "r2":
            return r2_score(y, np.full(y.shape, learned.mean()))
        case "roc_auc":
            return 0.5
    commonest = np.full(y.shape, np.bincount(learned).argmax())
    if metric == "accuracy":
        return accuracy_score(y, commonest)
    return f1_score(y, commonest, labels=np.arange(num_classes), average="macro", zero_division=0)


def _mean_text(words: tuple[str, str]) -> str:
    mean, deviation = map(float, words)
    return f"{mean:.3f} ± {deviation:.3f}"


def table(results: dict[str, Result]) -> str:
    rows = []
    for name, result in results.items():
        own = TABLES[name]
        deviation = statistics.stdev(result.percept) if len(result.percept) > 1 else 0.0
        cells = [f"{name} ({own.source})", own.difficult, f"{result.rows:,} x {result.columns:,}", result.kind]
        cells += [result.metric, f"**{statistics.mean(result.percept):.3f}** ± {deviation:.3f}"]
        cells += [result.baselines["trees"], result.baselines["linear"], f"{result.guess:.3f}"]
        rows.append([*cells, f"{statistics.median(result.seconds):.0f}"])
    return markdown(HEADER, rows)


def save(text: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3, help="how often each table is learned (default: 3)")
    parser.add_argument("--only", default=",".join(TABLES), help="tables, with commas (default: all)")
    parser.add_argument("--save", action="store_true", help="write the table to docs/own-data.md")
    options = parser.parse_args()
    chosen = options.only.split(",")
    if options.seeds < 1 or not set(chosen) <= set(TABLES):
        parser.error(f"--seeds is 1 or more, and --only some of {', '.join(TABLES)}")
    with clone_of_head() as clone:
        results = {name: measure(name, TABLES[name], options.seeds, clone) for name in chosen}
    text = f"{table(results)}\n\n{machine(PACKAGES)}\n{command_line()}"
    print(text)
    if options.save:
        save(text)


if __name__ == "__main__":
    main()
