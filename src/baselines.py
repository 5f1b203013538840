"""baselines [task ...]: scikit-learn's linear model and gradient-boosted trees on the very rows of a task's split.

Both have scikit-learn's own settings and the arrays that preprocess made. They have no use for validation rows, so they
learn from training and validation rows together. Metrics are those of evaluate, on the test rows, of 5 seeds.
With --write they are kept in results/baselines.json.
"""

import argparse
import json
import statistics
import sys
from typing import Any

from percept.command import option_parser

import numpy as np
from numpy.typing import NDArray
from tabulate import tabulate
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from percept.composition import load_config
from percept.errors import run
from percept.evaluation.metrics import score
from percept.objective import Objective, Regression
from percept.paths import ROOT
from percept.prepared.contents import Prepared
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
MODELS = ("linear", "trees")
HEADER = ("task", "metric", *MODELS)
SEEDS = range(5)
RESULTS = ROOT / "results" / "baselines.json"


def estimator(name: str, objective: Objective, seed: int) -> Any:
    """A scikit-learn model to fit. The trees stop no earlier than told, as that would keep rows from them."""
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    of_values = isinstance(objective, Regression)
    if name == "trees":
        trees = HistGradientBoostingRegressor if of_values else HistGradientBoostingClassifier
        return trees(early_stopping=False, random_state=seed)
    return make_pipeline(StandardScaler(), Ridge() if of_values else LogisticRegression(max_iter=10_000))


def predicted(model: Any, objective: Objective, x: NDArray, num_classes: int) -> NDArray:
    """As the shipped file gives it: (rows, 1) probabilities or values, or (rows, classes) probabilities.

    A class that no row had when the model learned has a probability of 0.
    """
    if isinstance(objective, Regression):
        return model.predict(x).reshape(len(x), -1)
    probabilities = np.zeros((len(x), num_classes))
    probabilities[:, model.classes_] = model.predict_proba(x)
    return probabilities[:, 1:] if objective.kind == "binary" else probabilities


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
            model = estimator(name, objective, seed)
            # In one thread the trees add up in the same order everywhere, and do not wait for a thread that has no
            # core. The limit holds for libraries that are loaded, as those of the model are by now.
            with threadpool_limits(1):
                model.fit(x, y.ravel())  # one target: the tasks have no more
                guess = predicted(model, objective, flat(test.x), len(names))
            for metric, value in score(objective, names, test.y, guess).items():
                found.setdefault(name, {}).setdefault(metric, []).append(value)
    return found


def learned_rows(prepared: Prepared) -> tuple[NDArray, NDArray]:
    """Give features (rows, width) and targets of the training and the validation rows."""
    parts = [prepared.examples["train"], prepared.examples["validation"]]
    return np.concatenate([flat(part.x) for part in parts]), np.concatenate([part.y for part in parts])


def flat(x: NDArray) -> NDArray:
    """(rows, ...) to (rows, width)."""
    return x.reshape(len(x), int(np.prod(x.shape[1:])))


def row(task: str, found: dict) -> tuple[str, ...]:
    """Give the cells of HEADER."""
    return task, found["primary"], *(_mean(found[name][found["primary"]]) for name in MODELS)


def _mean(values: list[float]) -> str:
    return f"{statistics.mean(values):.4f} ± {statistics.stdev(values):.4f}"


def main() -> None:
    options = _options()
    chosen = options.tasks or TASKS
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}
    for task in tqdm(chosen, disable=not sys.stderr.isatty()):
        results[task] = measure(f"task={task}")
    print(tabulate([row(task, results[task]) for task in chosen], HEADER, tablefmt="plain", disable_numparse=True))
    if options.write:
        RESULTS.write_text(json.dumps({task: results[task] for task in TASKS if task in results}, indent=1) + "\n")
        print(f"wrote {RESULTS.relative_to(ROOT)}")


def _options() -> argparse.Namespace:
    parser = option_parser(__doc__)
    parser.add_argument("tasks", nargs="*", metavar="TASK", help="of conf/task (default: those of the table)")
    parser.add_argument("--write", action="store_true", help="keep the scores in results/baselines.json")
    return parser.parse_args()


if __name__ == "__main__":
    run(main)
