"""Files of runs that DVC keeps in its cache, found by the hashes in dvc.lock."""

from collections.abc import Callable
from pathlib import Path

from percept.tuning.runs import lock

ReadFile = Callable[[str, Path], str | None]  # run (a commit or "workspace") and file -> its text, where it is kept


def _places() -> Callable[[str], str]:
    """Return what says where DVC's cache has a file, by its hash."""
    from dvc.repo import Repo

    with Repo() as repo:
        return repo.cache.local.oid_to_path


def cached(md5: str) -> str | None:
    """Return the text that DVC keeps under a hash, where it does."""
    file = Path(_places()(md5))
    return file.read_text(encoding="utf-8") if file.is_file() else None


def reader() -> ReadFile:
    """Return what reads files of runs; it opens DVC once, which takes longer than to read."""
    place = _places()

    def read(rev: str, path: Path) -> str | None:
        outs = [out for stage in lock(rev).get("stages", {}).values() for out in stage.get("outs", [])]
        found = [Path(place(out["md5"])) for out in outs if out["path"] == str(path) and "md5" in out]
        return found[0].read_text(encoding="utf-8") if found and found[0].is_file() else None

    return read
