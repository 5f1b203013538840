"""predict [--rounds N] [--save]: rows a second and memory of src/predict.py on 100,000 and 1,000,000 rows.

The rows are those of the churn task, again and again; its recipe is trained for 20 epochs beforehand. Wall-clock from
process start to exit, imports included, in a clone of HEAD in a temporary folder. The table goes to the screen; --save
also writes it to benchmarks/PREDICT.md.
"""

import argparse
import statistics
import sys
from itertools import cycle, islice
from pathlib import Path

from processes import HERE, clone_of_head, execute, fetch
from reporting import Rounds, command_line, machine, markdown, spread

SIZES = (10, 100_000, 1_000_000)  # rows
FILE = "Telco-Customer-Churn.csv"
STAGES = ("preprocess", "train")
PACKAGES = {"onnxruntime": "onnxruntime", "numpy": "numpy"}


def repeated(source: Path, target: Path, num_rows: int) -> None:
    """Write the header and `num_rows` rows, repeating those of `source`."""
    with source.open(encoding="utf-8") as stream, target.open("w", encoding="utf-8") as written:
        written.write(next(stream))
        written.writelines(islice(cycle(stream.readlines()), num_rows))


def measure(rounds: int, clone: Path) -> tuple[Rounds, Rounds, Rounds]:
    """Return wall-clock seconds, processor seconds and peak megabytes by number of rows."""
    if skipped := fetch("task=churn", clone):
        sys.exit(f"bench: {skipped}")
    execute([sys.executable, "src/compose.py", "task=churn", "fit.epochs=20"], clone)
    for stage in STAGES:
        execute([sys.executable, f"src/{stage}.py"], clone)
    seconds, cpu_s, peak_mb = Rounds(), Rounds(), Rounds()
    for size in SIZES:
        repeated(clone / "data/raw" / FILE, clone / f"{size}.csv", size)
    for number in range(1, rounds + 1):
        for size in SIZES:
            run = execute([sys.executable, "src/predict.py", f"{size}.csv", "-o", "predictions.csv"], clone)
            seconds[f"{size:,}"].append(run.seconds)
            cpu_s[f"{size:,}"].append(run.cpu_s)
            peak_mb[f"{size:,}"].append(run.peak_mb)
            told = f"{size:,} rows in {run.seconds:.1f} s, {run.peak_mb:.0f} MB"
            print(f"round {number} of {rounds}: {told}", file=sys.stderr, flush=True)
    return seconds, cpu_s, peak_mb


def report(seconds: Rounds, cpu_s: Rounds, peak_mb: Rounds, rounds: int) -> str:
    header = ("rows", "seconds", "seconds of the processor", "rows a second", "peak memory, MB")
    rows = []
    for name, found in seconds.items():
        rate = int(name.replace(",", "")) / statistics.median(found)
        cells = [name, spread(found), f"{statistics.median(cpu_s[name]):.1f}", f"{rate:,.0f}"]
        rows.append([*cells, f"{statistics.median(peak_mb[name]):.0f}"])
    table = markdown(header, rows)
    return f"""# New rows with src/predict.py

`python src/predict.py rows.csv -o predictions.csv`, 21 columns such as the churn task has: parsing, checks against the
contract, encoding, network and writing. Wall-clock from process start to exit; rounds: {rounds}; median (least to
most).

{table}

{machine(PACKAGES)}
{command_line()}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="how often each size runs (default: 3)")
    parser.add_argument("--save", action="store_true", help="write the table to benchmarks/PREDICT.md")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error(f"--rounds is {options.rounds}, expected 1 or more")
    with clone_of_head() as clone:
        text = report(*measure(options.rounds, clone), options.rounds)
    print(text)
    if options.save:
        (HERE / "PREDICT.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
