"""Studies in memory whose scores follow a formula, as a driver keeps them."""

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

import optuna

from percept.composition import composed
from percept.params import plain_values
from percept.spaces.options import Search
from percept.spaces.parameters import Parameter
from percept.tuning.search.outcome import OUTCOME, SETTINGS, Outcome
from percept.tuning.search.space import Settings, Space

Judge = Callable[[int, Settings], Outcome]
BY_FOLDS = Search.model_validate({"judge": {"kind": "cross_validation", "num": 3}})
CHANGING = {  # what a trial tries, with a condition, choices, lists, numbers by size and by ratio
    "model": {"choice": ["mlp", "recipe/california_wide_deep"]},
    "model.units": {"int": [16, 512], "log": True, "length": [1, 3]},
    "model.dropout": {"float": [0.0, 0.5], "when": {"model": "mlp"}},
    "optimizer": {"choice": ["adamw", "sgd"]},
    "optimizer.learning_rate": {"log": [1e-4, 1e-1]},
    "optimizer.weight_decay": {"log": [1e-5, 1e-1], "when": {"optimizer": "adamw"}},
    "fit.batch_size": {"choice": [16, 32, 64, 128, 256]},
    "fit.patience": {"choice": [None, 10]},
}


def space_of(parameters: Mapping[str, Any], overrides: list[str]) -> Space:
    """A space over what conf/ composes."""
    config = plain_values(composed(overrides))
    return Space(config, {key: Parameter.model_validate(value) for key, value in parameters.items()})


def study_of(space: Space, options: Search, num_trials: int, judge: Judge) -> optuna.Study:
    """A study whose trials have ended; the outcome of each is what `judge` says of its number and settings."""
    maximize = space.config["objective"]["primary"] in ("accuracy", "r2")
    directions = ["maximize" if name == "score" and maximize else "minimize" for name in options.objectives]
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1), directions=directions)
    for number in range(num_trials):
        trial = study.ask()
        settings = space.suggest(trial)
        outcome = judge(number, settings)
        trial.set_user_attr(SETTINGS, json.dumps(settings))
        trial.set_user_attr(OUTCOME, outcome.to_dict())
        states = {"pruned": optuna.trial.TrialState.PRUNED, "failed": optuna.trial.TrialState.FAIL}
        values = list(outcome.values) if outcome.state == "complete" else None
        study.tell(trial, values, states.get(outcome.state, optuna.trial.TrialState.COMPLETE))
    return study


def bowl(number: int, settings: Settings) -> Outcome:
    """A score that is lowest at a learning rate of 0.01; every seventh trial is pruned, every eleventh fails."""
    if number % 7 == 6:
        return Outcome("pruned", reason="behind the median at epoch 3", epochs=3, seconds=1.0, worker="127.0.0.1:1")
    if number % 11 == 5:
        return Outcome("failed", reason="the loss is\nnot finite", seconds=0.5, worker="127.0.0.1:2")
    rate = settings.get("optimizer.learning_rate", 0.01)
    mean = 0.3 + 0.1 * math.log10(rate / 0.01) ** 2 + 0.05 * settings.get("model.dropout", 0.3)
    folds = tuple(mean + shift for shift in (-0.02, 0.0, 0.02))
    parameters = sum(settings.get("model.units", [100]))
    return Outcome(
        "complete", (mean,), {"mse": mean, "mae": mean / 2}, folds, 12.3456, 40, parameters, history=(1, 0.5)
    )


def weighed(number: int, settings: Settings) -> Outcome:
    """Three objectives that speak against each other: error, weights and microseconds."""
    size = sum(settings["model.units"])
    error = 0.25 + 5 / size + 0.01 * (number % 5)
    return Outcome("complete", (error, size, 10 + 0.05 * size), {"mse": error}, seconds=1, epochs=5, parameters=size)
