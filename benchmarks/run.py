"""run [--rounds N] [--save]: how long `dvc repro --force` takes beside a plain Keras script of the same recipe.

Both sides are timed from process start to exit, imports included, in turns, in a clone of HEAD in a temporary folder.
The tables go to the screen; --save also writes them to benchmarks/RESULTS.md.
"""

import argparse
import json
import re
import statistics
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from processes import HERE, clone_of_head, execute, fetch
from reporting import Rounds, command_line, machine, markdown, spread

STAGES = ("fetch", "preprocess", "train", "evaluate", "report")
JOBS = {"digits": [], "mnist": ["data/raw/mnist"]}  # and what its plain script is told
WHOLE, PLAIN, DVC = "dvc repro --force", "plain script", "DVC itself"
REPRO = [sys.executable, "-m", "dvc", "repro", "--force"]
# Microseconds of a module without those it imports, and the package it belongs to.
IMPORT = re.compile(r"^import time: +(\d+) \| +\d+ \| +([^.\s]+)", re.MULTILINE)
SHOWN_IMPORT_S = 0.03  # a package that takes less is not named
WHY = {
    "fetch": "scikit-learn holds the bundled sets; downloads need requests alone",
    "preprocess": "scikit-learn splits and fits scaler, imputer and one-hot encoder; it loads SciPy and pandas",
    "train": "TensorFlow and Keras; Keras would load scikit-learn for wrappers, and is kept from it; onnx to ship",
    "evaluate": "ONNX Runtime runs the shipped file; scikit-learn's metrics, which load SciPy and pandas",
    "report": "ONNX Runtime and scikit-learn once more, beside which its plain models learn; Vega draws",
}
PACKAGES = {"TensorFlow": "tensorflow", "DVC": "dvc"}


@dataclass(frozen=True)
class Job:
    """The measurements of one job, or the reason why it was skipped."""

    skipped: str = ""
    seconds: Rounds = field(default_factory=Rounds)
    imports: Rounds = field(default_factory=Rounds)  # seconds
    packages: dict[str, Counter[str]] = field(default_factory=dict)  # microseconds of each package, in the last round
    peak_mb: Rounds = field(default_factory=Rounds)
    accuracy: Rounds = field(default_factory=Rounds)  # of the test rows
    epochs: Rounds = field(default_factory=Rounds)


def measure(name: str, rounds: int, clone: Path) -> Job:
    """Compose and fetch untimed, then run all processes of the job in turns."""
    if skipped := fetch(f"task={name}", clone):
        return Job(skipped)
    script = [str(HERE / f"plain_{name}.py"), *JOBS[name]]
    job = Job()
    for number in range(1, rounds + 1):
        time_both(job, script, clone)
        time_parts(job, script, clone)
        times = ", ".join(f"{what} {job.seconds[what][-1]:.1f} s" for what in (WHOLE, PLAIN))
        print(f"{name}, round {number} of {rounds}: {times}", file=sys.stderr, flush=True)
    return job


def time_both(job: Job, script: list[str], clone: Path) -> None:
    """Run the whole pipeline and the plain script, one after the other."""
    for what, command in ((WHOLE, REPRO), (PLAIN, [sys.executable, *script])):
        run = execute(command, clone)
        job.seconds[what].append(run.seconds)
        job.peak_mb[what].append(run.peak_mb)
        if what == PLAIN:
            found = json.loads(run.output.splitlines()[-1])
        else:
            metrics = json.loads((clone / "results/metrics.json").read_text(encoding="utf-8"))
            history = (clone / "results/history.csv").read_text(encoding="utf-8").splitlines()
            found = {"accuracy": metrics["test"]["accuracy"], "epochs": len(history) - 1}
        job.accuracy[what].append(found["accuracy"])
        job.epochs[what].append(found["epochs"])


