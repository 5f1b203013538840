"""The run of each task that was accepted last, in results/accepted.json: scores, groups, and where its predictions are.

The predictions themselves stay in DVC's cache, which has them by their md5: of many rows they are too much for Git.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import FiniteFloat, PositiveInt

from percept import paths
from percept.evaluation import groups
from percept.evaluation.metrics import intervals_of
from percept.evaluation.outcome import Kind
from percept.evaluation.predictions import Predictions
from percept.params import Section


class Score(Section):
    """A score of test rows."""

    value: FiniteFloat
    interval: tuple[FiniteFloat, FiniteFloat] | None  # 95 %
    rows: PositiveInt


class Accepted(Section):
    """What is kept of a run."""

    commit: str  # that holds it, `(with changes)` where files differ from it
    model: str  # sha256 of models/model.onnx
    predictions: str  # md5 of results/test_predictions.csv
    kind: Kind
    primary: str
    test: dict[str, Score]  # by metric
    groups: dict[str, Score]  # by the primary metric
    worse: tuple[str, ...] = ()  # than the one accepted before, in which respects
    reason: str | None = None  # why it was accepted nevertheless

    @classmethod
    def of(cls, test: Predictions, report: Mapping[str, Any], commit: str) -> Self:
        """Take the run that lies here. test: predictions of the test rows; report: what metrics.json holds."""
        ends, num = intervals_of(test.outcome), len(test.y)
        scores = {name: value for name, value in report["test"].items() if isinstance(value, float)}
        return cls(
            commit=commit,
            model=hashlib.sha256((paths.MODELS / paths.SHIPPED).read_bytes()).hexdigest(),
            predictions=hashlib.md5(paths.TEST_PREDICTIONS.read_bytes(), usedforsecurity=False).hexdigest(),
            kind=report["kind"],
            primary=report["primary"],
            test={name: Score(value=value, interval=ends.get(name), rows=num) for name, value in scores.items()},
            groups={
                group.name: Score(value=group.value, interval=group.interval, rows=group.num_rows)
                for group in groups.scored(test)
            },
        )


def load(file: Path = paths.ACCEPTED) -> dict[str, Accepted]:
    """Return the accepted runs by task."""
    found = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return {task: Accepted.model_validate(run) for task, run in found.items()}


def save(runs: Mapping[str, Accepted]) -> None:
    """Write the accepted runs, a score on a line."""
    with paths.replaced(paths.ACCEPTED) as draft:
        values = {task: runs[task].model_dump(mode="json") for task in sorted(runs)}
        draft.write_text(_lines(values, 3) + "\n", encoding="utf-8")


def _lines(values: Any, depth: int, indent: str = "") -> str:
    """Write JSON with a line for each key of the first levels."""
    if not (isinstance(values, dict) and values and depth):
        return json.dumps(values, ensure_ascii=False)
    inner = [
        f"{indent} {json.dumps(key, ensure_ascii=False)}: {_lines(values[key], depth - 1, indent + ' ')}"
        for key in values
    ]
    return "{\n" + ",\n".join(inner) + f"\n{indent}}}"
