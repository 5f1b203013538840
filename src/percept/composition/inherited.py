"""What a task, or an experiment, says for one kind of a section, where another was chosen that knows no such key."""

from collections.abc import Sequence
from functools import reduce
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override

from percept.composition.origin import chosen_experiment, composed_alone
from percept.params import Params
from percept.params.problems import unknown_keys

Path = tuple[str, ...]


def without_inherited(cls: type[Params], values: dict[str, Any], words: Sequence[str]) -> dict[str, Any]:
    """Return the sections that overrides compose without such keys, which no file of conf/ could take away.

    Left out is what the kind of a mapping does not know, what fewer of the overrides compose with the same value under
    another kind, and what none of them names.
    """
    overrides = OverridesParser.create().parse_overrides(list(words))
    unknown = [path for path in unknown_keys(cls, values) if not any(_names(each, path) for each in overrides)]
    if not unknown:
        return values
    task, experiment = [f"task={values['task']}"], chosen_experiment(words)
    chosen = [*task, f"experiment={experiment}"] if experiment else task
    groups = [word for word, each in zip(words, overrides, strict=True) if isinstance(each.value(), str)]
    files = [word for word in groups if "." not in word.partition("=")[0]]
    bases = [composed_alone(start, words) for start in (task, chosen, [*task, *files])]
    return _without(values, {path for path in unknown for base in bases if _is_of_another_kind(path, values, base)})


def _names(override: Override, path: Path) -> bool:
    """Say whether an override such as `model.units=[8]` or `optimizer.schedule={kind: cosine}` gives this key."""
    key = tuple(override.key_or_group.split("."))
    return path[: len(key)] == key and _has(override.value(), path[len(key) :])


def _has(value: Any, path: Path) -> bool:
    return not path or (isinstance(value, dict) and path[0] in value and _has(value[path[0]], path[1:]))


def _is_of_another_kind(path: Path, values: dict[str, Any], base: dict[str, Any]) -> bool:
    here, there = _at(values, path[:-1]), _at(base, path[:-1])
    if not (isinstance(here, dict) and isinstance(there, dict)) or path[-1] not in there:
        return False
    return here.get("kind") != there.get("kind") and here[path[-1]] == there[path[-1]]


def _at(values: Any, path: Path) -> Any:
    return reduce(lambda found, key: found.get(key) if isinstance(found, dict) else None, path, values)


def _without(values: dict[str, Any], dropped: set[Path]) -> dict[str, Any]:
    """Return mappings without the keys at the ends of these paths."""
    return {
        key: _without(value, {path[1:] for path in dropped if path[0] == key}) if isinstance(value, dict) else value
        for key, value in values.items()
        if (key,) not in dropped
    }