def time_parts(job: Job, script: list[str], clone: Path) -> None:
    """Run each stage by itself, then everything again with Python's import times, which slows it a little."""
    for stage in STAGES:
        job.seconds[stage].append(execute([sys.executable, f"src/{stage}.py"], clone).seconds)
    job.seconds[DVC].append(job.seconds[WHOLE][-1] - sum(job.seconds[stage][-1] for stage in STAGES))
    commands = {stage: [f"src/{stage}.py"] for stage in STAGES} | {DVC: [*REPRO[1:], "--dry"], PLAIN: script}
    for what, command in commands.items():
        errors = execute([sys.executable, "-X", "importtime", *command], clone).errors
        packages = Counter()
        for time_us, package in IMPORT.findall(errors):
            packages[package] += int(time_us)
        job.packages[what] = packages
        job.imports[what].append(packages.total() / 1e6)


def comparison(jobs: dict[str, Job]) -> str:
    header = ("job", "`dvc repro --force`, s", "plain script, s", "ratio", "test accuracy", "epochs", "peak memory, MB")
    rows = []
    for name, job in jobs.items():
        if job.skipped:
            rows.append([name, f"skipped: {job.skipped}"])
            continue
        both = [job.seconds[what] for what in (WHOLE, PLAIN)]
        ratio = statistics.median(both[0]) / statistics.median(both[1])
        cells = [name, *map(spread, both), f"{ratio:.2f}"]
        cells += [pair(job.accuracy, ".4f"), pair(job.epochs, ".0f"), pair(job.peak_mb, ".0f")]
        rows.append(cells)
    return markdown(header, rows)


def breakdown(jobs: dict[str, Job]) -> str:
    rows = []
    for name, job in jobs.items():
        if job.skipped:
            continue
        for what in (*STAGES, DVC, PLAIN):
            whole, imports = statistics.median(job.seconds[what]), statistics.median(job.imports[what])
            cells = [name, what, *(f"{seconds:.2f}" for seconds in (whole, imports, whole - imports))]
            rows.append(cells)
    return markdown(("job", "process", "whole, s", "imports, s", "the rest, s"), rows)


def import_table(jobs: dict[str, Job]) -> str:
    rows = []
    for name, job in jobs.items():
        for what, packages in job.packages.items():
            found = [(time_us / 1e6, package) for package, time_us in packages.most_common()]
            named = [f"{package} {seconds:.2f}" for seconds, package in found if seconds >= SHOWN_IMPORT_S]
            rows.append([name, what, ", ".join(named), WHY.get(what, "")])
    return markdown(("job", "process", "seconds by package", "why"), rows)


def pair(values: Rounds, form: str) -> str:
    return " / ".join(format(statistics.median(values[what]), form) for what in (WHOLE, PLAIN))


def report(jobs: dict[str, Job], rounds: int) -> str:
    return f"""# percept beside plain Keras scripts

Wall-clock from process start to exit, imports included; in turns; rounds: {rounds}; median (least to most).
`dvc repro --force` runs fetch, preprocess, train, evaluate and report; the data files were fetched beforehand, so no
download is in it. Accuracy, epochs and memory: percept / plain script; memory is that of the largest process.

{comparison(jobs)}

Where the seconds go. Each stage is timed by itself; DVC itself is what the whole run takes beyond its stages. Imports
are Python's own account (`-X importtime`) of another run, so small differences between the columns mean nothing.

{breakdown(jobs)}

Which packages the imports go to, each without those that it imports in turn, and what they are for.

{import_table(jobs)}

{machine(PACKAGES)}
{command_line()}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="how often each side runs (default: 3)")
    parser.add_argument("--save", action="store_true", help="write the tables to benchmarks/RESULTS.md")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error(f"--rounds is {options.rounds}, expected 1 or more")
    with clone_of_head() as clone:
        jobs = {name: measure(name, options.rounds, clone) for name in JOBS}
    text = report(jobs, options.rounds)
    print(text)
    if options.save:
        (HERE / "RESULTS.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
