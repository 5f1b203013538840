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
MAKE_THEM = "runs of earlier versions have none: make the run again"


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
    table = read_table(predictions.splitlines(keepends=True), f"{paths.TEST_PREDICTIONS} of {name}")
    return JudgedRun(name, json.loads(metrics), table)


def _read(name: str, file: str) -> str:
    """Read a file of a run: what DVC keeps comes from its cache. Raises `UserError`."""
    import dvc.api
    from dvc.exceptions import DvcException

    try:
        if name == WORKSPACE:
            return Path(file).read_text(encoding="utf-8")
        return dvc.api.read(file, repo=str(paths.ROOT), rev=name, encoding="utf-8")
    except (DvcException, FileNotFoundError) as error:
        expected = f"an experiment, a commit or {WORKSPACE} with {file}; or two names in {paths.CROSS_VALIDATION}"
        raise UserError(
            name, " ".join(str(error).split()), expected, f"see `python src/compare.py`; {MAKE_THEM}"
        ) from None


def differences(first: JudgedRun, second: JudgedRun) -> list[Difference]:
    """Compare two runs by what they predicted of the same rows, the primary metric first. Raises `UserError`."""
    where = f"{first.name} and {second.name}"
    for key in ("task", "primary"):
        if first.report[key] != second.report[key]:
            found = f"{key} {first.report[key]} and {second.report[key]}"
            raise UserError(where, found, "two runs of one task by one metric", "choose others, or run one again")
    if first.of_targets() != second.of_targets():
        counts = " and ".join(str(run.num_rows) for run in (first, second))
        found = f"their test rows differ, or the targets of these ({counts} rows)"
        advice = "run both with the same data, seed and split.test"
        raise UserError(where, found, "the same test rows", advice)
    kind, primary = first.report["kind"], first.report["primary"]
    names = sorted((metric.name for metric in metrics_for(kind)), key=lambda name: name != primary)
    groups = np.array(first.table[GROUP]) if GROUP in first.table else None
    found_all = paired_bootstrap.differences(
        names, outcome_of(first.table, kind), outcome_of(second.table, kind), groups
    )
    if not found_all or found_all[0].metric != primary:
        raise UserError(
            where, f"there is no paired test by {primary}", "another primary metric", "see docs/cross-validation.md"
        )
    return found_all
