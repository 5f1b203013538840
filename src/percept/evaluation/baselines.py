"""Models to be better than: scikit-learn's linear model and gradient-boosted trees, on the rows of a run."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from percept.dataset.stored import Array
from percept.errors import UserError
from percept.evaluation import reference
from percept.evaluation.metrics import METRICS, metrics_for, score
from percept.objective import Objective, Regression
from percept.prepared.examples import Examples
from percept.prepared.spec import DatasetSpec

MODELS = ("linear", "trees")
QUICK = {"linear": 1_500_000, "trees": 400_000}  # rows x features x outputs that take about half a second
MAX_OUTPUTS = 3  # of trees: each epoch of boosting grows one for each


def estimator(name: str, objective: Objective, seed: int) -> Any:
    """Return a scikit-learn model to fit. The trees stop no earlier than told, as that would keep rows from them."""
    of_values = isinstance(objective, Regression)
    if name == "trees":
        from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

        trees = HistGradientBoostingRegressor if of_values else HistGradientBoostingClassifier
        return trees(early_stopping=False, random_state=seed)
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), Ridge() if of_values else LogisticRegression(max_iter=10_000))


def predicted(model: Any, objective: Objective, x: NDArray, num_classes: int) -> NDArray:
    """Return what the shipped file would: (rows, 1) probabilities or values, or (rows, classes) probabilities.

    A class that no row had when the model learned has a probability of 0.
    """
    if isinstance(objective, Regression):
        return model.predict(x).reshape(len(x), -1)
    probabilities = np.zeros((len(x), num_classes))
    probabilities[:, model.classes_] = model.predict_proba(x)
    return probabilities[:, 1:] if objective.kind == "binary" else probabilities


def scores_of(
    name: str, objective: Objective, names: tuple[str, ...], learned: tuple[NDArray, NDArray], test: Examples, seed: int
) -> dict[str, Any]:
    """Fit a model and return its test metrics. Raises `UserError` for several targets, which it cannot learn at once.

    names: of the classes or targets; learned: features (rows, width) and targets.
    """
    from threadpoolctl import threadpool_limits

    x, y = learned
    if y.ndim > 1 and y.shape[1] > 1:
        advice = "measure one target at a time: -S objective.target=NAME"
        raise UserError("objective.target", f"{y.shape[1]} targets", "one, as the trees learn no more", advice)
    model = estimator(name, objective, seed)
    # In one thread the trees add up in the same order everywhere, and do not wait for a thread that has no
    # core. The limit holds for libraries that are loaded, as those of the model are by now.
    with threadpool_limits(1):
        model.fit(x, y.ravel())
        guess = predicted(model, objective, flat(test.x), len(names))
    return score(objective, names, test.y, guess)


def joined(*parts: Examples) -> tuple[NDArray, NDArray]:
    """Return features (rows, width) and targets of all parts."""
    return np.concatenate([flat(part.x) for part in parts]), np.concatenate([part.y for part in parts])


def flat(x: Array) -> NDArray:
    """(rows, ...) to (rows, width)."""
    return np.asarray(x).reshape(len(x), int(np.prod(x.shape[1:])))


def quick_models(spec: DatasetSpec, objective: Objective) -> tuple[str, ...]:
    """Return the models that take no time worth speaking of: they know one target, and rows and columns are few."""
    outputs = len(spec.classes) if objective.kind == "multiclass" else 1
    if objective.kind == "multilabel" or len(spec.targets) > 1 or spec.rows.test_is_train:
        return ()
    work = (spec.rows.train + spec.rows.validation) * int(np.prod(spec.shape)) * outputs
    return tuple(name for name in MODELS if work <= QUICK[name] and (name != "trees" or outputs <= MAX_OUTPUTS))


def beside(
    objective: Objective, spec: DatasetSpec, train: Examples, validation: Examples, test: Examples, seed: int
) -> dict[str, dict[str, float | None]]:
    """Return test metrics of a guess and of the models that are quick, by name."""
    outcome = reference.guess(objective, spec, train.y, test.y)
    found: dict[str, dict[str, float | None]] = {
        "guess": {metric.name: metric.function(outcome) for metric in metrics_for(objective.kind)}
    }
    names = quick_models(spec, objective)
    if not names:
        return found
    learned = joined(train, validation)
    for name in names if len(np.unique(learned[1])) > 1 else ():
        scores = scores_of(name, objective, spec.names, learned, test, seed)
        found[name] = {metric: value for metric, value in scores.items() if metric in METRICS}
    return found
