"""Published settings, a task's recipe and a better one of conf/experiment: trained anew, held against their records."""

import math
import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from percept import paths, yaml_file
from percept.composition import load_config
from percept.errors import UserError, listed, nearest
from percept.evaluation.metrics import METRICS
from percept.evaluation.record import EXACT_SEED, Record, Verdict
from percept.model_file.metadata import Metadata
from percept.model_file.session import read_metadata
from percept.tuning.trial import Trial, run_trial

PUBLISHED: dict[str, dict[str, Any]] = yaml_file.load(paths.ROOT / "results" / "published.yaml")[1]
QUICK_S = 60  # a run that took longer is left to the nightly ones

Kind = Literal["recipe", "better"]


@dataclass(frozen=True)
class Setting:
    """What a row of the table of tasks was trained with."""

    task: str
    kind: Kind

    @property
    def override(self) -> str:
        return f"task={self.task}" if self.kind == "recipe" else f"experiment={PUBLISHED[self.task]['better']}"

    @property
    def name(self) -> str:
        return self.override.partition("=")[2]

    @property
    def metric(self) -> str:
        return str(PUBLISHED[self.task]["metric"])

    @property
    def published(self) -> str:
        return str(PUBLISHED[self.task]["text"])


@dataclass(frozen=True)
class Verified:
    """A setting that was trained anew."""

    value: float  # of its metric, on the test rows
    environment: str  # in which it was trained
    verdict: Verdict


def settings(tasks: Iterable[str] = ()) -> list[Setting]:
    """Return the settings of these tasks, or of all, in the order of the table. Raises `UserError`."""
    chosen = list(tasks) or list(PUBLISHED)
    for task in chosen:
        if task not in PUBLISHED:
            found, expected = f"{task!r}{nearest(task, PUBLISHED)}", f"one of {listed(PUBLISHED, 99)}"
            raise UserError("task", found, expected, "correct the name")
    kinds: tuple[Kind, ...] = ("recipe", "better")
    return [Setting(task, kind) for task in chosen for kind in kinds if kind == "recipe" or kind in PUBLISHED[task]]


def by_run(some: Iterable[Setting]) -> list[list[Setting]]:
    """Bring together the settings that compose to the same run."""
    runs: dict[str, list[Setting]] = {}
    for setting in some:
        config = load_config([setting.override])
        runs.setdefault(config.model_dump_json(exclude={"conf"}), []).append(setting)
    return list(runs.values())


def trained(setting: Setting, seed: int = EXACT_SEED) -> Trial:
    """Run a setting in memory. Raises `UserError`."""
    return run_trial(load_config([setting.override, f"seed={seed}"]))


def verified(setting: Setting, record: Record, trial: Trial) -> Verified:
    """Hold a run of EXACT_SEED against the record of its setting."""
    value = trial.report["test"][setting.metric]
    environment = Metadata.from_texts(read_metadata(trial.shipped)).environment
    return Verified(value, environment, record.verdict(value, environment))


def noise(metric: str, value: float, num_rows: int) -> float:
    """Two standard errors of a share of so many rows; a tenth of an error; a fiftieth of another score."""
    if metric == "accuracy":
        share = min(max(value, 1 / num_rows), 1 - 1 / num_rows)  # all right in a sample is not certainty
        return 2 * math.sqrt(share * (1 - share) / num_rows)
    return 0.02 if METRICS[metric].higher_is_better else value / 10


def reaches(setting: Setting, record: Record) -> bool:
    """Tell whether the mean of the record lies within the noise of the published number, or beyond."""
    expected, sign = PUBLISHED[setting.task]["expected"], 1 if METRICS[setting.metric].higher_is_better else -1
    return sign * (statistics.mean(record.values) - expected) >= -noise(setting.metric, expected, record.test_rows)
