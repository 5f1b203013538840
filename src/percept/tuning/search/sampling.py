"""Where the values of a trial come from: Optuna's samplers, each value drawn by a seed of its own."""

import hashlib
import itertools
import json
import random
from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

from optuna.distributions import BaseDistribution
from optuna.pruners import BasePruner, HyperbandPruner, MedianPruner, NopPruner
from optuna.samplers import BaseSampler, CmaEsSampler, RandomSampler, TPESampler
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState

from percept.errors import UserError
from percept.spaces.options import Search
from percept.tuning.search.space import WHERE, Space

DRAW = "draw"  # user attribute of a trial that repeats an interrupted one: the number that its values are drawn by
LARGEST_GRID = 10_000  # points
STARTUP_TRIALS, WARMUP_STEPS = 5, 5  # of the median pruner: trials, and epochs of each, that are never pruned

MakeSampler = Callable[[int], BaseSampler]  # from a seed
SAMPLERS: Mapping[str, MakeSampler] = {
    "tpe": lambda seed: TPESampler(seed=seed),
    "random": lambda seed: RandomSampler(seed=seed),
    "cma_es": lambda seed: CmaEsSampler(seed=seed, warn_independent_sampling=False),
    "grid": lambda seed: RandomSampler(seed=seed),  # the points of the grid wait in the study
}


class SeededSampler(BaseSampler):
    """Draws by a seed, the number of the trial and the name of the parameter, and keeps no state of its own.

    At random, values so depend neither on the number of workers nor on interruptions; TPE and CMA-ES look at the trials
    that have ended by then.
    """

    def __init__(self, make: MakeSampler, seed: int) -> None:
        self._make, self._seed = make, seed

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        return self._of(study, trial, "").infer_relative_search_space(study, trial)

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        return self._of(study, trial, "").sample_relative(study, trial, search_space)

    def sample_independent(
        self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        return self._of(study, trial, param_name).sample_independent(study, trial, param_name, param_distribution)

    def after_trial(self, study: Study, trial: FrozenTrial, state: TrialState, values: Sequence[float] | None) -> None:
        self._of(study, trial, "").after_trial(study, trial, state, values)

    def _of(self, study: Study, trial: FrozenTrial, name: str) -> BaseSampler:
        digest = hashlib.sha256(json.dumps([self._seed, draw_of(study, trial), name]).encode())
        return self._make(int.from_bytes(digest.digest()[:4], "big"))


def draw_of(study: Study, trial: FrozenTrial) -> int:
    """Return the number that a trial's values are drawn by: its own, had no trial been interrupted."""
    if DRAW in trial.user_attrs:
        return int(trial.user_attrs[DRAW])
    others = study.get_trials(deepcopy=False)
    return trial.number - sum(DRAW in other.user_attrs for other in others if other.number < trial.number)


def pruner_of(search: Search, num_steps: int) -> BasePruner:
    """Return what ends trials early; several objectives have none. num_steps: that a trial reports at most."""
    if search.pruner == "none" or len(search.objectives) > 1:
        return NopPruner()
    if search.pruner == "hyperband":
        return HyperbandPruner(max_resource=num_steps)
    return MedianPruner(STARTUP_TRIALS, min(WARMUP_STEPS, num_steps // 3))


def grid_of(space: Space, seed: int) -> list[dict[str, Any]]:
    """Return each point of the grid once, by what `Space.suggest` asks for, in an order that depends on the seed.

    Raises `UserError` where points cannot be counted, or are too many.
    """
    values = space.grid()
    if (size := prod(map(len, values.values()))) > LARGEST_GRID:
        expected = f"at most {LARGEST_GRID:,}"
        raise UserError(
            WHERE, f"a grid of {size:,} points", expected, "give fewer values, or take search.sampler=random"
        )
    points: dict[str, dict[str, Any]] = {}
    for combination in itertools.product(*values.values()):
        point = _Point(dict(zip(values, combination, strict=True)))
        space.suggest(point)
        points[json.dumps(point.asked, sort_keys=True)] = point.asked
    found = list(points.values())
    random.Random(seed).shuffle(found)
    return found


class _Point:
    """Answers what a space asks for from one combination, and remembers what that was."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values
        self.asked: dict[str, Any] = {}

    def _answer(self, name: str) -> Any:
        self.asked[name] = self._values[name]
        return self._values[name]

    def suggest_int(self, name: str, low: int, high: int, *, step: int = 1, log: bool = False) -> int:
        return int(self._answer(name))

    def suggest_float(
        self, name: str, low: float, high: float, *, step: float | None = None, log: bool = False
    ) -> float:
        return float(self._answer(name))

    def suggest_categorical(self, name: str, choices: list[Any]) -> Any:
        return self._answer(name)
