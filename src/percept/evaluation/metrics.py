"""Every metric, once: its name, function, direction, unit, the kinds of task that it suits, and its interval.

To add one, add an entry to `METRICS`; scores, the model card, `objective.primary` and comparisons follow it.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from percept.errors import UserError, listed, nearest
from percept.evaluation import intervals
from percept.evaluation.calibration import calibration_error, confidences
from percept.evaluation.outcome import Kind, Outcome
from percept.objective import Objective

Function = Callable[[Outcome], float | None]  # None: not defined on these rows
Scores = dict[str, Any]  # metric -> value; by_target, auxiliary -> scores of each


@dataclass(frozen=True)
class Metric:
    """One measure of how good predictions are."""

    name: str
    function: Function
    higher_is_better: bool
    unit: str  # in words
    kinds: tuple[Kind, ...]  # of task; of several targets `function` returns one value
    of_each: tuple[Kind, ...] = ()  # kinds of task with several targets that have it for each target, too
    interval: Callable[[Outcome], intervals.Interval | None] = lambda outcome: None  # 95 %, where there is one
    lowest: float = 0.0  # that a score can be

    @property
    def is_share(self) -> bool:
        """Tell whether a score is at most 1, and a hundredth of it a point."""
        return self.unit.startswith("share")

    def possible(self, interval: intervals.Interval) -> intervals.Interval:
        """Return the part of an interval in which scores can be."""
        low, high = interval
        return max(low, self.lowest), min(high, 1.0) if self.is_share else high


def _accuracy(outcome: Outcome) -> float:
    return float((outcome.y == outcome.decisions).mean())


def _subset_accuracy(outcome: Outcome) -> float:
    return float((outcome.y == outcome.decisions).all(axis=1).mean())


def _hamming_loss(outcome: Outcome) -> float:
    return float((outcome.y != outcome.decisions).mean())


def _micro_f1(outcome: Outcome) -> float:
    from sklearn.metrics import f1_score

    return float(f1_score(outcome.y.ravel(), outcome.decisions.ravel(), zero_division=0))


def _macro_f1(outcome: Outcome) -> float:
    from sklearn.metrics import f1_score

    if outcome.kind == "multilabel":
        return float(np.mean([_f1(label) for label in outcome.targets()]))
    return float(f1_score(outcome.y, outcome.decisions, average="macro", zero_division=0))


def _precision(outcome: Outcome) -> float:
    from sklearn.metrics import precision_score

    return float(precision_score(outcome.y, outcome.decisions, zero_division=0))


def _recall(outcome: Outcome) -> float:
    from sklearn.metrics import recall_score

    return float(recall_score(outcome.y, outcome.decisions, zero_division=0))


def _f1(outcome: Outcome) -> float:
    from sklearn.metrics import f1_score

    return float(f1_score(outcome.y, outcome.decisions, zero_division=0))


def _mean_of_targets(function: Function) -> Function:
    """Wrap a function of one target: several targets get the mean over those for which it is defined."""

    def mean(outcome: Outcome) -> float | None:
        if outcome.kind == "binary" or (outcome.kind == "regression" and outcome.y.shape[1] == 1):
            return function(outcome)
        found = [value for target in outcome.targets() if (value := function(target)) is not None]
        return float(np.mean(found)) if found else None

    return mean


def _roc_auc(outcome: Outcome) -> float | None:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(outcome.y, outcome.predicted[:, 0])) if len(np.unique(outcome.y)) == 2 else None


def _binary_log_loss(outcome: Outcome) -> float:
    from sklearn.metrics import log_loss

    return float(log_loss(outcome.y, outcome.predicted[:, 0], labels=[0, 1]))


def _log_loss(outcome: Outcome) -> float | None:
    if outcome.kind != "multiclass":
        return _mean_of_targets(_binary_log_loss)(outcome)
    # As scikit-learn's, which makes a table of rows x classes several times.
    right = outcome.predicted[np.arange(len(outcome.y)), outcome.y] / outcome.predicted.sum(axis=1)  # not quite 1
    smallest = np.finfo(np.float64).eps
    return float(-np.log(np.clip(right, smallest, 1 - smallest)).mean())


def _calibration_error(outcome: Outcome) -> float:
    return calibration_error(*confidences(outcome))


def _mse(outcome: Outcome) -> float:
    from sklearn.metrics import mean_squared_error

    return float(mean_squared_error(outcome.y[:, 0], outcome.predicted[:, 0]))


def _rmse(outcome: Outcome) -> float:
    return _mse(outcome) ** 0.5


def _mae(outcome: Outcome) -> float:
    from sklearn.metrics import mean_absolute_error

    return float(mean_absolute_error(outcome.y[:, 0], outcome.predicted[:, 0]))


def _r2(outcome: Outcome) -> float | None:
    from sklearn.metrics import r2_score

    return float(r2_score(outcome.y[:, 0], outcome.predicted[:, 0])) if len(outcome.y) > 1 else None


SHARE = "share, 0 to 1"
METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("subset_accuracy", _subset_accuracy, True, SHARE, ("multilabel",), interval=intervals.subset_accuracy),
        Metric("hamming_loss", _hamming_loss, False, SHARE, ("multilabel",), interval=intervals.hamming_loss),
        Metric("accuracy", _accuracy, True, SHARE, ("binary", "multiclass"), interval=intervals.accuracy),
        Metric("micro_f1", _micro_f1, True, SHARE, ("multilabel",)),
        Metric("macro_f1", _macro_f1, True, SHARE, ("multiclass", "multilabel"), interval=intervals.macro_f1),
        Metric(
            "roc_auc",
            _mean_of_targets(_roc_auc),
            True,
            "share of pairs in the right order, 0 to 1",
            ("binary", "multilabel"),
            ("multilabel",),
            intervals.roc_auc,
        ),
        Metric("precision", _precision, True, SHARE, ("binary",), interval=intervals.precision),
        Metric("recall", _recall, True, SHARE, ("binary",), interval=intervals.recall),
        Metric("f1", _f1, True, SHARE, ("binary",), ("multilabel",), intervals.f1),
        Metric(
            "log_loss",
            _log_loss,
            False,
            "nats a row, 0 or more",
            ("binary", "multiclass", "multilabel"),
            ("multilabel",),
            intervals.log_loss,
        ),
        Metric("calibration_error", _calibration_error, False, SHARE, ("binary", "multiclass")),
        *(
            Metric(name, _mean_of_targets(function), higher, unit, ("regression",), ("regression",), interval, lowest)
            for name, function, higher, unit, interval, lowest in (
                ("mse", _mse, False, "the target's unit, squared", intervals.mse, 0.0),
                ("rmse", _rmse, False, "the target's unit", intervals.rmse, 0.0),
                ("mae", _mae, False, "the target's unit", intervals.mae, 0.0),
                ("r2", _r2, True, "share of the variance, at most 1", intervals.r2, -math.inf),
            )
        ),
    )
}


def metrics_for(kind: Kind) -> list[Metric]:
    """Return the metrics of a kind of task, in the order of the registry."""
    return [metric for metric in METRICS.values() if kind in metric.kinds]


def intervals_of(outcome: Outcome) -> dict[str, intervals.Interval]:
    """Return the intervals of the metrics that have one on these rows, by name."""
    found = {metric.name: metric.interval(outcome) for metric in metrics_for(outcome.kind)}
    return {name: METRICS[name].possible(ends) for name, ends in found.items() if ends is not None}


def check_primary(objective: Objective) -> None:
    """Raise `UserError` where `objective.primary` is no metric of the task's kind."""
    known = [metric.name for metric in metrics_for(objective.kind)]
    if objective.primary not in known:
        raise UserError(
            f"objective.primary = {objective.primary!r}",
            f"no metric of a {objective.kind} task{nearest(objective.primary, known)}",
            f"one of {listed(known)}",
            "correct the value in conf/ or in the `-S` override",
        )


def score(
    objective: Objective, names: tuple[str, ...], y: NDArray, predicted: NDArray, decisions: NDArray | None = None
) -> Scores:
    """Return metrics by name; with several labels or targets also those of each, under `by_target`.

    names: as `DatasetSpec.names`; y, predicted, decisions: as `Outcome.of` takes them. A metric that is not defined on
    these rows (the area under a curve of one class) is None.
    """
    outcome = Outcome.of(objective, y, predicted, decisions)
    found: Scores = {metric.name: metric.function(outcome) for metric in metrics_for(outcome.kind)}
    targets = outcome.targets()
    if outcome.kind == "multilabel" or len(targets) > 1:
        each = [metric for metric in METRICS.values() if outcome.kind in metric.of_each]
        scores = [{metric.name: metric.function(target) for metric in each} for target in targets]
        found["by_target"] = dict(zip(names, scores, strict=True))
    return found
