"""In which options a composition differs from what its task composes by default."""

from collections.abc import Iterable
from typing import Any

from hydra import compose, initialize_config_dir

from percept import paths
from percept.composition.references import sections

SECTIONS = ("model", "optimizer", "fit", "features", "objective", "split", "contract", "source", "seed")


def changed(values: dict[str, Any], overrides: Iterable[str]) -> list[str]:
    """Return the keys, such as `fit.epochs`, that both have, with different values. values: sections composed."""
    places = [word for word in overrides if word.startswith("hydra.searchpath=")]
    if not [word for word in overrides if not word.startswith(("task=", "hydra."))]:
        return []
    with initialize_config_dir(str(paths.ROOT / paths.CONF), version_base=None):
        defaults = sections(compose("config", [f"task={values['task']}", *places]))
    found: list[str] = []
    for section in SECTIONS:
        here, there = values[section], defaults[section]
        if isinstance(here, dict) and isinstance(there, dict):
            found += [f"{section}.{name}" for name in here if name in there and here[name] != there[name]]
        elif here != there:
            found.append(section)
    return found
