"""Draft a task file for a table or for pictures: its text, and the report that a person reads first."""

from pathlib import Path

from percept.files.limits import Limits
from percept.profiling import pictures, task_file
from percept.profiling.overview import overview
from percept.profiling.phrases import one_line
from percept.profiling.reading import ReadOptions, read_table
from percept.profiling.task import propose_task
from percept.profiling.task_options import TaskOptions
from percept.profiling.writing import address, stored_name
from percept.profiling.yaml_text import Draft
from percept.sources.download import sha256


def draft_table(
    file: Path, name: str, reading: ReadOptions, wanted: TaskOptions, command: str, limits: Limits
) -> tuple[Draft, str]:
    """Draft the task `name` for a table; command: what was typed to get it. Raises `UserError`.

    With it comes what was seen in the data, for a person.
    """
    task = propose_task(read_table(file, reading, limits), wanted)
    source = {"path": stored_name(file, name), "urls": [address(file)], "sha256": sha256(file)} | _raised(limits)
    return task_file.render(task, name, source, command), overview(task)


def draft_pictures(folder: Path, name: str, command: str, limits: Limits) -> tuple[Draft, str]:
    """Draft the task `name` for pictures in class folders; command: what was typed to get it. Raises `UserError`.

    With it comes what was seen in the data, for a person.
    """
    found = pictures.profile_pictures(folder, limits)
    source = {"path": stored_name(folder.resolve(), name), "urls": [address(folder)]} | _raised(limits)
    report = [f"{folder}: {found.described}; sides of {found.side} pixels", *found.notes]
    return pictures.render(found, name, source, command), "\n".join(map(one_line, report))


def _raised(limits: Limits) -> dict[str, dict[str, int]]:
    """Return the bounds that a person has changed, as an option of the source."""
    changed = limits.model_dump(exclude_defaults=True)
    return {"limits": changed} if changed else {}
