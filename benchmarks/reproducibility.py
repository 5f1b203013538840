"""reproducibility [--tasks a,b] [--python FILE] [--save]: what changes the bits of a run, and by how much.

Each task is run by its stages in a clone of HEAD, once as it is and then with one thing changed: where and how it runs,
threads, oneDNN, instructions of the processor, engine, Python. --python: another interpreter that has the packages of
requirements.lock. The table goes to the screen; --save also writes it into docs/reproducibility.md.
"""

import argparse
import json
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from processes import HERE, clone_of_head, execute
from reporting import command_line, machine, markdown

PAGE = HERE.parent / "docs/reproducibility.md"
BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"
TASKS = "digits,churn,california"
STAGES = ("fetch", "preprocess", "train", "evaluate")
ELSEWHERE = {"LC_ALL": "C", "LANG": "C", "TZ": "Asia/Seoul"}
PACKAGES = {"TensorFlow": "tensorflow", "NumPy": "numpy"}


@dataclass(frozen=True)
class Result:
    """What a run left."""

    weights: list[NDArray]
    metric: str
    value: float  # of the primary metric, on the test rows
    predictions: bytes


@dataclass(frozen=True)
class Change:
    """One thing that is not as it was."""

    name: str
    overrides: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    prefix: tuple[str, ...] = ()  # of each command
    python: str = sys.executable
    run: Callable[["Change", str, Path], None] | None = None  # else the stages, one after the other


def run_stages(change: Change, task: str, clone: Path) -> None:
    words = [f"task={task}", *change.overrides]
    execute([sys.executable, "src/compose.py", *words], clone)
    for stage in STAGES:
        execute([*change.prefix, change.python, f"src/{stage}.py"], clone, settings=change.settings)


def run_queued(_: Change, task: str, clone: Path) -> None:
    """Run it from the queue of a clone of the clone, in a folder with a blank in its name."""
    other = clone.parent / "a folder"
    execute(["git", "clone", "--quiet", str(clone), str(other)], clone)
    execute(["dvc", "exp", "run", "--queue", "-n", "again", "-S", f"task={task}"], other)
    execute(["python", "src/run_queue.py"], other)
    execute(["dvc", "exp", "apply", "again"], other)
    for name in ("models", "results"):
        shutil.rmtree(clone / name)
        shutil.copytree(other / name, clone / name)
    shutil.rmtree(other)


def run_without_cache(_: Change, task: str, clone: Path) -> None:
    """Run it by DVC, with nothing in the cache."""
    execute([sys.executable, "src/compose.py", f"task={task}"], clone)
    shutil.rmtree(clone / ".dvc/cache", ignore_errors=True)
    execute(["dvc", "repro", "--force", "evaluate"], clone)


CHANGES = (
    Change("nothing: run again"),
    Change("locale, time zone, umask", settings=ELSEWHERE, prefix=("sh", "-c", 'umask 077; exec "$@"', "sh")),
    Change("clone of a clone, another folder, from the queue", run=run_queued),
    Change("by DVC, its cache removed", run=run_without_cache),
    Change("one CPU instead of all", prefix=("taskset", "--cpu-list", "0")),
    Change("`fit.threads=1`", overrides=("fit.threads=1",)),
    Change("`fit.threads=4`", overrides=("fit.threads=4",)),
    Change("`OPENBLAS_NUM_THREADS=1`", settings={"OPENBLAS_NUM_THREADS": "1"}),
    Change("`TF_ENABLE_ONEDNN_OPTS=0`", settings={"TF_ENABLE_ONEDNN_OPTS": "0"}),
    Change("`ONEDNN_MAX_CPU_ISA=AVX2`", settings={"ONEDNN_MAX_CPU_ISA": "AVX2"}),
    Change("`ONEDNN_MAX_CPU_ISA=SSE41`", settings={"ONEDNN_MAX_CPU_ISA": "SSE41"}),
    Change("`XLA_FLAGS=--xla_cpu_max_isa=AVX2`", settings={"XLA_FLAGS": "--xla_cpu_max_isa=AVX2"}),
    Change("`NPY_DISABLE_CPU_FEATURES` from AVX2 on", settings={"NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3 X86_V3 X86_V4"}),
    Change("`fit.engine=graph`", overrides=("fit.engine=graph",)),
    Change("`fit.engine=keras`", overrides=("fit.engine=keras",)),
)


def result(clone: Path) -> Result:
    """Read what the run in a clone left."""
    model = onnx.load(clone / "models/model.onnx")
    tensors = [onnx.numpy_helper.to_array(tensor) for tensor in model.graph.initializer]
    report = json.loads((clone / "results/metrics.json").read_text(encoding="utf-8"))
    return Result(
        weights=[tensor.astype(np.float64) for tensor in tensors if tensor.dtype.kind == "f"],
        metric=report["primary"],
        value=report["test"][report["primary"]],
        predictions=(clone / "results/test_predictions.csv").read_bytes(),
    )


def cell(first: Result, other: Result) -> str:
    """Say by how much weights and metric differ at most; `same bits` where nothing does."""
    if [tensor.shape for tensor in first.weights] != [tensor.shape for tensor in other.weights]:
        return "another network"
    pairs = zip(first.weights, other.weights, strict=True)
    weights = max(float(np.abs(one - another).max(initial=0)) for one, another in pairs)
    if weights == 0 and first.predictions == other.predictions:
        return "same bits"
    return f"{weights:.1e}; {first.metric} {other.value - first.value:+.2g}"


def measure(task: str, changes: list[Change]) -> list[str]:
    """Return a cell for each change, and the score at the top."""
    with clone_of_head() as clone:
        run_stages(Change(""), task, clone)
        first = result(clone)
        cells = [f"{first.metric} {first.value:.6g}"]
        for change in changes:
            (change.run or run_stages)(change, task, clone)
            cells.append(cell(first, result(clone)))
            print(f"{task}: {change.name}: {cells[-1]}", flush=True)
    return cells


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", default=TASKS, help=f"separated by commas ({TASKS})")
    parser.add_argument("--python", help="an interpreter of another version, with the locked packages")
    parser.add_argument("--save", action="store_true", help="write the table into docs/reproducibility.md")
    options = parser.parse_args()
    changes = [change for change in CHANGES if "taskset" not in change.prefix or hasattr(os, "sched_setaffinity")]
    if options.python:
        said = execute([options.python, "--version"], HERE).output.split()[1]
        changes.append(Change(f"Python {said}", python=options.python))
    tasks = options.tasks.split(",")
    columns = [measure(task, changes) for task in tasks]
    names = ["test score", *(change.name for change in changes)]
    table = markdown(("what was changed", *tasks), list(zip(names, *columns, strict=True)))
    text = f"{command_line()}, on {machine(PACKAGES)}\n\n{table}"
    print(f"\n{text}")
    if options.save:
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
