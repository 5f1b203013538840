"""engines [--rounds N] [--tasks a,b] [--save]: how long percept's fit takes beside other ways to train the same recipe.

stock is `keras.Model.fit` as tutorials write it, on the same compiled model; keras is percept with `fit.engine=keras`;
jax, where one call of compiled code runs an epoch, is the floor. Each fit has a process of its own, in turns, in a
clone of HEAD in a temporary folder. torch and jax are optional (`pip install '.[bench]'`): what is missing is a dash.
The tables go to the screen; --save also writes them to benchmarks/ENGINES.md.
"""

import argparse
import json
import os
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from processes import HERE, clone_of_head, execute, fetch
from reporting import command_line, machine, markdown

TASKS = (  # names in conf/task or conf/experiment
    *("xor_gate", "perceptron_iris", "iris", "wine", "breast_cancer", "digits", "diabetes", "churn"),
    *("mnist", "mnist_cnn", "fashion_mnist", "california"),
)
COMPETITORS = ("stock", "percept", "keras", "sklearn", "torch", "jax")  # sklearn runs as many epochs as percept did
SHOWN = ("stock", "percept", "sklearn", "torch", "jax")
PACKAGES = {name: name for name in ("tensorflow", "keras", "scikit-learn", "torch", "jax")}
DASH = "-"


@dataclass(frozen=True)
class Task:
    """The measurements of one task, or the reason why it was skipped."""

    skipped: str = ""
    results: dict[str, list[dict]] = field(default_factory=lambda: {name: [] for name in COMPETITORS})

    def median(self, name: str, key: str) -> float | None:
        """Return the median over the rounds; None where this competitor cannot do the task."""
        return statistics.median(result[key] for result in self.results[name]) if self.results[name] else None

    def ratio(self, key: str, name: str, other: str) -> str:
        values = self.median(name, key), self.median(other, key)
        return DASH if None in values else f"**{values[0] / values[1]:.2f}**"


def measure(name: str, rounds: int, clone: Path) -> Task:
    """Compose, fetch and preprocess untimed, then run all competitors in turns."""
    group = "task" if (clone / f"conf/task/{name}.yaml").is_file() else "experiment"
    if skipped := fetch(f"{group}={name}", clone):
        return Task(skipped)
    execute([sys.executable, "src/preprocess.py"], clone)
    task = Task()
    for number in range(1, rounds + 1):
        for competitor in COMPETITORS:
            epochs = task.results["percept"][-1]["epochs"] if competitor == "sklearn" else 0
            found = compete(competitor, epochs, clone)
            if "missing" not in found:
                task.results[competitor].append(found)
            print(f"{name}, round {number} of {rounds}, {competitor}: {json.dumps(found)}", file=sys.stderr, flush=True)
    return task


def compete(name: str, epochs: int, clone: Path) -> dict:
    path = os.pathsep.join([str(HERE), str(clone / "src")])
    run = execute([sys.executable, "-m", "competitors", name, str(epochs)], clone, settings={"PYTHONPATH": path})
    return json.loads(run.output.splitlines()[-1])


def table(tasks: dict[str, Task], header: list[str], cells: Callable[[Task], list[str]]) -> str:
    rows = []
    for name, task in tasks.items():
        found = [f"skipped: {task.skipped}", *[""] * (len(header) - 1)] if task.skipped else cells(task)
        rows.append([name, *found])
    return markdown(["task", *header], rows)


def each(task: Task, key: str, form: str, names: tuple[str, ...] = SHOWN) -> list[str]:
    medians = [task.median(name, key) for name in names]
    return [DASH if median is None else format(median, form) for median in medians]


def epoch_cells(task: Task) -> list[str]:
    ratios = task.ratio("epoch_ms", "stock", "percept"), task.ratio("epoch_ms", "percept", "jax")
    return [task.results["percept"][-1]["note"], *each(task, "epoch_ms", ".2f"), *ratios]


def whole_cells(task: Task) -> list[str]:
    return [*each(task, "whole_s", ".2f"), task.ratio("whole_s", "stock", "percept")]


def keras_cells(task: Task) -> list[str]:
    engine = task.results["percept"][-1]["note"]
    return [engine, *each(task, "whole_s", ".2f", ("percept", "keras")), task.ratio("whole_s", "percept", "keras")]


def quality_cells(task: Task) -> list[str]:
    metrics, epochs = each(task, "metric", ".4f"), each(task, "epochs", ".0f")
    both = [metric if metric == DASH else f"{metric} ({count})" for metric, count in zip(metrics, epochs, strict=True)]
    return [task.results["percept"][-1]["metric_name"], *both]


def report(tasks: dict[str, Task], rounds: int) -> str:
    return f"""# The fit of percept beside others of the same recipe

Medians; rounds: {rounds}. Imports are in no figure. stock: `keras.Model.fit` as tutorials write it, on the same
compiled model. percept: the fit of src/train.py, logs and all. sklearn: as many epochs as percept ran, nothing
validated. torch: an eager loop over batches of indices, one thread. jax: an epoch is one compiled call, dropout masks
drawn ahead. sklearn, torch and jax write no logs. A dash: cannot do this job, or is not installed.

Milliseconds per epoch, validation included, what is built and compiled beforehand not.

{table(tasks, ["engine of percept", *SHOWN, "stock / percept", "percept / jax"], epoch_cells)}

Seconds of the whole fit, with everything that is built and compiled in it.

{table(tasks, [*SHOWN, "stock / percept"], whole_cells)}

`fit.engine: auto` against `fit.engine: keras`, both in percept: seconds of the whole fit.

{table(tasks, ["auto took", "auto", "keras", "auto / keras"], keras_cells)}

Score on the test rows, and how many epochs it took. Weights, order and dropout are drawn by each in its own way.

{table(tasks, ["metric", *SHOWN], quality_cells)}

Peak memory of the process at the end of the fit, MB; frameworks and data are in it.

{table(tasks, [*SHOWN], lambda task: each(task, "peak_mb", ".0f"))}

{machine(PACKAGES)}
{command_line()}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="how often each fit runs (default: 3)")
    parser.add_argument("--tasks", default=",".join(TASKS), help="names of tasks or experiments (default: %(default)s)")
    parser.add_argument("--save", action="store_true", help="write the tables to benchmarks/ENGINES.md")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error(f"--rounds is {options.rounds}, expected 1 or more")
    with clone_of_head() as clone:
        tasks = {name: measure(name, options.rounds, clone) for name in options.tasks.split(",")}
    text = report(tasks, options.rounds)
    print(text)
    if options.save:
        (HERE / "ENGINES.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
