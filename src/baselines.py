"""baselines [task ...]: scikit-learn's linear model and gradient-boosted trees on the very rows of a task's split.

Both have scikit-learn's own settings and the arrays that preprocess made. They have no use for validation rows, so they
learn from training and validation rows together. Metrics are those of evaluate, on the test rows, of 5 seeds.
With --write they are kept in results/baselines.json.
"""

import json
import statistics
import sys

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from percept.errors import run
from percept.evaluation.metrics import score
from percept.objective import Objective, Regression
from percept.paths import ROOT
from percept.prepared.examples import load_examples, load_spec
from preprocess import PreprocessParams
from workspace import prepare_data, workspace

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
SEEDS = range(5)
RESULTS = ROOT / "results" / "baselines.json"


def estimator(name: str, objective: Objective, seed: int):
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


def predicted(model, objective: Objective, x: NDArray, num_classes: int) -> NDArray:
    """As the shipped file gives it: (rows, 1) probabilities or values, or (rows, classes) probabilities.

    A class that no row had when the model learned has a probability of 0.
    """
    if isinstance(objective, Regression):
        return model.predict(x).reshape(len(x), -1)
    probabilities = np.zeros((len(x), num_classes))
    probabilities[:, model.classes_] = model.predict_proba(x)
    return probabilities[:, 1:] if objective.kind == "binary" else probabilities


def measure(override: str) -> dict:
    """Test metrics by model and name, one value for each seed; of `task=...`, or of the columns of `experiment=...`."""
    found = {}
    with workspace():
        for seed in SEEDS:
            prepare_data([override, f"seed={seed}"])
            objective, names = PreprocessParams.load().objective, load_spec().names
            x, y = learned_rows()
            test = load_examples("test")
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


def learned_rows() -> tuple[NDArray, NDArray]:
    """Features (rows, width) and targets of the training and the validation rows."""
    parts = [load_examples(part) for part in ("train", "validation")]
    return np.concatenate([flat(part.x) for part in parts]), np.concatenate([part.y for part in parts])


def flat(x: NDArray) -> NDArray:
    """(rows, ...) to (rows, width)."""
    return x.reshape(len(x), int(np.prod(x.shape[1:])))


def row(task: str, found: dict) -> str:
    cells = [f"{_mean(found[name][found['primary']]):>19}" for name in MODELS]
    return f"{task:16}{found['primary']:>10}{''.join(cells)}"


def _mean(values: list[float]) -> str:
    return f"{statistics.mean(values):.4f} ± {statistics.stdev(values):.4f}"


def main() -> None:
    words = sys.argv[1:]
    chosen = [word for word in words if word != "--write"] or TASKS
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}
    print(f"{'task':16}{'metric':>10}{'linear':>19}{'trees':>19}")
    for task in chosen:
        results[task] = measure(f"task={task}")
        print(row(task, results[task]), flush=True)
    if "--write" in words:
        RESULTS.write_text(json.dumps({task: results[task] for task in TASKS if task in results}, indent=1) + "\n")
        print(f"wrote {RESULTS.relative_to(ROOT)}")


if __name__ == "__main__":
    run(main)
