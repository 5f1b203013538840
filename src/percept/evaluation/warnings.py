"""What a person should hear of a score: that a guess is as good, that a line is better, that more epochs would help."""

from collections.abc import Mapping, Sequence

from percept.evaluation import reference
from percept.evaluation.metrics import METRICS, Metric
from percept.evaluation.predictions import Predictions
from percept.prepared.examples import Examples

LATE = 0.1  # the last part of the epochs
STILL = 0.01  # of the whole gain: a fit that gains so much in its last part is not at its end
NOTABLE = 0.005  # of the value: with a learning rate that falls to 0 there is always some gain


def warnings(
    test: Predictions,
    train: Examples,
    test_examples: Examples,
    history: Sequence[Mapping[str, float]],
    monitor: str,
    epochs: int,
) -> dict[str, list[str]]:
    """Return what metrics.json has of them: the key `warnings` where there are some.

    history: a row for each epoch; monitor, epochs: options of the fit.
    """
    found = [*score_warnings(test, train, test_examples), *fit_warnings(history, monitor, epochs, test.spec.task)]
    return {"warnings": found} if found else {}


def score_warnings(test: Predictions, train: Examples, test_examples: Examples) -> list[str]:
    """Return a line where the primary score is no better than a guess, and one where it is far behind a line."""
    objective, spec, metric = test.objective, test.spec, METRICS[test.objective.primary]
    outcome = test.outcome
    found = metric.function(outcome)
    if found is None or spec.rows.test_is_train:
        return []
    score = f"{metric.name} {found:.4g}"
    ends = metric.interval(outcome) or (found, found)
    lines: list[str] = []
    what = (
        "the commonest class" if spec.classes else "the mean" if objective.kind == "regression" else "the same labels"
    )
    simple = metric.function(reference.guess(objective, spec, train.y, test.y))
    if simple is not None and not _is_better(metric, found, simple):
        lines.append(f"{score} is no better than {what} for each test row ({simple:.4g}): nothing was learned")
    elif simple is not None and ends[0] <= simple <= ends[1]:
        lines.append(f"{score} is better than {what} for each test row ({simple:.4g}) by no more than chance may give")
    straight = reference.line(objective, spec, train, test_examples)
    linear = metric.function(straight) if straight else None
    if linear is not None and _is_better(metric, linear, found) and not ends[0] <= linear <= ends[1]:
        lines.append(f"{score} is behind a straight line through the same columns ({linear:.4g})")
    return lines


def _is_better(metric: Metric, one: float, other: float) -> bool:
    return one > other if metric.higher_is_better else one < other


def fit_warnings(history: Sequence[Mapping[str, float]], monitor: str, epochs: int, task: str) -> list[str]:
    """Return a line where the validation rows still gained in the last of all epochs that were allowed."""
    name = f"val_{monitor}"
    if name not in history[0] or not 1 < len(history) == epochs:
        return []
    sign = 1 if monitor.endswith("accuracy") else -1
    gains = [sign * row[name] for row in history]
    num_late = max(1, round(LATE * epochs))
    before, after = max(gains[:-num_late]), max(gains[-num_late:])
    if after - before <= max(STILL * (after - gains[0]), NOTABLE * abs(before)):
        return []
    change = f"{name} {sign * before:.4g} -> {sign * after:.4g}"
    more = f"`dvc exp run -S task={task} -S fit.epochs={2 * epochs}`"
    return [f"the fit still improved at its end, after {epochs} epochs ({change}); try {more}"]
