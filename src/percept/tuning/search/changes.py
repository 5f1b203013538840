"""How a configuration differs from what conf/ composes for its task, as files of conf/ and overrides say it."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from percept.composition import choices_of, differences, unchecked
from percept.errors import UserError
from percept.spaces.options import Search
from percept.tuning.search.space import GROUPS

Path = tuple[str, ...]
PLAIN = re.compile(r"[A-Za-z_][\w./-]*")  # a text that needs no quotes in an override
KEYWORDS = ("null", "true", "false", "nan", "inf")
MACHINES = {"workers", "retries", "dask_address", "storage"}  # where trials run: no part of what is repeated, or secret


@dataclass(frozen=True)
class Changes:
    """What makes a configuration of that of a task."""

    groups: dict[str, str]  # names of files in conf/, by section
    values: dict[Path, Any]  # that differ, by the keys that lead to them
    left: tuple[str, ...]  # keys of the task that files cannot take away

    @property
    def words(self) -> list[str]:
        """Return it all as overrides of Hydra's."""
        groups = [f"{group}={name}" for group, name in self.groups.items()]
        return [
            *groups,
            *(f"{'.'.join(path)}={_written(value)}" for path, value in self.values.items()),
            *self.taken_away,
        ]

    @property
    def sections(self) -> dict[str, Any]:
        """Return sections with the keys that differ, and no others."""
        found: dict[str, Any] = {}
        for (*above, last), value in self.values.items():
            place = found
            for key in above:
                place = place.setdefault(key, {})
            place[last] = value
        return found

    @property
    def taken_away(self) -> list[str]:
        return [f"~{key}" for key in self.left]


def changes(values: Mapping[str, Any], names: Mapping[str, str] | None = None) -> Changes:
    """Find the changes that make sections, plain values, of what their task composes.

    names: files of conf/ that sections come from; where a section is of another kind than that of the task, and no
    file is named, one that is near is taken.
    """
    task = values["task"]
    composed = unchecked([f"task={task}"])
    groups = dict(names or {})
    for group in GROUPS:
        if group not in groups and values[group].get("kind") != composed[group].get("kind"):
            groups[group] = _nearest(task, group, values[group])
    if groups:
        composed = unchecked([f"task={task}", *(f"{group}={name}" for group, name in groups.items())])
    wanted = {name: value for name, value in values.items() if name in composed and name not in ("search", "conf")}
    return Changes(groups, dict(_changed(wanted, composed)), tuple(_left(wanted, composed)))


def search_words(task: str, options: Search) -> list[str]:
    """Return the overrides that give a search its options, but for the machines it ran on."""
    wanted = options.model_dump(mode="json", by_alias=True, exclude=MACHINES)
    found = {}
    for name in choices_of("search"):
        with suppress(UserError, ValidationError):  # this search is not from a file that is wrong
            section = Search.model_validate(unchecked([f"task={task}", f"search={name}"])["search"])
            found[name] = section.model_dump(mode="json", by_alias=True, exclude=MACHINES)
    name = min(found, key=lambda name: (len(differences(wanted, found[name])), name != "default"))
    here, there = {"search": wanted}, {"search": found[name]}
    return Changes(
        {} if name == "default" else {"search": name}, dict(_changed(here, there)), tuple(_left(here, there))
    ).words


def _nearest(task: str, group: str, section: Mapping[str, Any]) -> str:
    """Return the file of a section's kind that differs least from it, of those that are called by the kind if any."""
    kind, known = section["kind"], choices_of(group)
    called = [name for name in known if name.startswith(kind)]
    found = {name: unchecked([f"task={task}", f"{group}={name}"])[group] for name in called or known}
    alike = {name: values for name, values in found.items() if values.get("kind") == kind}
    return min(alike, key=lambda name: len(differences(dict(section), alike[name])))


def _changed(here: Mapping[str, Any], there: Mapping[str, Any], above: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Return each value that is another one, of mappings in both those inside."""
    for key, value in here.items():
        if isinstance(value, dict) and isinstance(there.get(key), dict):
            yield from _changed(value, there[key], (*above, key))
        elif key not in there or not _same(value, there[key]):
            yield (*above, key), value


def _left(here: Mapping[str, Any], there: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """Return the keys of mappings in both that are there alone."""
    for key, value in there.items():
        if isinstance(value, dict) and isinstance(here.get(key), dict):
            yield from _left(here[key], value, f"{above}{key}.")
        elif above and key not in here:
            yield f"{above}{key}"


def _same(one: Any, other: Any) -> bool:
    return json.dumps(one) == json.dumps(other)  # as True is no 1


def _written(value: Any) -> str:
    """Write a value as Hydra's overrides have it."""
    match value:
        case str():
            plain = PLAIN.fullmatch(value) and value.lower() not in KEYWORDS
            return value if plain else "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
        case list() | tuple():
            return f"[{','.join(map(_written, value))}]"
        case dict():
            return f"{{{','.join(f'{name}:{_written(part)}' for name, part in value.items())}}}"
    return json.dumps(value)
