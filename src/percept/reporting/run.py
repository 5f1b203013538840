"""A run as the report tells of it."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from percept.evaluation.groups import Group
from percept.evaluation.intervals import Interval
from percept.evaluation.predictions import Predictions
from percept.model_file.metadata import Metadata
from percept.prepared.quality import Quality
from percept.reporting.explanations import Effect, Importance
from percept.reporting.scores import Scores

NUM_SHOWN = 15  # groups and columns that are drawn


@dataclass(frozen=True)
class Run:
    """What a run read, made and found."""

    params: dict[str, Any]  # the sections of params.yaml
    report: dict[str, Any]  # what metrics.json holds
    test: Predictions
    places: list[str]  # of each test row: line 7, picture 7
    metadata: Metadata
    quality: Quality
    layers: list[dict[str, Any]]
    intervals: dict[str, Interval]  # 95 %, of test scores by metric, where there is one
    beside: dict[str, Scores]  # test scores of other models
    groups: list[Group]
    importances: list[Importance]
    effects: list[Effect]
    plots: Path  # the folder that evaluate wrote
    sha256: str  # of model.onnx

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


def importance_rows(found: list[Importance], measure: str) -> list[tuple]:
    """Return what importance.csv holds, by the names of `IMPORTANCE`."""
    return [(each.column, each.mean, each.low, each.high, measure) for each in found[:NUM_SHOWN]]


def group_rows(found: list[Group], measure: str, whole: float) -> list[tuple]:
    """Return what groups.csv holds, by the names of `GROUPS`."""
    ends = [each.interval or (each.value, each.value) for each in found[:NUM_SHOWN]]
    return [
        (f"{each.name} ({each.num_rows})", each.value, *interval, measure, whole)
        for each, interval in zip(found[:NUM_SHOWN], ends, strict=True)
    ]


IMPORTANCE = ("column", "value", "low", "high", "measure")
GROUPS = ("group", "value", "low", "high", "measure", "whole")
