"""A run for each fold of the rows that are no test rows: scores with their spread, and predictions of every row."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from percept.composition import Config
from percept.evaluation.baselines import beside
from percept.evaluation.metrics import METRICS, metrics_for
from percept.evaluation.prediction_table import ROW, Columns, table_of
from percept.features.resampling import CrossValidation, prepare_folds, within
from percept.objective import Objective
from percept.prepared.spec import SUBSETS
from percept.tuning.resampled_t import Summary, summarize
from percept.tuning.trial import read_source, run_trial


@dataclass(frozen=True)
class ScoredFold:
    """What a run says of the rows of a fold, none of which it has seen."""

    repeat: int  # from 1
    number: int  # from 1
    num_learned: int  # rows of the other folds, validation rows among them
    table: Columns  # of the predictions of its rows, as `prediction_table` has them
    scores: dict[str, float | None]  # by metric; None: not defined on these rows
    beside: dict[str, dict[str, float | None]]  # those of a guess and of quick models that learned from the same rows

    def __len__(self) -> int:
        return len(self.table[ROW])


@dataclass(frozen=True)
class CrossValidated:
    """The folds of all repeats, in order."""

    objective: Objective
    folds: tuple[ScoredFold, ...]

    def values(self, metric: str) -> NDArray[np.float64]:
        """Return the scores by a metric, (folds,), NaN where it is not defined."""
        return np.array([fold.scores[metric] for fold in self.folds], np.float64)

    @property
    def tested_by_learned(self) -> float:
        return float(np.mean([len(fold) / fold.num_learned for fold in self.folds]))

    def summary(self, metric: str) -> Summary | None:
        """Summarise the scores of the folds on which a metric is defined; None: it is on none."""
        values = self.values(metric)
        found = summarize(values[~np.isnan(values)], self.tested_by_learned)
        if found is None or found.interval is None:
            return found
        return replace(found, interval=METRICS[metric].possible(found.interval))

    def summaries(self) -> dict[str, Summary | None]:
        """Return the summary of every metric."""
        return {metric.name: self.summary(metric.name) for metric in metrics_for(self.objective.kind)}


def cross_validate(
    config: Config,
    cross_validation: CrossValidation,
    raw: Path | None = None,
    each: Callable[[ScoredFold], None] = lambda fold: None,
) -> CrossValidated:
    """Train and judge a run for each fold, as `run_trial` does; test rows of the task are in none. Raises `UserError`.

    Beside it, a guess, and scikit-learn's models where they are quick, learn from the same rows and are judged alike.

    raw: as for `read_source`; each: is called with each fold once it is judged.
    """
    found = []
    for fold, prepared in prepare_folds(*read_source(config, raw), cross_validation):
        with within(fold.repeat, fold.number):
            trial = run_trial(config, prepared)
        scores = {metric.name: trial.report["test"][metric.name] for metric in metrics_for(config.objective.kind)}
        num_learned = prepared.spec.rows.train + prepared.spec.rows.validation
        table = table_of(trial.test, prepared.examples["test"])
        train, validation, test = (prepared.examples[name] for name in SUBSETS)
        others = beside(config.objective, prepared.spec, train, validation, test, config.seed)
        found.append(ScoredFold(fold.repeat, fold.number, num_learned, table, scores, others))
        each(found[-1])
    return CrossValidated(config.objective, tuple(found))
