"""Seconds and peak memory of every step on a table that memory need not hold, beside a table of a tenth of its rows.

python benchmarks/large_table.py --rows 5000000 --epochs 2

Makes the tables from a seed, in a clone of HEAD, and runs each step as a process of its own.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from processes import Run, clone_of_head, execute
from tabulate import tabulate

SEED = 0
CHUNK = 100_000  # rows
NUMBERS = 12
LEVELS = {"region": 8, "product": 40, "shop": 400, "customer_group": 5, "weekday_plan": 7}  # of each category


def chunk_of(random: np.random.Generator, num_rows: int) -> pd.DataFrame:
    """Return rows whose target follows from numbers, categories and the day, but for chance."""
    numbers = random.standard_normal((num_rows, NUMBERS))
    numbers[:, 1] = np.exp(numbers[:, 1])
    levels = {name: np.minimum(random.geometric(3 / num, num_rows), num) - 1 for name, num in LEVELS.items()}
    days = random.integers(0, 1000, num_rows)
    logit = numbers[:, 0] - np.log(numbers[:, 1]) * (levels["region"] % 2) + np.sin(3 * numbers[:, 2])
    logit += (levels["shop"] % 7 - 3) / 3 + np.cos(days / 365.25 * 2 * np.pi)
    cells: dict[str, NDArray] = {f"number_{index}": values.round(4) for index, values in enumerate(numbers.T)}
    cells["number_3"] = np.where(random.random(num_rows) < 0.05, np.nan, cells["number_3"])
    cells |= {name: np.char.add(f"{name}_", index.astype(str)) for name, index in levels.items()}
    cells["day"] = (np.datetime64("2022-01-01") + days).astype(str)
    cells["bought"] = np.where(random.random(num_rows) < 1 / (1 + np.exp(-logit)), "yes", "no")
    return pd.DataFrame(cells)


def write_table(file: Path, num_rows: int) -> None:
    """Write a CSV file, some rows at a time."""
    random = np.random.default_rng(SEED)
    for start in range(0, num_rows, CHUNK):
        chunk = chunk_of(random, min(CHUNK, num_rows - start))
        chunk.to_csv(file, mode="a", header=not start, index=False)


def steps(num_rows: int, epochs: int, clone: Path) -> dict[str, Run]:
    """Run every step on a table of so many rows."""
    file = clone / "large.csv"
    file.unlink(missing_ok=True)
    write_table(file, num_rows)
    compose = ["src/compose.py", "task=large", f"fit.epochs={epochs}"]
    commands = {
        "new_task": ["src/new_task.py", file.name, "--target", "bought", "--force"],
        "compose": compose,
        **{name: [f"src/{name}.py"] for name in ("fetch", "preprocess", "train", "evaluate", "report")},
        "predict": ["src/predict.py", file.name, "-o", "predictions.csv"],
    }
    found = {}
    for name, command in commands.items():
        found[name] = execute([sys.executable, *command], clone)
        print(f"{num_rows:,} rows, {name}: {found[name].seconds:.0f} s, {found[name].peak_mb:.0f} MB", flush=True)
        print("\n".join(f"    {line}" for line in found[name].output.splitlines()[-4:]), flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--epochs", type=int, default=2)
    options = parser.parse_args()
    sizes = (options.rows // 10, options.rows)
    with clone_of_head() as clone:
        runs = [steps(num_rows, options.epochs, clone) for num_rows in sizes]
    header = ["step", *(f"{num_rows:,} rows: {what}" for num_rows in sizes for what in ("s", "MB"))]
    rows = [
        [name, *(f"{value:.0f}" for run in runs for value in (run[name].seconds, run[name].peak_mb))]
        for name in runs[0]
    ]
    print(tabulate(rows, header, tablefmt="github", disable_numparse=True))


if __name__ == "__main__":
    main()
