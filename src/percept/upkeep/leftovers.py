"""Find what killed runs of this clone left: locks, half-written files, drafts. Each comes with what mends it."""

import json
import math
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import yaml

from percept import paths
from percept.upkeep import git
from percept.upkeep.processes import is_alive

OF_SEARCH = (paths.TRIALS, paths.BEST_TRIAL, paths.SEARCH_PLOTS)
OUTPUTS = (
    paths.PARAMS,
    paths.RAW,
    paths.PREPARED,
    paths.MODELS,
    paths.HISTORY,
    *paths.OF_EVALUATE,
    paths.PROVENANCE,
    paths.REPORT,
    *OF_SEARCH,
)
TRACKED = (Path("dvc.lock"), paths.PARAMS, paths.METRICS, paths.PROVENANCE)  # by Git
LOCKS = (Path(".dvc/tmp/rwlock"), Path(".dvc/tmp/exps/rwlock"))  # of DVC: which process uses which path


@dataclass(frozen=True)
class Leftover:
    """Something that a killed run left."""

    where: str
    what: str
    mend: Callable[[], object] | None  # None: whose it is cannot be proven
    how: str  # what mends it, in words


def leftovers() -> Iterator[Leftover]:
    """Find them, in the order in which they are to be mended; nobody may work in this clone meanwhile."""
    yield from _git_locks()
    yield from _experiment()
    yield from _dvc_locks()
    yield from _half_written()
    yield from _drafts()
    yield from _folders()


def _git_locks() -> Iterator[Leftover]:
    for lock in sorted(git.folder().rglob("*.lock")):
        yield Leftover(str(lock), "a lock of Git", lock.unlink, "remove it")


def _experiment() -> Iterator[Leftover]:
    """A `dvc exp run` that was killed: Git stands on no branch, edits lie in its stash, and what it began is queued."""
    stopped_setting_up = any(name == "workspace" for name, _ in _dead_holders(LOCKS[1]))
    if not (stopped_setting_up or git.has(git.BASELINE) or git.has(git.QUEUED)):
        return
    for commit, _ in git.stashed("dvc-exp:"):
        yield Leftover("git stash", "an entry of DVC's own", partial(git.drop, commit), "drop it")
    since_s = LOCKS[1].stat().st_mtime - 1 if stopped_setting_up else math.inf  # Git has whole seconds
    aside = [commit for commit, when_s in git.stashed()[:1] if when_s >= since_s]
    aside += [git.MERGE] if git.has(git.MERGE) and git.lacks(git.MERGE, TRACKED) else []
    for commit in aside[:1]:
        yield Leftover("git stash", "edits that DVC had put aside", partial(git.bring_back, commit), "bring them back")
    if not git.on_branch():
        branches = git.branches_here()
        mend = partial(git.return_to, branches[0]) if len(branches) == 1 else None
        how = f"git switch {branches[0]}" if mend else f"git switch ..., to one of {', '.join(branches) or 'yours'}"
        yield Leftover("HEAD", "on no branch, as DVC had it during a run", mend, how)
    if git.has(git.BASELINE) or git.has(git.QUEUED):
        yield Leftover(git.QUEUED, "an experiment of a run that was killed", git.forget_experiment, "forget it")


def _dead_holders(lock: Path) -> list[tuple[str, int]]:
    """Return the paths that are locked, each with the number of its process, where none of these processes lives."""
    try:
        known = json.loads(lock.read_text(encoding="utf-8"))
        held = [(path, one) for path, one in known.get("write", {}).items()]
        held += [(path, one) for path, several in known.get("read", {}).items() for one in several]
        if any(is_alive(one["pid"], one["cmd"]) for _, one in held):
            return []
        return [(path, one["pid"]) for path, one in held]
    except (FileNotFoundError, ValueError, AttributeError, TypeError, KeyError):
        return []  # _dvc_locks says so


def _dvc_locks() -> Iterator[Leftover]:
    for lock in LOCKS:
        if lock.is_file() and not _is_json(lock):
            yield Leftover(str(lock), "not readable: DVC was killed as it wrote it", lock.unlink, "remove it")
        elif holders := sorted({pid for _, pid in _dead_holders(lock)}):
            found = f"held by processes that are gone: {', '.join(map(str, holders))}"
            yield Leftover(str(lock), found, lock.unlink, "remove it")


def _half_written() -> Iterator[Leftover]:
    for file in TRACKED:
        if file.is_file() and not (_is_json(file) if file.suffix == ".json" else _is_yaml(file)):
            how = f"git checkout HEAD -- {file}"
            yield Leftover(str(file), "not readable: half-written", partial(git.restore, file), how)


def _drafts() -> Iterator[Leftover]:
    for output in (*OUTPUTS, *_cross_validated()):
        for left in paths.left_behind(output):
            yield Leftover(str(left), "of a stage that was killed", partial(paths.settle, output), "remove it")


def _cross_validated() -> list[Path]:
    """Return the files, of any name, that a draft lies beside."""
    folder = paths.CROSS_VALIDATION
    drafts = [draft for ending in ("draft", "former") for draft in folder.glob(f".*.{ending}")]
    return sorted({folder / draft.stem.removeprefix(".") for draft in drafts})


def _folders() -> Iterator[Leftover]:
    for folder in sorted(Path(".dvc/tmp/exps").glob("tmp*")):
        if (folder / ".dvc").is_dir() and (folder / ".git").is_dir():
            yield Leftover(str(folder), "of a queued run that was killed", partial(shutil.rmtree, folder), "remove it")
    temporary = (Path(tempfile.gettempdir()), paths.RAW.parent, paths.backups())
    for parent, pattern in ((paths.logs(), "*"), *((parent, "percept-*") for parent in temporary)):
        for folder in paths.abandoned(parent, pattern):
            mend = partial(paths.sweep, parent, pattern)
            yield Leftover(str(folder), "of a stage that was killed", mend, "remove it")


def _is_json(file: Path) -> bool:
    try:
        return isinstance(json.loads(file.read_text(encoding="utf-8")), dict)
    except ValueError:
        return False


def _is_yaml(file: Path) -> bool:
    try:
        return isinstance(yaml.safe_load(file.read_text(encoding="utf-8")), dict)
    except (yaml.YAMLError, ValueError):
        return False
