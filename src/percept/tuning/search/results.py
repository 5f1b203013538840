"""The ended trials of a study, and which of them is best."""

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from percept.errors import UserError
from percept.evaluation.metrics import METRICS
from percept.spaces.options import CrossValidated, Search
from percept.tuning.resampled_t import Summary, summarize
from percept.tuning.search.outcome import Outcome, State, Trial, ended_trials
from percept.tuning.search.space import Space

if TYPE_CHECKING:
    import optuna

UNITS = {"parameters": "weights of the network", "latency": "microseconds for one row"}


@dataclass(frozen=True)
class Results:
    """The trials of a search that have ended, by number, and what they are judged by."""

    task: str
    primary: str  # the metric that is the objective `score`
    objectives: tuple[str, ...]
    judge: str  # in words
    tested_by_learned: float | None  # rows of a fold by the rows that are learned from; None: no folds judge
    trials: tuple[Trial, ...]

    @classmethod
    def of(cls, study: "optuna.Study", space: Space, options: Search) -> "Results":
        """Read a study."""
        judge, folds = options.judge, None
        learns_from_folds = space.config["split"]["validation"]["kind"] == "folds"
        words = "training rows, each by members that did not learn from it" if learns_from_folds else "validation rows"
        if isinstance(judge, CrossValidated):
            folds = 1 / (judge.num - 1)
            words = f"{judge.num}-fold cross-validation" + (f", {judge.repeats} times" if judge.repeats > 1 else "")
        task, primary = space.config["task"], space.config["objective"]["primary"]
        return cls(task, primary, options.objectives, words, folds, tuple(ended_trials(study)))

    @property
    def signs(self) -> tuple[int, ...]:
        """Return what values are multiplied by, an objective each, so that lower is better."""
        higher = METRICS[self.primary].higher_is_better
        return tuple(-1 if objective == "score" and higher else 1 for objective in self.objectives)

    @property
    def complete(self) -> list[Trial]:
        """Return the trials that have a finite value for each objective."""
        return [trial for trial in self.trials if _is_complete(trial, len(self.objectives))]

    @property
    def pareto(self) -> list[Trial]:
        """Return the complete trials that no other one beats in all objectives; the best by the first stands first."""
        values = {trial.number: self._costs(trial) for trial in self.complete}
        front = [
            trial
            for trial in self.complete
            if not any(_dominates(other, values[trial.number]) for other in values.values())
        ]
        return sorted(front, key=lambda trial: (values[trial.number], trial.number))

    @property
    def best(self) -> Trial:
        """Return the best by the first objective, of equal ones by the others, then by the loss. Raises `UserError`."""
        if self.complete:
            return min(self.complete, key=lambda trial: (self._costs(trial), loss_of(trial.outcome), trial.number))
        reasons = Counter(trial.outcome.reason for trial in self.trials if trial.outcome.state == "failed")
        found = f"none of {len(self.trials)} trials is complete"
        for reason, count in reasons.most_common(1):
            found += f"; {count} failed, most often so: {' '.join(reason.split()) or 'without a reason'}"
        advice = "correct the space or the configuration; the same command tries further settings"
        raise UserError("search", found, "a trial that trains and is judged", advice)

    def num(self, state: State) -> int:
        return sum(trial.outcome.state == state for trial in self.trials)

    def score(self, trial: Trial) -> float | None:
        """Return the primary metric of a trial, None where it has none."""
        if "score" in self.objectives and _is_complete(trial, len(self.objectives)):
            return trial.outcome.values[self.objectives.index("score")]
        return trial.outcome.scores.get(self.primary)

    def summary(self, trial: Trial) -> Summary | None:
        """Summarise the scores of the folds; None where no folds judge, or the trial has none."""
        if self.tested_by_learned is None:
            return None
        return summarize(np.array(trial.outcome.folds, np.float64), self.tested_by_learned)

    def values(self, trial: Trial) -> dict[str, Any]:
        """Return the value of each objective by its name, the score by that of the metric."""
        names = [self.name(objective) for objective in self.objectives]
        return dict(zip(names, trial.outcome.values, strict=False))

    def name(self, objective: str) -> str:
        """Return what an objective is called in tables."""
        return {"score": self.primary, "latency": "latency_us"}.get(objective, objective)

    def unit(self, objective: str) -> str:
        """Return the unit of an objective, in words."""
        return UNITS.get(objective) or METRICS[self.primary].unit

    def _costs(self, trial: Trial) -> tuple[float, ...]:
        return tuple(sign * value for sign, value in zip(self.signs, trial.outcome.values, strict=True))


def loss_of(outcome: Outcome) -> float:
    """Return what tells trials of one accuracy apart: the log loss, 0 where there is none."""
    return outcome.scores.get("log_loss", 0.0)


def _is_complete(trial: Trial, num_objectives: int) -> bool:
    values = trial.outcome.values
    return trial.outcome.state == "complete" and len(values) == num_objectives and bool(np.isfinite(values).all())


def _dominates(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one != other and all(mine <= its for mine, its in zip(one, other, strict=True))
