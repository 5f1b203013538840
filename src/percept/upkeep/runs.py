"""Experiments that may go: all but the newest, and those that a commit holds. What commits refer to always stays."""

import re
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from percept import paths
from percept.errors import UserError
from percept.logs.run import name_of
from percept.names import folder_name
from percept.programs import output_of
from percept.upkeep.processes import at_work
from percept.upkeep.queue import ENDED, FAILED, Queue

STALE_S = 7 * 24 * 3600  # of the backup of a training that was stopped
RECORDS = Path(".dvc/tmp/exps/run")  # what each queued run printed, by the rev of its entry
LOCK = "dvc.lock"
REF = re.compile(r"refs/exps/[0-9a-f]{2}/[0-9a-f]{38}/[^/]+")  # of an experiment, by the commit that it began with


@dataclass(frozen=True)
class Experiment:
    """A run that DVC keeps under a name."""

    ref: str
    rev: str

    @property
    def name(self) -> str:
        return self.ref.rpartition("/")[2]


def experiments() -> list[Experiment]:
    """Return all experiments, the newest first."""
    form = "--format=%(refname) %(objectname)"
    lines = _git("for-each-ref", "--sort=-committerdate", form, "refs/exps").splitlines()
    found = [Experiment(*line.split()) for line in lines]
    return [one for one in found if REF.fullmatch(one.ref)]


def superfluous(num_kept: int) -> list[Experiment]:
    """Return the experiments that are not among the newest, and whose outcome no commit holds."""
    held = {line.split()[3] for line in _history() if line.startswith(":")}
    return [one for one in experiments()[num_kept:] if _git("rev-parse", f"{one.rev}:{LOCK}", check=False) not in held]


def _history() -> list[str]:
    """Return each change of dvc.lock in a commit to which HEAD, a branch or a tag leads."""
    refs = ("HEAD", "--branches", "--tags", "--remotes")
    return _git("log", "--raw", "--no-abbrev", "-m", "--format=", *refs, "--", LOCK).splitlines()


def logs_of(experiment: Experiment) -> Path | None:
    """Return the folder of its curves, None where there is none, or where it cannot be told."""
    try:
        values = yaml.safe_load(_git("show", f"{experiment.rev}:{paths.PARAMS}"))
        folder = paths.logs() / folder_name(f"{name_of(values)}-{experiment.name}")
    except (UserError, yaml.YAMLError, KeyError, TypeError):
        return None
    return folder if folder.is_dir() else None


def stale_backups() -> list[Path]:
    """Return the backups from which nobody has gone on for a week."""
    return sorted(file for file in paths.backups().glob("*.backup") if file.stat().st_mtime < time.time() - STALE_S)


def check_at_rest() -> None:
    """Raise `UserError` while a process works in this clone: what it is making is not referred to yet."""
    if working := at_work():
        raise UserError("this clone", f"at work: {working[0]}", "no run in it", "wait for it, then clean again")


def remove(gone: Sequence[Experiment], queue: Queue, num_kept: int) -> None:
    """Remove experiments and their logs, what the queue keeps of older runs, and files that nothing refers to.

    Stale backups go, too.
    """
    for file in stale_backups():
        file.unlink()
    for folder in filter(None, map(logs_of, gone)):
        shutil.rmtree(folder)
    for some in _in_parts(gone):
        _dvc("exp", "remove", *(one.ref for one in some))
    ended = [run for run in queue.runs() if run["status"] in (ENDED, FAILED)]
    ended.sort(key=lambda run: run["timestamp"], reverse=True)
    queue.forget([run["rev"] for run in ended[num_kept:]])
    known = {run["rev"] for run in queue.runs()}
    for record in RECORDS.glob("*"):
        if record.name not in known:
            shutil.rmtree(record)
    _dvc("gc", "--all-commits", "--all-experiments", "--force")
    _git("gc", "--auto", "--quiet")


def _in_parts(gone: Sequence[Experiment], size: int = 100) -> Iterator[Sequence[Experiment]]:
    return (gone[start : start + size] for start in range(0, len(gone), size))


def size(*folders: Path) -> int:
    """Return the bytes of the files in folders."""
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file() and not file.is_symlink()]
    return sum(file.stat().st_size for file in files)


def _git(*words: str, check: bool = True) -> str:
    return output_of("git", *words, check=check, advice="see what Git says").strip()


def _dvc(*words: str) -> None:
    output_of(sys.executable, "-m", "dvc", *words, advice="see what DVC says; nothing that a commit refers to is lost")
