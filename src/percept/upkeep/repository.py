"""What Git and DVC say of this clone, and whether params.yaml is still what conf/ composes."""

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from percept import paths
from percept.errors import UserError, listed
from percept.params import read
from percept.params.staleness import is_stale
from percept.programs import output_of
from percept.upkeep import git
from percept.upkeep.environment import size
from percept.upkeep.finding import Finding

WAITING = "refs/exps/celery/stash"  # of DVC's queue: what waits and what runs
OF_DVC = ("refs/exps/exec/", "refs/exps/celery/", "refs/exps/stash")  # of refs/exps/: no experiments
MOST_FILES = 50_000  # of the cache are counted: more would take seconds


def git_state() -> Finding:
    listing = output_of("git", "--no-optional-locks", "status", "--porcelain", "--branch")
    head, *changes = listing.splitlines()
    if head.startswith("## HEAD (no branch)"):
        return Finding("Git", f"on no branch, {_changed(changes)}", "git switch BRANCH")
    return Finding("Git", f"{head.removeprefix('## ').partition('...')[0]}, {_changed(changes)}")


def _changed(changes: list[str]) -> str:
    names = [change[3:] for change in changes]
    return f"{len(names)} changed: {listed(names, 3)}" if names else "nothing changed since the last commit"


def dvc_state() -> Finding:
    """Say how large the cache is, and which experiments there are; DVC itself takes two seconds to tell."""
    refs = output_of("git", "for-each-ref", "--format=%(refname)", "refs/exps").split()
    num_kept = sum(not ref.startswith(OF_DVC) for ref in refs)
    num_waiting = len(output_of("git", "reflog", "show", WAITING).splitlines()) if git.has(WAITING) else 0
    found = f"cache {_size_of(cache())}; experiments: {num_kept} kept, {num_waiting} queued"
    if not num_waiting:
        return Finding("DVC", found)
    return Finding("DVC", found, "`dvc queue status` tells which; `python src/run_queue.py` runs them")


def cache() -> Path:
    """Return where DVC keeps what the stages made."""
    from dvc.config import Config

    return Path(Config(dvc_dir=str(paths.ROOT / ".dvc"))["cache"].get("dir") or ".dvc/cache")


def _size_of(folder: Path) -> str:
    sizes = list(islice(_sizes(folder), MOST_FILES))
    return "more than " * (len(sizes) == MOST_FILES) + size(sum(sizes))


def _sizes(folder: Path) -> Iterator[int]:
    for place, _, names in os.walk(folder):
        yield from (Path(place, name).lstat().st_size for name in names)


def parameters() -> Finding:
    try:
        values = read(paths.PARAMS)
    except UserError:
        return Finding(str(paths.PARAMS), "missing, or not readable", "python src/compose.py task=NAME", must=True)
    task = values.get("task")
    if not is_stale(values):
        return Finding(str(paths.PARAMS), f"task {task}; conf/ was not edited since")
    cure = f"python src/compose.py task={task}   # `--check` says what differs"
    return Finding(str(paths.PARAMS), f"task {task}; conf/ was edited since it was composed", cure, must=True)
