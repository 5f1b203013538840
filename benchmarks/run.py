"""run [--rounds N] [--save]: how long `dvc repro --force` takes beside a plain Keras script of the same recipe.

Both sides are timed from process start to exit, imports included, in turns, in a clone of HEAD in a temporary folder.
The tables go to the screen; --save also writes them to benchmarks/RESULTS.md.
"""

import argparse
import datetime
import json
import os
import platform
import re
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import psutil

HERE = Path(__file__).resolve().parent
STAGES = ("fetch", "preprocess", "train", "evaluate")
JOBS = {"digits": [], "mnist": ["data/raw/mnist"]}  # and what its plain script is told
WHOLE, PLAIN, DVC = "dvc repro --force", "plain script", "DVC itself"
REPRO = [sys.executable, "-m", "dvc", "repro", "--force"]
IMPORT = re.compile(r"^import time: +(\d+) \|", re.MULTILINE)  # microseconds of a module without those it imports
BYTES_PER_MAXRSS = 1 if sys.platform == "darwin" else 1024


class Run(NamedTuple):
    """One finished process."""

    seconds: float
    peak_mb: float  # of the largest process among it and its children
    status: int
    output: str
    errors: str


class Rounds(defaultdict[str, list[float]]):
    """Values by process, one for each round."""

    def __init__(self) -> None:
        super().__init__(list)


@dataclass(frozen=True)
class Job:
    """What was measured of one job, or just why it was skipped."""

    skipped: str = ""
    seconds: Rounds = field(default_factory=Rounds)
    imports: Rounds = field(default_factory=Rounds)  # seconds
    peak_mb: Rounds = field(default_factory=Rounds)
    accuracy: Rounds = field(default_factory=Rounds)  # of the test rows
    epochs: Rounds = field(default_factory=Rounds)


def execute(command: list[str], clone: Path, may_fail: bool = False) -> Run:
    """Run in the clone and wait. Ends the benchmark where the command fails, unless it may."""
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=clone, env=environment(clone), stdout=output, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        peak_mb = usage.ru_maxrss * BYTES_PER_MAXRSS / 1e6
        run = Run(seconds, peak_mb, process.returncode, output.read(), errors.read())
    if run.status and not may_fail:
        told = "\n".join((run.output + run.errors).splitlines()[-20:])
        sys.exit(f"bench: `{shlex.join(command)}` ended with status {run.status}:\n{told}")
    return run


def environment(clone: Path) -> dict[str, str]:
    """This Python for DVC's stages, all of DVC's own files in the temporary folder, and a mirror found from there."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    settings = os.environ | {"PATH": path, "DVC_SITE_CACHE_DIR": str(clone.parent / "dvc")}
    mirror = settings.get("DATA_MIRROR", "").strip()
    if mirror and not mirror.lower().startswith(("http://", "https://")):
        settings["DATA_MIRROR"] = str(Path(mirror).expanduser().resolve())
    return settings


def measure(name: str, rounds: int, clone: Path) -> Job:
    """Compose and fetch beforehand, untimed; then all processes of the job in turns."""
    execute([sys.executable, "src/compose.py", f"task={name}"], clone)
    fetched = execute([sys.executable, "src/fetch.py"], clone, may_fail=True)
    if fetched.status:
        print(fetched.errors, file=sys.stderr)
        said = re.search(r"^fetch: (.+?)(; tried)?$", fetched.errors, re.MULTILINE)
        return Job(said[1]) if said else sys.exit("bench: fetch failed")
    script = [str(HERE / f"plain_{name}.py"), *JOBS[name]]
    job = Job()
    for number in range(1, rounds + 1):
        time_both(job, script, clone)
        time_parts(job, script, clone)
        times = ", ".join(f"{what} {job.seconds[what][-1]:.1f} s" for what in (WHOLE, PLAIN))
        print(f"{name}, round {number} of {rounds}: {times}", file=sys.stderr, flush=True)
    return job


def time_both(job: Job, script: list[str], clone: Path) -> None:
    """The whole pipeline and the plain script, one after the other."""
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
    """Each stage by itself; then everything once more with Python's account of its imports, which slows it a little."""
    for stage in STAGES:
        job.seconds[stage].append(execute([sys.executable, f"src/{stage}.py"], clone).seconds)
    job.seconds[DVC].append(job.seconds[WHOLE][-1] - sum(job.seconds[stage][-1] for stage in STAGES))
    commands = {stage: [f"src/{stage}.py"] for stage in STAGES} | {DVC: [*REPRO[1:], "--dry"], PLAIN: script}
    for what, command in commands.items():
        errors = execute([sys.executable, "-X", "importtime", *command], clone).errors
        job.imports[what].append(sum(map(int, IMPORT.findall(errors))) / 1e6)


