"""Test rows of runs that DVC keeps: what each run predicted of them, and a comparison of two."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from percept import paths
from percept.errors import UserError
from percept.evaluation.metrics import metrics_for
from percept.evaluation.prediction_table import ACTUAL, GROUP, ROW, outcome_of, read_table
from percept.tuning import paired_bootstrap
from percept.tuning.difference import Difference

WORKSPACE = "workspace"
ADVICE = "see `python src/compare.py`; runs of earlier versions have no predictions: make the run again"


@dataclass(frozen=True)
class JudgedRun:
    """A run's predictions of its test rows."""

    name: str
    report: dict[str, Any]  # what metrics.json holds
    table: dict[str, list[str]]  # cells of test_predictions.csv, by column

    @property
    def num_rows(self) -> int:
        return len(self.table[ROW])

    def of_targets(self) -> dict[str, list[str]]:
        """Return the columns that say which rows these are, and what is true of them."""
        return {name: cells for name, cells in self.table.items() if name == ROW or name.startswith(ACTUAL)}


def load(name: str) -> JudgedRun:
    """Read a run of the workspace, or an experiment, branch, tag or commit. Raises `UserError`."""
    metrics, predictions = (_read(name, str(file)) for file in (paths.METRICS, paths.TEST_PREDICTIONS))
    return JudgedRun(name, json.loads(metrics), read_table(predictions, f"{paths.TEST_PREDICTIONS} of {name}"))


def _read(name: str, file: str) -> str:
    """Read a file of a run: what DVC keeps comes from its cache. Raises `UserError`."""
    import dvc.api
    from dvc.exceptions import DvcException

    try:
        if name == WORKSPACE:
            return Path(file).read_text(encoding="utf-8")
        return dvc.api.read(file, repo=str(paths.ROOT), rev=name, encoding="utf-8")
    except (DvcException, FileNotFoundError) as error:
        found = " ".join(str(error).split())
        expected = f"an experiment, a commit or {WORKSPACE} with {file}; or two names in {paths.CROSS_VALIDATION}"
        raise UserError(name, found, expected, ADVICE) from None


def differences(first: JudgedRun, second: JudgedRun) -> list[Difference]:
    """Compare two runs by what they predicted of the same rows, the primary metric first. Raises `UserError`."""
    where = f"{first.name} and {second.name}"
    for key in ("kind", "primary"):
        if first.report[key] != second.report[key]:
            found = f"objective.{key}: {first.report[key]} and {second.report[key]}"
            raise UserError(where, found, "runs of one kind of task by one metric", "choose others, or run one again")
    if first.of_targets() != second.of_targets():
        counts = " and ".join(str(run.num_rows) for run in (first, second))
        found = f"their test rows differ, or the targets of these ({counts} rows)"
        advice = "run both with the same data, seed and split.test"
        raise UserError(where, found, "the same test rows", advice)
    kind, primary = first.report["kind"], first.report["primary"]
    names = sorted((metric.name for metric in metrics_for(kind)), key=lambda name: name != primary)
    groups = np.array(first.table[GROUP]) if GROUP in first.table else None
    one, other = (outcome_of(run.table, kind) for run in (first, second))
    compared = paired_bootstrap.differences(names, one, other, groups)
    if not compared or compared[0].metric != primary:
        found = f"test rows are not compared by {primary}"
        advice = "cross-validate both (docs/cross-validation.md), or take another objective.primary"
        raise UserError(where, found, "a metric of rows that may count twice, and is kept", advice)
    return compared
