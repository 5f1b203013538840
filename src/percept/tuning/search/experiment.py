"""The best setting of a search as a file of conf/experiment/, ready for `dvc exp run`."""

import hashlib
import re
import shlex
import textwrap
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from omegaconf._utils import get_omega_conf_dumper

from percept import paths
from percept.composition import composed, differences
from percept.errors import UserError
from percept.params import plain_values
from percept.spaces.options import Search
from percept.tuning.search.changes import Changes, changes, search_words
from percept.tuning.search.results import Results
from percept.tuning.search.space import GROUPS, Space
from percept.yaml_file import escape, with_texts

FOLDER = paths.CONF / "experiment"
WRITER = "Written by src/search.py"
DIGEST = re.compile(rf"^# {WRITER} .*\(([0-9a-f]{{8}})\)", re.MULTILINE)  # of all other lines
WIDTH = 118
HARD_SPACE = "\xa0"  # where no line breaks
ADVICE = "run the setting by the overrides of its trial in search/best.json"


class Draft(NamedTuple):
    """A file that is not written yet."""

    path: Path
    text: str
    run: str  # the command that runs it


def draft(results: Results, space: Space, options: Search, today: date | None = None) -> Draft:
    """Return the best setting as conf/experiment/<task>_tuned.yaml in the folder that a person works in.

    A file that a person wrote, or edited, stays: then it is <task>_tuned_2.yaml, and so on. Raises `UserError` where
    no trial is complete, or the file would not compose to exactly the configuration of the best one.
    """
    trial = results.best
    names = {key: name for key, name in trial.settings.items() if key in GROUPS and isinstance(name, str)}
    values = {name: value for name, value in space.values(trial.settings).items() if name not in ("conf", "search")}
    found = changes(values, names)
    path = _free(f"{results.task}_tuned")
    words = [f"experiment={path.stem}", *found.taken_away]
    run = " ".join(["dvc exp run", *(f"-S {shlex.quote(word)}" for word in words)])
    comment = [_praise(results), f"Search: {search_command(space, options)}", f"Run: {run}"]
    text = _signed(comment, _body(results.task, found), today or date.today())
    _check(text, found, values, f"{FOLDER / path.name}")
    return Draft(path, text, run)


def search_command(space: Space, options: Search) -> str:
    """Return the command that makes the same search anew, on any machine."""
    values = {name: value for name, value in space.config.items() if name not in ("conf", "search")}
    task = values["task"]
    words = [f"task={task}", *search_words(task, options), *changes(values).words]
    return " ".join(["python src/search.py", *map(shlex.quote, words)])


def _praise(results: Results) -> str:
    """Say what the setting is, and how good."""
    trial, summary = results.best, results.summary(results.best)
    scores = ", ".join(f"{name} {value:.4g}" for name, value in results.values(trial).items())
    interval = ""
    if summary and summary.interval:
        interval = f", {results.primary} in a 95 % interval of {summary.interval[0]:.4g} to {summary.interval[1]:.4g}"
    first = "" if len(results.objectives) == 1 else f" by {results.name(results.objectives[0])}"
    return (
        f"{results.task} as trial {trial.number} of a search has it, the best{first} of {len(results.complete)}: "
        f"{scores} ({results.judge}{interval}). The best score of several is a little too good; the test rows, "
        "which the search did not read, tell what it is worth."
    )


def _body(task: str, found: Changes) -> str:
    """Return the choices and sections as YAML, short lists in one line."""
    overrides = [f"  - override /task: {task}", *(f"  - override /{key}: {name}" for key, name in found.groups.items())]
    lines = "\n".join(["defaults:", *overrides]) + "\n"
    escaped = with_texts(found.sections, lambda _, text: escape(text))
    if not escaped:
        return lines
    style: dict[str, Any] = {"default_flow_style": False, "allow_unicode": True, "sort_keys": False, "width": WIDTH}
    return f"{lines}\n{yaml.dump(_in_line(escaped), Dumper=get_omega_conf_dumper(), **style)}"


class _InLine(list):
    """A list that YAML has in one line."""


get_omega_conf_dumper().add_representer(
    _InLine, lambda dumper, items: dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=True)
)


def _in_line(values: Any) -> Any:
    match values:
        case dict():
            return {key: _in_line(value) for key, value in values.items()}
        case list() | tuple():
            return _InLine(map(_in_line, values))
    return values


def _signed(comment: list[str], body: str, today: date) -> str:
    """Put comments above, and a digest by which an edited file is known."""
    style: dict[str, Any] = {"break_on_hyphens": False, "break_long_words": False}
    kept = [each.replace(" -S ", f" -S{HARD_SPACE}") for each in comment]
    lines = [f"# {line}".replace(HARD_SPACE, " ") for each in kept for line in textwrap.wrap(each, WIDTH, **style)]
    head = ["# @package _global_", *lines]
    digest = _digest("\n".join([*head, body]))
    head.append(f"# {WRITER} on {today.isoformat()} ({digest}); the next search replaces it, unless it was edited.")
    return "\n".join([*head, body])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _free(name: str) -> Path:
    """Return the place of the first such name that no person has taken."""
    number, path = 1, paths.home() / FOLDER / f"{name}.yaml"
    while path.exists() and not _is_ours(path):
        number += 1
        path = path.with_name(f"{name}_{number}.yaml")
    return path


def _is_ours(path: Path) -> bool:
    text = path.read_text(encoding="utf-8", errors="replace")
    mark = DIGEST.search(text)
    if mark is None:
        return False
    lines = [line for line in text.split("\n") if not line.startswith(mark[0])]
    return _digest("\n".join(lines)) == mark[1]


def _check(text: str, found: Changes, values: dict[str, Any], where: str) -> None:
    """Compose the file before it has its name. Raises `UserError` where it is not the configuration of the trial."""
    name = "candidate_of_search"
    with paths.scratch() as folder:
        (folder / "experiment").mkdir()
        (folder / "experiment" / f"{name}.yaml").write_text(text, encoding="utf-8")
        words = [f"hydra.searchpath=[file://{folder}]", f"experiment={name}", *found.taken_away]
        made = plain_values(composed(words))
    differing = differences({name: made.get(name) for name in values}, values)
    if differing:
        lines = [f"{key}: {here!r} composed, {there!r} in the trial" for key, here, there in differing]
        raise UserError(where, "\n    ".join(["it would be another setting", *lines]), "that of the best trial", ADVICE)
