"""What results/tasks.json keeps of a published setting: its scores by seed, the band that they give, exact values.

In the environment of an exact value a run of seed 0 has that very value. Elsewhere numbers round otherwise, training
carries that on, and the score is one more draw: it lies in the band, with 99 % of chance.
"""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from pydantic import Field, FiniteFloat, PositiveInt

from percept import paths
from percept.evaluation.intervals import Interval
from percept.evaluation.metrics import METRICS
from percept.params import Section

LEVEL = 0.99
TOLERANCE = 1e-4  # of a score in a unit: what two processors make of the same predictions
EXACT_SEED = 0  # of which exact values are kept

Verdict = Literal["equal", "inside", "outside", "differs"]
RED: tuple[Verdict, ...] = ("outside", "differs")


class Record(Section):
    """A setting with the test scores that it has."""

    override: str  # that composes it: task=churn, experiment=churn_best
    metric: str
    test_rows: PositiveInt
    values: tuple[FiniteFloat, ...] = Field(min_length=5)  # of seeds 0, 1, ...
    band: tuple[FiniteFloat, FiniteFloat]  # `band_of` these
    exact: dict[str, FiniteFloat]  # of EXACT_SEED, by environment
    seconds: float  # of a whole run, in the median
    date: str  # on which the values were measured
    command: str  # that measured them

    def verdict(self, value: float, environment: str, seed: int = EXACT_SEED) -> Verdict:
        """Say whether a test score is that of the record. environment: its `digest`."""
        if seed == EXACT_SEED and environment in self.exact:
            return "equal" if value == self.exact[environment] else "differs"
        return "inside" if self.band[0] <= value <= self.band[1] else "outside"


class Records(Section):
    """All of results/tasks.json."""

    environments: dict[str, dict[str, Any]]  # by digest
    tasks: dict[str, dict[Literal["recipe", "better"], Record]]

    @classmethod
    def load(cls, file: Path = paths.RECORDS) -> Self:
        """Read it; where there is no such file, there are no records."""
        found = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {"environments": {}, "tasks": {}}
        return cls.model_validate(found)

    def save(self, file: Path) -> None:
        """Write it, without environments of which no value is left."""
        used = {name for kinds in self.tasks.values() for record in kinds.values() for name in record.exact}
        found = self.model_dump(mode="json")
        found["environments"] = {name: found["environments"][name] for name in sorted(used)}
        file.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")

    def of_run(self, params: Mapping[str, Any]) -> Record | None:
        """Return the record of the setting that params.yaml was composed of, the seed aside; None: it has none."""
        origin = params.get("conf")
        if not isinstance(origin, dict) or set(origin.get("changed", ())) - {"seed"}:
            return None
        chosen = origin.get("experiment")
        override = f"experiment={chosen}" if chosen else f"task={params['task']}"
        every = (record for kinds in self.tasks.values() for record in kinds.values())
        return next((record for record in every if record.override == override), None)


def band_of(metric: str, values: Sequence[float], test_rows: int) -> Interval:
    """Return where the score of one more run lies: the prediction interval of normal values, a test row wide at least.

    Mean and standard deviation s of n runs give mean +- t s sqrt(1 + 1 / n), with t of n - 1 degrees of freedom (Hahn &
    Meeker 1991, Statistical Intervals, chapter 4). Equal scores have no s, and yet one row may be told otherwise: to
    either side it reaches as far as the share of a row, or TOLERANCE of a score that has a unit.
    """
    from scipy import stats

    num, found = len(values), METRICS[metric]
    center = math.fsum(values) / num
    factor = float(stats.t.ppf((1 + LEVEL) / 2, num - 1)) * math.sqrt(1 + 1 / num)
    step = 1 / test_rows if found.is_share else TOLERANCE * abs(center)
    half = max(factor * float(np.std(values, ddof=1)), step)
    return found.possible((center - half, center + half))


def achieved(record: Record | None, seed: int, test: Mapping[str, Any], environment: str) -> str:
    """Say in a line how exactly a run can be made again, and whether it is what the record has.

    record: of its setting; test: its test scores; environment: as the shipped file names it.
    """
    if not environment:
        return "The environment was not kept; with the same versions on the same kind of processor, the same bits."
    same = f"In environment {environment} the run gives these very bits again"
    value = test.get(record.metric) if record else None
    if record is None or value is None:
        return f"{same}; elsewhere it rounds otherwise."
    low, high = record.band
    within = f"{record.metric} within {low:.4g} to {high:.4g} ({LEVEL:.0%} interval of {len(record.values)} seeds)"
    words = {
        "equal": "equal to the record to the last digit",
        "inside": "inside",
        "outside": "outside: not what the record has",
        "differs": f"not the {record.exact.get(environment)} that the record has of this environment",
    }
    return f"{same}; elsewhere {within}. This run: {words[record.verdict(value, environment, seed)]}."
