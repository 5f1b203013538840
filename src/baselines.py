"""baselines [task ...]: scikit-learn's linear model and gradient-boosted trees on the very rows of a task's split.

Without a task it takes the rows of the last run, data/prepared, and says in a line whether the network beats both
there; show.py repeats the line.
Both have scikit-learn's own settings and the arrays that preprocess made. They have no use for validation rows, so they
learn from training and validation rows together. Metrics are those of evaluate, on the test rows, of 5 seeds.
With --write those of the table in the README are kept in results/baselines.json.
"""

import argparse
import json
import statistics
import sys

from percept.command import option_parser

from numpy.typing import NDArray
from tabulate import tabulate
from tqdm import tqdm

from percept import paths
from percept.composition import load_config
from percept.errors import UserError, run
from percept.evaluation.baselines import MODELS, joined, scores_of
from percept.evaluation.metrics import METRICS
from percept.objective import Objective
from percept.params import Params
from percept.paths import ROOT
from percept.prepared.contents import Prepared
from percept.prepared.examples import load_examples, load_spec
from percept.prepared.spec import SUBSETS
from percept.tuning import comparison
from percept.tuning.trial import prepare_data

# The other tasks have the rows of one of these, or so few, or pictures that are too large for trees.
TASKS = (
    "perceptron_iris",
    "iris",
    "wine",
    "breast_cancer",
    "digits",
    "diabetes",
    "churn",
    "california",
    "california_raw",
)
HEADER = ("task", "metric", *MODELS)
SEEDS = range(5)
RESULTS = ROOT / "results" / "baselines.json"


class RunParams(Params):
    objective: Objective


def measure_run() -> dict:
    """Give what `comparison.verdict` takes: test scores of both models on the rows of the last run, means of the seeds.

    Raises `UserError` where there is no run, or params.yaml is of another.
    """
    objective, spec = RunParams.load().objective, load_spec()
    train, validation, test = (load_examples(subset) for subset in SUBSETS)
    x, y = joined(train, validation)
    scores: dict[str, list[float]] = {name: [] for name in MODELS}
    for seed, name in ((seed, name) for name in MODELS for seed in SEEDS):
        scores[name].append(scores_of(name, objective, spec.names, (x, y), test, seed)[objective.primary])
    return {
        "task": spec.task,
        "primary": objective.primary,
        "higher_is_better": METRICS[objective.primary].higher_is_better,
        "test_rows": len(test),
        "rows": comparison.digest_of_rows(),
        **{name: statistics.mean(values) for name, values in scores.items()},
    }


def measure(override: str) -> dict:
    """Give test metrics by model and name, one value for each seed.

    override: `task=...`, or `experiment=...` for the columns that an experiment adds.
    """
    found: dict = {}
    for seed in SEEDS:
        config = load_config([override, f"seed={seed}"])
        prepared = prepare_data(config)
        objective, names, test = config.objective, prepared.spec.names, prepared.examples["test"]
        x, y = learned_rows(prepared)
        found |= {"primary": objective.primary, "test_rows": len(test)}
        for name in MODELS:
            for metric, value in scores_of(name, objective, names, (x, y), test, seed).items():
                found.setdefault(name, {}).setdefault(metric, []).append(value)
    return found


def learned_rows(prepared: Prepared) -> tuple[NDArray, NDArray]:
    """Give features (rows, width) and targets of the training and the validation rows."""
    return joined(prepared.examples["train"], prepared.examples["validation"])


def row(task: str, found: dict) -> tuple[str, ...]:
    """Give the cells of HEADER."""
    return task, found["primary"], *(_mean(found[name][found["primary"]]) for name in MODELS)


def _mean(values: list[float]) -> str:
    return f"{statistics.mean(values):.4f} ± {statistics.stdev(values):.4f}"


def main() -> None:
    options = _options()
    if not options.tasks and not options.write:
        _compare_run()
        return
    chosen = options.tasks or TASKS
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}
    for task in tqdm(chosen, disable=not sys.stderr.isatty()):
        results[task] = measure(f"task={task}")
    print(tabulate([row(task, results[task]) for task in chosen], HEADER, tablefmt="plain", disable_numparse=True))
    if options.write:
        RESULTS.write_text(json.dumps({task: results[task] for task in TASKS if task in results}, indent=1) + "\n")
        print(f"wrote {RESULTS.relative_to(ROOT)}")


def _compare_run() -> None:
    report = read_report()
    found = measure_run()
    comparison.FILE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    line = comparison.verdict(report, found, found["rows"])
    if line is None:
        what = f"it is of {report['task']} ({report['primary']}), data/prepared of {found['task']} ({found['primary']})"
        raise UserError(str(paths.METRICS), what, "the scores of one run", "run `dvc repro` first")
    print(f"baselines: {line}")


def read_report() -> dict:
    """Read results/metrics.json. Raises `UserError`."""
    if not paths.METRICS.is_file():
        raise UserError(str(paths.METRICS), "there is no such file", "the scores of a run", "run `dvc repro` first")
    return json.loads(paths.METRICS.read_text(encoding="utf-8"))


def _options() -> argparse.Namespace:
    parser = option_parser(__doc__)
    parser.add_argument("tasks", nargs="*", metavar="TASK", help="of conf/task (default: the last run)")
    parser.add_argument("--write", action="store_true", help="keep the scores in results/baselines.json")
    return parser.parse_args()


if __name__ == "__main__":
    run(main)
