"""Which experiment a composition chose, and in which options it differs from what that, or the task, composes alone."""

import re
from collections.abc import Sequence
from typing import Any

from hydra import compose, initialize_config_dir

from percept import paths
from percept.composition.references import sections

SECTIONS = ("model", "optimizer", "fit", "features", "objective", "split", "contract", "source", "seed")
EXPERIMENT = re.compile(r"experiment=([\w/-]+)")  # one; where a queue takes several, each run is told by its options


def origin(values: dict[str, Any], overrides: Sequence[str]) -> dict[str, Any]:
    """Return `experiment`, a name or None, and `changed`, keys such as `fit.epochs`. values: sections composed."""
    experiment = chosen_experiment(overrides)
    chosen = [f"experiment={experiment}"] if experiment else []
    return {"experiment": experiment, "changed": _changed(values, chosen, overrides)}


def chosen_experiment(overrides: Sequence[str]) -> str | None:
    """Return the name in `experiment=name`."""
    return next((found[1] for found in map(EXPERIMENT.fullmatch, overrides) if found), None)


def composed_alone(words: Sequence[str], overrides: Sequence[str]) -> dict[str, Any]:
    """Return the sections that `task=...` and the like compose without the overrides, but from the same folders."""
    places = [word for word in overrides if word.startswith("hydra.searchpath=")]
    with initialize_config_dir(str(paths.ROOT / paths.CONF), version_base=None):
        return sections(compose("config", [*words, *places]))


def _changed(values: dict[str, Any], chosen: list[str], overrides: Sequence[str]) -> list[str]:
    if not [word for word in overrides if word not in chosen and not word.startswith(("task=", "hydra."))]:
        return []
    defaults = composed_alone([f"task={values['task']}", *chosen], overrides)
    found: list[str] = []
    for section in SECTIONS:
        here, there = values[section], defaults[section]
        if isinstance(here, dict) and isinstance(there, dict):
            found += [f"{section}.{name}" for name in here if name in there and here[name] != there[name]]
        elif here != there:
            found.append(section)
    return found
