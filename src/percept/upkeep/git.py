"""What Git says of this clone after a killed `dvc exp run`, and how it is taken back without losing an edit."""

import re
from collections.abc import Sequence
from pathlib import Path

from percept.programs import output_of

BASELINE = "refs/exps/exec/EXEC_BASELINE"  # DVC removes it when a run in the workspace ends
MERGE = "refs/exps/exec/EXEC_MERGE"  # the edits with which that run began
QUEUED = "refs/exps/stash"  # the run that comes next in the workspace
LEFT = (  # what the reflog of HEAD says of a branch on which it stood
    "checkout: moving from (.+) to [0-9a-f]{40}",
    "checkout: moving from .+ to (.+)",
    "dvc: Restore HEAD to '(.+)'",
)


def _git(*words: str, check: bool = True) -> str:
    return output_of("git", *words, check=check, advice="see what Git says").strip()


def folder() -> Path:
    """Return the folder with Git's own files."""
    return Path(_git("rev-parse", "--git-dir"))


def has(ref: str) -> bool:
    """Tell whether a reference exists."""
    return bool(_git("rev-parse", "--verify", "--quiet", ref, check=False))


def on_branch() -> bool:
    """Tell whether HEAD stands on a branch."""
    return bool(_git("symbolic-ref", "--quiet", "HEAD", check=False))


def branches_here() -> list[str]:
    """Return the branches that point where the run began; one where Git knows that HEAD stood there last."""
    commit = BASELINE if has(BASELINE) else "HEAD"
    found = _git("for-each-ref", "--format=%(refname:short)", "--points-at", commit, "refs/heads").splitlines()
    for move in _git("reflog", "show", "--format=%gs", "HEAD").splitlines():  # the newest first
        for pattern in LEFT:
            if (branch := re.fullmatch(pattern, move)) and branch[1] in found:
                return [branch[1]]
    return found


def return_to(branch: str) -> None:
    """Let HEAD stand on a branch again; files stay as they are."""
    _git("symbolic-ref", "HEAD", f"refs/heads/{branch}")
    _git("reset", "--quiet")


def stashed(begins: str = "") -> list[tuple[str, int]]:
    """Return commit and time of the entries of the stash whose subject begins so, the newest first."""
    listed = _git("log", "--walk-reflogs", "--format=%H %ct %gs", "refs/stash", "--") if has("refs/stash") else ""
    lines = [line.split(" ", 2) for line in listed.splitlines()]
    return [(commit, int(when)) for commit, when, subject in lines if subject.startswith(begins)]


def drop(commit: str) -> None:
    """Remove an entry of the stash."""
    place = [known for known, _ in stashed()].index(commit)
    _git("stash", "drop", "--quiet", f"stash@{{{place}}}")


def lacks(commit: str, apart: Sequence[Path]) -> bool:
    """Tell whether a file that an entry of the stash changes is here as it was before; `apart` are not looked at."""
    changed = set(_git("diff", "--name-only", f"{commit}^1", commit).splitlines())
    here = set(_git("diff", "--name-only", f"{commit}^1").splitlines())
    return bool(changed - here - set(map(str, apart)))


def bring_back(commit: str) -> None:
    """Take the edits of an entry of the stash; what lies here now becomes an entry itself, should anybody miss it."""
    _git("stash", "push", "--quiet", "--message", "what a killed `dvc exp run` left")
    _git("stash", "apply", "--quiet", commit)
    if commit in [known for known, _ in stashed()]:
        drop(commit)


def forget_experiment() -> None:
    """Remove the references of a run in the workspace; one that is left would be run with the next."""
    for ref in (BASELINE, MERGE, "refs/exps/exec/EXEC_BRANCH", QUEUED):
        _git("update-ref", "--no-deref", "-d", ref)


def pack_many() -> None:
    """Let Git make one pack of more than 50 (`gc.autoPackLimit`).

    Each run of DVC's queue leaves one, whose files every worker keeps open four times: 1024 are soon reached.
    """
    _git("-c", "gc.autoDetach=false", "-c", "gc.packRefs=false", "gc", "--auto", "--quiet", check=False)


def restore(file: Path) -> None:
    """Take a file as the last commit has it."""
    _git("checkout", "--quiet", "HEAD", "--", str(file))
