"""One trial: a configuration trained, and judged by rows that it did not learn from. The test rows never judge."""

import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from percept.composition import Config
from percept.errors import UserError
from percept.evaluation.metrics import METRICS, metrics_for, score
from percept.evaluation.outcome import decide
from percept.features.resampling import CrossValidation, prepare_folds, within
from percept.prepared.contents import Prepared
from percept.prepared.spec import Subset
from percept.spaces.options import CrossValidated, Goal, Judge
from percept.training.startup import load_tensorflow
from percept.tuning.search.outcome import Outcome
from percept.tuning.trial import prepare_data, read_source

if TYPE_CHECKING:
    from percept.training.run import MakeCallbacks, Trained

NUM_KEPT = 4  # kinds of networks whose compiled steps stay for folds and trials to come
NUM_TIMED = 200  # single rows, of which the median time is taken

Each = Callable[[int, float], None]  # given a step, counted from 1, and how good the trial is by then


class PrunedError(Exception):
    """A trial is behind others, and not worth going on with."""


@dataclass(frozen=True)
class Part:
    """Prepared rows, and the subset that judges: validation rows, training rows in folds, or an outer fold ("test")."""

    prepared: Prepared
    subset: Subset
    fold: tuple[int, int] | None = None  # repeat and number


def parts_of(config: Config, judge: Judge, raw: Path) -> list[Part]:
    """Prepare the data of a trial, for each fold where folds judge. Raises `UserError`."""
    if isinstance(judge, CrossValidated):
        folds = prepare_folds(*read_source(config, raw), CrossValidation(judge.num, judge.repeats))
        return [Part(prepared, "test", (fold.repeat, fold.number)) for fold, prepared in folds]
    prepared = prepare_data(config, raw)
    if prepared.spec.num_folds:
        return [Part(prepared, "train")]
    if not prepared.spec.rows.validation:
        advice = "set split.validation, or `-S 'search.judge={kind: cross_validation}'`"
        raise UserError("search.judge", "the task has no validation rows", "rows to judge by", advice)
    return [Part(prepared, "validation")]


def run_judged(config: Config, parts: Sequence[Part], goals: Sequence[Goal], each: Each) -> Outcome:
    """Train on each part and score it by the rows that judge. Raises `UserError`, and what `each` raises.

    each: is given the monitored value of each epoch or, where folds judge, the mean score of those that are done; both
    are the better on the side where the primary metric is.
    """
    load_tensorflow(config.fit.threads)
    from percept.training.engines import kept_steps

    kept_steps.keep(NUM_KEPT)
    begin_s = time.monotonic()
    primary, found, fits = config.objective.primary, [], []
    for part in parts:
        with within(*part.fold) if part.fold else nullcontext():
            fits.append(_fit(config, part, None if part.fold else each))
            found.append(_scores(config, part, fits[-1]))
        if part.fold:
            each(len(found), statistics.fmean(scores[primary] for scores in found))
    names = [name for name in found[0] if all(name in scores for scores in found)]
    means = {name: statistics.fmean(scores[name] for scores in found) for name in names}
    parameters = fits[0].network.count_params()
    values = {"score": means[primary], "parameters": float(parameters)}
    if "latency" in goals:
        values["latency"] = latency_us(config, parts[0].prepared, fits[0])
    return Outcome(
        state="complete",
        values=tuple(values[goal] for goal in goals),
        scores=means,
        folds=tuple(scores[primary] for scores in found) if parts[0].fold else (),
        seconds=time.monotonic() - begin_s,
        epochs=sum(len(fit.history.rows) for fit in fits),
        parameters=parameters,
        history=() if parts[0].fold else tuple(row["val_loss"] for row in fits[0].history.rows),
    )


def _fit(config: Config, part: Part, each: Each | None) -> "Trained":
    from percept.training import run

    examples = part.prepared.examples
    options = run.Training(config.model, config.optimizer, config.fit, config.objective, config.seed)
    callbacks = _watched(config, each) if each else lambda network, monitor, train: ()
    return run.run(examples["train"], examples["validation"], part.prepared.spec, options, callbacks)


def _watched(config: Config, each: Each) -> "MakeCallbacks":
    from percept.training.callbacks import Watch

    higher = METRICS[config.objective.primary].higher_is_better
    return lambda _, monitor, __: [
        Watch(monitor, lambda epoch, value: each(epoch, value if monitor.higher_is_better == higher else -value))
    ]


def _scores(config: Config, part: Part, trained: "Trained") -> dict[str, float]:
    """Return every metric that is defined on the rows that judge. Raises `UserError` where the primary one is not."""
    from percept.model_file import export
    from percept.model_file.session import OUTPUT

    spec, objective, examples = part.prepared.spec, config.objective, part.prepared.examples[part.subset]
    predicted = trained.out_of_fold if part.subset == "train" else None
    if predicted is None:
        predicted = export.predictions(trained.as_shipped(spec), np.asarray(examples.x))[OUTPUT]
    decisions = None if objective.kind == "regression" else decide(objective, predicted, trained.decision.thresholds)
    found = score(objective, spec.names, examples.y, predicted, decisions)
    scores = {metric.name: found[metric.name] for metric in metrics_for(objective.kind)}
    defined = {name: value for name, value in scores.items() if value is not None and np.isfinite(value)}
    if objective.primary not in defined:
        what, advice = f"{scores[objective.primary]} on the rows that judge", "choose another metric, or fewer folds"
        raise UserError(f"objective.primary = {objective.primary!r}", what, "a number", advice)
    return defined


def latency_us(config: Config, prepared: Prepared, trained: "Trained") -> float:
    """Return the median time, in microseconds, in which the shipped file answers for one row."""
    from percept.model_file import export, session

    network = trained.as_shipped(prepared.spec)
    file = export.to_onnx(network, prepared.encoder, prepared.spec, config.objective, trained.decision)
    opened, raw, times = session.open_session(file), prepared.raw_inputs("train"), []
    for number in range(NUM_TIMED):
        row = number % len(prepared.examples["train"])
        rows = {name: column[row : row + 1] for name, column in raw.items()}
        begin_s = time.perf_counter()
        session.run(opened, rows)
        times.append(time.perf_counter() - begin_s)
    return statistics.median(times) * 1e6
