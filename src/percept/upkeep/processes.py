"""Which processes work in this clone. What nobody works on, a process that was killed has left."""

import os
from pathlib import Path

import psutil

from percept import paths

SCRIPTS = {path.name for path in (paths.ROOT / "src").glob("*.py")}


def at_work() -> list[str]:
    """Return process number and command of each DVC, Git or script of src/ that runs in this clone, but our own."""
    own = {process.pid for process in (psutil.Process(), *psutil.Process().parents())}
    return [
        f"{process.pid}: {' '.join(process.info['cmdline'])[:200]}"
        for process in psutil.process_iter(["cmdline", "cwd", "status"])
        if process.pid not in own and _works_here(process)
    ]


def is_alive(pid: int, command: str) -> bool:
    """Tell whether a process lives; one that waits to be collected, or a later one of the same number, does not."""
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and command in " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return False
    except psutil.Error:  # somebody else's
        return True


def _works_here(process: psutil.Process) -> bool:
    folder, words = process.info["cwd"], process.info["cmdline"] or []
    if process.info["status"] == psutil.STATUS_ZOMBIE or not folder:
        return False
    inside = os.path.commonpath([folder, paths.ROOT]) == str(paths.ROOT)
    return inside and any(Path(word).name in {"dvc", "git", "celery", *SCRIPTS} for word in words[:4])
