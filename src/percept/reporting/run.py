"""A run as the report tells of it."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from percept import paths
from percept.errors import UserError
from percept.evaluation.findings import Findings
from percept.evaluation.predictions import Predictions
from percept.prepared.examples import load_examples, load_spec
from percept.prepared.quality import Quality


@dataclass(frozen=True)
class Run:
    """What a run read, made and found."""

    report: dict[str, Any]  # what metrics.json holds
    findings: Findings
    test: Predictions
    places: list[str]  # of each test row: line 7, picture 7
    quality: Quality
    layers: list[dict[str, Any]]
    plots: Path  # the folder that evaluate wrote

    @classmethod
    def load(cls) -> Self:
        """Read what the stages left. Raises `UserError` where one has not run, or belongs to another run."""
        findings, quality, examples = Findings.load(), Quality.load(), load_examples("test")
        test = Predictions.load(load_spec(), findings.objective)
        unit = quality.unit if examples.row is not None else "picture" if test.spec.pixels else "row"
        return cls(
            report=_report(findings),
            findings=findings,
            test=test,
            places=[f"{unit} {place}" for place in examples.places()],
            quality=quality,
            layers=json.loads((paths.MODELS / paths.LAYERS).read_text(encoding="utf-8")),
            plots=paths.PLOTS,
        )

    @property
    def value(self) -> float | None:
        """Return the primary score of the test rows."""
        return self.report["test"][self.report["primary"]]

    def rows(self, name: str) -> list[dict[str, Any]]:
        """Read one of the plots; cells that are numbers are numbers."""
        with (self.plots / name).open(newline="", encoding="utf-8") as stream:
            return [{field: _read(cell) for field, cell in row.items()} for row in csv.DictReader(stream)]


def _report(findings: Findings) -> dict[str, Any]:
    found = json.loads(paths.METRICS.read_text(encoding="utf-8"))
    if (found["task"], found["primary"]) != (findings.task, findings.objective.primary):
        what, expected = f"scores of {found['task']} ({found['primary']})", "those of this run"
        raise UserError(str(paths.METRICS), what, expected, "run evaluate again: `dvc repro --force evaluate`")
    return found


def _read(cell: str) -> str | float:
    try:
        return float(cell)
    except ValueError:
        return cell
