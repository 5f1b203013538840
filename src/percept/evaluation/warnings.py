"""What a person should hear of a score, each in a line that says what was found and what to do about it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from percept.evaluation import reference
from percept.evaluation.differences import is_rare, most_gained
from percept.evaluation.intervals import Interval
from percept.evaluation.metrics import METRICS, Metric
from percept.evaluation.one_column import DEPTH, best_column
from percept.evaluation.outcome import Outcome
from percept.evaluation.predictions import Predictions
from percept.logs import fit_warnings
from percept.prepared.examples import Examples

CONSTANT = 0.01  # of a target's deviation: predictions that vary less explain at most 2 % of its variance
LITTLE = 0.1  # of what a model gains over a guess: less is no difference to speak of
FEWEST_ROWS = 100  # that tell a model from a column
BASELINES = "python src/baselines.py"
NO_GOODNESS = "calibration_error"  # a metric by which a guess is as good as any model


@dataclass(frozen=True)
class Evidence:
    """What a run left, of which there may be something to say."""

    test: Predictions
    validation: Predictions | None  # of rows that chose between epochs, or of folds
    training: Predictions | None  # of some training rows, by what is shipped; None: they are too many to read
    train: Examples
    test_examples: Examples
    history: fit_warnings.History
    dead_units: Mapping[str, float]  # share of those of each layer
    monitor: str  # options of the fit
    epochs: int
    slower_rate: float  # to try where steps may have been too large

    @cached_property
    def metric(self) -> Metric:
        """Return the primary metric."""
        return METRICS[self.test.objective.primary]

    @property
    def interval(self) -> Interval:
        """Return the 95 % interval of the primary score; where there is none, the score itself."""
        score = self.score or 0.0
        return self.metric.interval(self.test.outcome) or (score, score)

    @cached_property
    def score(self) -> float | None:
        """Return the primary score of the test rows."""
        return self.metric.function(self.test.outcome)

    def guess(self, rows: Predictions) -> float | None:
        """Return the score of a guess for these rows."""
        return self.metric.function(reference.guess(rows.objective, rows.spec, self.train.y, rows.y))

    def gain(self, one: float, other: float) -> float:
        """Return by how much a score is better than another."""
        return (one - other) * (1 if self.metric.higher_is_better else -1)


def warnings(evidence: Evidence) -> dict[str, list[str]]:
    """Return what metrics.json has of them: the key `warnings` where there are some."""
    spec, task = evidence.test.spec, evidence.test.spec.task
    y = evidence.train.y.astype(np.float64)
    y = spec.learned(y) if spec.target_scales else y
    begin = fit_warnings.beginning_loss(evidence.test.objective, y, len(spec.classes))
    found = [
        *fit_warnings.exploding_loss(evidence.history, begin, evidence.slower_rate, task),
        *fit_warnings.dead_units(evidence.dead_units),
        *score_warnings(evidence),
        *fit_warnings.still_improving(evidence.history, evidence.monitor, evidence.epochs, task),
    ]
    return {"warnings": found} if found else {}


def score_warnings(evidence: Evidence) -> list[str]:
    """Return the lines about predictions and their primary score."""
    constant = list(_constant(evidence))
    if evidence.score is None or evidence.test.spec.rows.test_is_train:
        return constant
    checks = [_behind_a_line, _unlike_validation, _unlike_training]
    if not constant:  # which says more than a comparison
        checks = [_like_a_guess, _like_one_column, *checks]
    return [*constant, *(line for check in checks for line in check(evidence, evidence.score))]


def _constant(evidence: Evidence) -> Iterator[str]:
    outcome = evidence.test.outcome
    actual, predicted = _as_numbers(outcome), outcome.predicted
    spread = actual.std(axis=0)
    if spread.any() and (predicted.std(axis=0) <= CONSTANT * spread)[spread > 0].all():
        answer = ", ".join(f"{value:.4g}" for value in predicted[0, :3]) + ", ..." * (predicted.shape[1] > 3)
        yield (
            f"all {len(predicted):,} test rows get the same answer ({answer}), whatever comes in; "
            f"try {_slower(evidence)}, and see whether inputs are scaled (features.scaling) and units are dead"
        )


def _as_numbers(outcome: Outcome) -> NDArray[np.float64]:
    """Return targets as a perfect model would predict them, (rows, outputs)."""
    if outcome.kind == "multiclass":
        return (outcome.y[:, np.newaxis] == np.arange(outcome.predicted.shape[1])).astype(np.float64)
    return outcome.y.reshape(outcome.predicted.shape).astype(np.float64)


def _like_a_guess(evidence: Evidence, score: float) -> Iterator[str]:
    simple = evidence.guess(evidence.test)
    if simple is None:
        return
    by_kind = {"regression": "the mean", "multilabel": "the same labels"}
    what = f"{by_kind.get(evidence.test.objective.kind, 'the commonest class')} for each test row ({simple:.4g})"
    low, high = evidence.interval
    if evidence.gain(score, simple) <= 0:
        cure = "see whether its loss falls (results/history.csv), and whether the columns tell anything"
        yield f"{_said(evidence, score)} is no better than {what}: nothing was learned; {cure}: `{BASELINES}`"
    elif low <= simple <= high:
        cure = f"more rows would tell, or folds: `python src/cross_validate.py task={evidence.test.spec.task}`"
        yield f"{_said(evidence, score)} is better than {what} by no more than chance may give; {cure}"


def _like_one_column(evidence: Evidence, score: float) -> Iterator[str]:
    test, metric = evidence.test, evidence.metric
    perfect = score == (1.0 if metric.higher_is_better else 0.0)  # which nothing can be better than
    if len(test.y) < FEWEST_ROWS or metric.name == NO_GOODNESS or perfect:
        return
    column = best_column(test.objective, test.spec, evidence.train, evidence.test_examples)
    guess, alone = evidence.guess(test), metric.function(column.outcome) if column else None
    if column is None or guess is None or alone is None:
        return
    notable = LITTLE * evidence.gain(alone, guess)
    if not evidence.gain(score, alone) < notable:
        return  # the costly look is for the others
    most = most_gained(metric, test.outcome, column.outcome)
    if most is not None and most < notable:
        yield (
            f"{_said(evidence, score)} is no better than a tree of depth {DEPTH} on column {column.name!r} alone "
            f"({alone:.4g}); see whether that column is known when predictions are wanted, "
            f"and what other models make of all columns: `{BASELINES}`"
        )


def _behind_a_line(evidence: Evidence, score: float) -> Iterator[str]:
    straight = reference.line(evidence.test.objective, evidence.test.spec, evidence.train, evidence.test_examples)
    linear = evidence.metric.function(straight) if straight else None
    low, high = evidence.interval
    if linear is not None and evidence.gain(linear, score) > 0 and not low <= linear <= high:
        cure = f"try {_slower(evidence)}, or more epochs; of a table, -S model=tabm, which has a line beside it"
        yield f"{_said(evidence, score)} is behind a straight line through the same columns ({linear:.4g}); {cure}"


def _unlike_validation(evidence: Evidence, score: float) -> Iterator[str]:
    found = _far(evidence, evidence.validation, evidence.test)
    if found is None:
        return
    better = evidence.gain(score, found) > 0
    yield (
        f"{_said(evidence, score)} of the test rows is far from that of the validation rows ({found:.4g}), which is "
        f"{'worse' if better else 'better'} by more than chance: the two differ; see `python src/quality.py`, and let "
        "split.validation part rows, groups or times as split.test does"
    )


def _unlike_training(evidence: Evidence, score: float) -> Iterator[str]:
    if evidence.training is None or evidence.validation is None:
        return
    training, validation = (evidence.metric.function(part.outcome) for part in (evidence.training, evidence.validation))
    if training is None or validation is None or evidence.gain(validation, training) <= 0:
        return
    if _far(evidence, evidence.validation, evidence.training) is not None:
        yield (
            f"{evidence.metric.name} of the validation rows ({validation:.4g}) is far better than that of the training "
            f"rows ({training:.4g}), without dropout too: they are easier, or others; see `python src/quality.py`, and "
            "draw them as the training rows are (split.validation)"
        )


def _far(evidence: Evidence, one: Predictions | None, other: Predictions) -> float | None:
    """Return the score of `one` where it lies further from that of `other` than chance and more than a little."""
    if one is None:
        return None
    metric, guess = evidence.metric, evidence.guess(one)
    found, compared = metric.function(one.outcome), metric.function(other.outcome)
    interval, others = metric.interval(one.outcome), metric.interval(other.outcome)
    if found is None or compared is None or guess is None or interval is None or others is None:
        return None
    far = abs(found - compared) > LITTLE * abs(found - guess)
    return found if far and is_rare(found, interval, compared, others) else None


def _said(evidence: Evidence, score: float) -> str:
    return f"{evidence.metric.name} {score:.4g}"


def _slower(evidence: Evidence) -> str:
    return f"`dvc exp run -S task={evidence.test.spec.task} -S optimizer.learning_rate={evidence.slower_rate:g}`"
