"""What evaluate finds beside the scores of metrics.json, and keeps for the report, in results/findings."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from pydantic import ConfigDict

from percept import paths
from percept.errors import UserError
from percept.evaluation import baselines, groups
from percept.evaluation.explanations import Effect, Importance, effects, importances
from percept.evaluation.groups import Group
from percept.evaluation.intervals import Interval
from percept.evaluation.metrics import intervals_of
from percept.evaluation.predictions import Predictions, Raw
from percept.model_file.metadata import Metadata
from percept.objective import Objective
from percept.params import Section
from percept.prepared.examples import Examples

NUM_EFFECTS = 3  # columns, of the most important, whose effect is looked at


class Findings(Section):
    """How a model came about, how sure its scores are, how good others are, where it is worse, what it looks at."""

    model_config = ConfigDict(ser_json_inf_nan="constants")

    task: str
    objective: Objective
    params: dict[str, Any]  # the sections of params.yaml
    beside: dict[str, dict[str, float | None]]  # test scores of other models, by name
    intervals: dict[str, Interval]  # 95 %, of test scores by metric, where there is one
    groups: tuple[Group, ...]  # of test rows, the worst first
    importances: tuple[Importance, ...]  # of columns, the greatest first
    effects: tuple[Effect, ...]  # of the first of these
    versions: dict[str, str]  # of what made the shipped file
    machine: dict[str, str]  # that made it; empty where that is not known here
    sha256: str  # of the shipped file
    achieved: str  # how exactly the run can be made again, as `record.achieved` says it

    @classmethod
    def load(cls, folder: Path = paths.FINDINGS) -> Self:
        """Load them. Raises `UserError` when evaluate has not run."""
        path = folder / paths.FOUND
        if not path.is_file():
            raise UserError(str(path), "there is no such file", "the output of evaluate", "run `dvc repro`")
        return cls.model_validate_json(path.read_text(encoding="utf-8"))

    def save(self, folder: Path) -> None:
        (folder / paths.FOUND).write_text(self.model_dump_json(indent=1) + "\n", encoding="utf-8")


def look_at(
    test: Predictions,
    subsets: tuple[Examples, Examples, Examples],
    answer: Callable[[Raw], Raw],
    params: dict[str, Any],
    machine: dict[str, str],
    shipped: tuple[bytes, Metadata],
    achieved: str,
) -> Findings:
    """Find all of it. subsets: training, validation and test rows; answer: what the shipped file says."""
    seed, (model, metadata) = params["seed"], shipped
    of_columns = importances(test, answer, seed)
    columns = [each.column for each in of_columns[:NUM_EFFECTS]]
    return Findings(
        task=test.spec.task,
        objective=test.objective,
        params=params,
        beside=baselines.beside(test.objective, test.spec, *subsets, seed),
        intervals=intervals_of(test.outcome),
        groups=tuple(groups.scored(test)),
        importances=tuple(of_columns),
        effects=tuple(effects(test, columns, answer, seed)),
        versions=metadata.versions,
        machine=machine,
        sha256=hashlib.sha256(model).hexdigest(),
        achieved=achieved,
    )