def comparison(jobs: dict[str, Job]) -> str:
    lines = [
        "| job | `dvc repro --force`, s | plain script, s | ratio | test accuracy | epochs | peak memory, MB |",
        "|-|-|-|-|-|-|-|",
    ]
    for name, job in jobs.items():
        if job.skipped:
            lines.append(f"| {name} | skipped: {job.skipped} | | | | | |")
            continue
        both = [job.seconds[what] for what in (WHOLE, PLAIN)]
        ratio = statistics.median(both[0]) / statistics.median(both[1])
        cells = [name, *map(spread, both), f"{ratio:.2f}"]
        cells += [pair(job.accuracy, ".4f"), pair(job.epochs, ".0f"), pair(job.peak_mb, ".0f")]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def breakdown(jobs: dict[str, Job]) -> str:
    lines = ["| job | process | whole, s | imports, s | the rest, s |", "|-|-|-|-|-|"]
    for name, job in jobs.items():
        if job.skipped:
            continue
        for what in (*STAGES, DVC, PLAIN):
            whole, imports = statistics.median(job.seconds[what]), statistics.median(job.imports[what])
            cells = [name, what, *(f"{seconds:.2f}" for seconds in (whole, imports, whole - imports))]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def spread(values: list[float]) -> str:
    return f"**{statistics.median(values):.1f}** ({min(values):.1f} to {max(values):.1f})"


def pair(values: Rounds, form: str) -> str:
    return " / ".join(format(statistics.median(values[what]), form) for what in (WHOLE, PLAIN))


def machine() -> str:
    cpu_info = Path("/proc/cpuinfo")
    names = re.findall(r"^model name\s*: (.+)", cpu_info.read_text(), re.MULTILINE) if cpu_info.is_file() else []
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = psutil.virtual_memory().total / 2**30
    packages = ", ".join(f"{name} {version(key)}" for name, key in (("TensorFlow", "tensorflow"), ("DVC", "dvc")))
    return (
        f"{(names or [platform.processor()])[0]}, {cores} cores, {memory:.0f} GiB memory; {platform.system()}; "
        f"Python {platform.python_version()}, {packages}."
    )


def report(jobs: dict[str, Job], rounds: int) -> str:
    mirror = "DATA_MIRROR=<folder> " if os.environ.get("DATA_MIRROR") else ""
    command = f"{mirror}python benchmarks/run.py {shlex.join(sys.argv[1:])}".strip()
    return f"""# percept beside plain Keras scripts

Wall-clock from process start to exit, imports included; in turns; rounds: {rounds}; median (least to most).
`dvc repro --force` runs fetch, preprocess, train and evaluate; the data files were fetched beforehand, so no download
is in it. Accuracy, epochs and memory: percept / plain script; memory is that of the largest process.

{comparison(jobs)}

Where the seconds go. Each stage is timed by itself; DVC itself is what the whole run takes beyond its stages. Imports
are Python's own account (`-X importtime`) of another run, so small differences between the columns mean nothing.

{breakdown(jobs)}

{machine()}
{datetime.date.today().isoformat()}: `{command}`
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="how often each side runs (default: 3)")
    parser.add_argument("--save", action="store_true", help="write the tables to benchmarks/RESULTS.md")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error(f"--rounds is {options.rounds}, expected 1 or more")
    with tempfile.TemporaryDirectory(prefix="percept-") as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(HERE.parent), str(clone)], check=True)
        jobs = {name: measure(name, options.rounds, clone) for name in JOBS}
    text = report(jobs, options.rounds)
    print(text)
    if options.save:
        (HERE / "RESULTS.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
