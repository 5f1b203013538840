"""Where data, models, logs and the cache lie, how much room is there, and what DATA_MIRROR has."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from percept import paths
from percept.errors import listed
from percept.upkeep.environment import size
from percept.upkeep.finding import Finding
from percept.upkeep.repository import cache

LEAST = 1 << 30  # bytes: a run of the largest task that comes with the project, twice


def disks() -> Iterator[Finding]:
    """Look at each disk once."""
    places: dict[int, list[str]] = {}
    folders = (paths.RAW.parent, paths.MODELS, paths.logs(), cache(), Path(tempfile.gettempdir()))
    for folder in folders:
        places.setdefault(_there(folder).stat().st_dev, []).append(str(_name(folder)))
    for names in places.values():
        yield disk(names)


def disk(names: list[str], least: int = LEAST) -> Finding:
    """Look at the disk that these folders lie on."""
    first = _there(Path(names[0]))
    locked = [name for name in names if not os.access(_there(Path(name)), os.W_OK)]
    found = f"{size(shutil.disk_usage(first).free)} free for {', '.join(names)}"
    if locked:
        return Finding("disk", f"cannot be written: {', '.join(locked)}", f"chmod -R u+rwX {locked[0]}", must=True)
    if shutil.disk_usage(first).free < least:
        return Finding("disk", found, f"make room: `du -sh {' '.join(names)}` tells where", must=True)
    return Finding("disk", found)


def _there(folder: Path) -> Path:
    """Return a folder, or the nearest above it that there is."""
    folder = folder.resolve()
    return next(place for place in (folder, *folder.parents) if place.exists())


def _name(folder: Path) -> Path:
    return folder.relative_to(paths.ROOT) if folder.is_relative_to(paths.ROOT) else folder


def backups() -> Finding:
    """Say how many trainings that did not come to their end can go on."""
    files = list(paths.backups().glob("*.backup"))
    if not files:
        return Finding("backups", "none: no training waits to go on")
    found = f"{len(files)} of trainings that were stopped, {size(sum(file.stat().st_size for file in files))}"
    return Finding("backups", f"{found}; the command that was stopped goes on from them")


def mirror() -> Finding:
    """Say whether DATA_MIRROR is set, and what the tasks of conf/ need that it lacks."""
    place = os.environ.get("DATA_MIRROR", "").strip()
    if not place:
        return Finding("data mirror", "DATA_MIRROR is not set: files come from the addresses in conf/task")
    if place.lower().startswith(("http://", "https://")):
        return Finding("data mirror", f"{place}, which is not asked here")
    if not Path(place).is_dir():
        return Finding(
            "data mirror", f"DATA_MIRROR={place} is no folder", "unset DATA_MIRROR, or correct it", must=True
        )
    files = needed_files()
    lacking = [file for file in files if not (Path(place) / file).exists()]
    found = f"{place} has {len(files) - len(lacking)} of {len(files)} files of conf/task"
    if not lacking:
        return Finding("data mirror", found)
    return Finding("data mirror", found, f"put in what you need: {listed(lacking, 3)}")


def needed_files(folder: Path = paths.CONF / "task") -> list[str]:
    """Return the files that tasks download, as they are named below DATA_MIRROR."""
    found: set[str] = set()
    for file in folder.glob("*.yaml"):
        try:
            task = yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)
        except (yaml.YAMLError, ValueError):
            continue  # composing says what is wrong with it
        found |= set(_downloads(task.get("source") if isinstance(task, dict) else None))
    return sorted(found)


def _downloads(node: Any) -> Iterator[str]:
    if isinstance(node, dict) and isinstance(node.get("urls"), list) and isinstance(node.get("path"), str):
        if any(str(url).startswith("http") for url in node["urls"]):
            yield node["path"]
    elif isinstance(node, dict | list):
        for inner in node.values() if isinstance(node, dict) else node:
            yield from _downloads(inner)
