"""A run as the report tells of it."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from percept.evaluation.findings import Findings
from percept.evaluation.predictions import Predictions
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

    @property
    def value(self) -> float | None:
        """Return the primary score of the test rows."""
        return self.report["test"][self.report["primary"]]

    def rows(self, name: str) -> list[dict[str, Any]]:
        """Read one of the plots; cells that are numbers are numbers."""
        with (self.plots / name).open(newline="", encoding="utf-8") as stream:
            return [{field: _read(cell) for field, cell in row.items()} for row in csv.DictReader(stream)]


def _read(cell: str) -> str | float:
    try:
        return float(cell)
    except ValueError:
        return cell
