"""soak [--runs N]: experiments in a row through DVC's queue, two at a time; what grows meanwhile, as a table.

python benchmarks/soak.py --runs 40   in a clone of its own, in a temporary folder; 200 by default
"""

import argparse
import collections
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
from tabulate import tabulate

ROOT = Path(__file__).parents[1]
SETTINGS = ("task=and_gate", "fit.epochs=20")
LOOK_S = 2.0
MIB = 2**20
NUM_ROWS = 8  # of the table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=24 * 60, help="stop then, and say what was seen")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as name:
        folder = Path(name).resolve() / "clone"
        environment = _clone(folder)
        seeds = f"seed=range({options.runs})"
        settings = [word for setting in (*SETTINGS, seeds) for word in ("-S", setting)]
        subprocess.run(["dvc", "exp", "run", "--queue", *settings], cwd=folder, env=environment, check=True, stdout=2)
        command = [sys.executable, "src/run_queue.py", "--jobs", str(options.jobs)]
        with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True) as process:
            try:
                looks = _watched(folder, process, 60 * options.minutes)
            finally:  # nothing goes on in a folder that goes
                process.terminate()
                subprocess.run(["dvc", "queue", "stop", "--kill"], cwd=folder, env=environment, check=True, stdout=2)
            said = process.stdout.read().splitlines() if process.stdout else []
        print(tabulate(_rows(looks, options.runs), headers="keys", floatfmt=",.1f", tablefmt="github"))
        print("\n".join(said[-3:]))
        before = _mib(folder / ".dvc/tmp")
        clean = [sys.executable, "src/clean_runs.py", "--keep", "5"]
        subprocess.run(clean, cwd=folder, env=environment, check=True)
        print(f".dvc/tmp: {before:.1f} MiB, and {_mib(folder / '.dvc/tmp'):.1f} MiB after clean_runs")
        sys.exit(process.returncode)


def _clone(folder: Path) -> dict[str, str]:
    """Clone the last commit; return the environment in which its commands run."""
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("DVC_", "GIT_"))}
    names = {f"GIT_{who}_{what}": "percept" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    return environment | names | {"PATH": path, "DVC_SITE_CACHE_DIR": str(folder.parent / "site")}


def _watched(folder: Path, process: subprocess.Popen, seconds: float) -> list[dict[str, float]]:
    """Look at the clone until the process has ended, or so long."""
    started, looks = time.monotonic(), []
    while process.poll() is None and time.monotonic() - started < seconds:
        looks.append({"ended": _num_ended(folder), "minutes": (time.monotonic() - started) / 60} | _figures(folder))
        time.sleep(LOOK_S)
    return looks


def _num_ended(folder: Path) -> int:
    return len(list((folder / ".dvc/tmp/exps/celery/result").glob("celery-task-meta-*")))


def _figures(folder: Path) -> dict[str, float]:
    """Return what the workers have of memory and open files, and what lies in temporary folders."""
    memory, files = [0.0], [0]
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        try:
            if "queue-worker" in words[:5] and process.cwd() == str(folder):
                memory.append(process.memory_info().rss / MIB)
                files.append(process.num_fds())
        except psutil.Error:  # it has ended meanwhile
            continue
    tmp = folder / ".dvc/tmp"
    copies = len(list((tmp / "exps").glob("tmp*")))
    return {"worker [MiB]": max(memory), "its files": max(files), ".dvc/tmp [MiB]": _mib(tmp), "copies": copies}


def _mib(folder: Path) -> float:
    """Return the size of a folder, without the copies in which runs go on; files may go meanwhile."""
    total = 0
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith("tmp")]
        for name in files:
            with contextlib.suppress(FileNotFoundError):
                total += (Path(place) / name).lstat().st_size
    return total / MIB


def _rows(looks: list[dict[str, float]], num_runs: int) -> list[dict[str, float]]:
    """Return the most that was seen of each figure while so many runs had ended."""
    step = max(1, num_runs // NUM_ROWS)
    groups: dict[float, list[dict[str, float]]] = collections.defaultdict(list)
    for look in looks:
        groups[look["ended"] // step].append(look)
    return [{name: max(look[name] for look in group) for name in group[0]} for group in groups.values()]


if __name__ == "__main__":
    main()
