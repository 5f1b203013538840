"""One run at a time works in a clone: what it locks, and how its stages know that params.yaml is still that of the run.

The lock is DVC's own of its experiments, so that DVC refuses a second `dvc exp run` before it touches anything.
"""

import hashlib
import json
import shlex
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from percept import BEGIN_S, errors, paths
from percept.errors import UserError

if TYPE_CHECKING:
    import psutil

STASH = "refs/exps/stash"  # what `dvc exp run` locks before it touches the workspace


@contextmanager
def held(part: str = "") -> Iterator[None]:
    """Lock the workspace. Raises `UserError` while another process has it locked.

    part: "run" and "stage" stand beside each other, as a run has stages; without it there is nothing beside it.
    """
    if not ((paths.ROOT / ".dvc").is_dir() and Path.cwd().is_relative_to(paths.ROOT)):
        yield
        return
    from dvc.exceptions import DvcException
    from dvc.fs import localfs
    from dvc.rwlock import rwlock

    folder = paths.ROOT / ".dvc/tmp/exps"  # a queued experiment has a copy of all, and its own
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        lock = rwlock(str(folder), localfs, " ".join(sys.argv), [], [f"{STASH}/{part}".rstrip("/")], False)
        try:
            stack.enter_context(lock)
        except DvcException as error:
            advice = "wait for it, or queue the run: `dvc exp run --queue`; `python src/doctor.py` tells a stale one"
            found = str(error).partition("\n\n")[0]  # who holds it; what follows is advice
            raise UserError("this clone", found, "no other run in it", advice) from None
        yield


def check_links() -> None:
    """Raise `UserError` where an output leads out of the clone: DVC refuses it, but only once all is computed."""
    for output in (paths.RAW, paths.PREPARED, paths.MODELS, paths.HISTORY, *paths.OF_EVALUATE, paths.REPORT):
        place = output.resolve()
        if not place.is_relative_to(Path.cwd().resolve()):
            expected = "a place in the clone, as DVC takes outputs nowhere else"
            advice = "put the whole clone on the other disk, or mount that disk here instead of the link"
            raise UserError(str(output), f"a link leads to {place}", expected, advice)


def run_stage(main: Callable[[], None]) -> None:
    """Run the script of a stage as the only one in the workspace."""

    def alone() -> None:
        with held("stage"):
            check_links()
            main()

    errors.run(alone)


def wrote() -> str:
    """Say what this process has replaced, and how long it took with all that it had to load."""
    ends = [target for target in paths.done if not any(part.endswith(".draft") for part in target.parts)]
    written = ", ".join(dict.fromkeys(map(str, ends)))
    return f"wrote {written} in {time.monotonic() - BEGIN_S:.1f} s"


def begin(values: dict[str, Any]) -> None:
    """Keep, for the stages of this very process, which is DVC, what it composed."""
    import psutil

    _remember(_identity(psutil.Process()), digest_of(values))


def is_of_this_run(values: dict[str, Any]) -> bool:
    """Tell whether these sections are those with which the run of DVC began that this process is a stage of.

    `dvc exp run` says them (`begin`), the first stage of a `dvc repro` does. Without DVC any will do.
    """
    import psutil

    runs = [_identity(process) for process in psutil.Process().parents() if _is_dvc(process)]
    if not runs:
        return True
    try:
        known = json.loads(_record().read_text(encoding="utf-8"))
    except (OSError, ValueError):  # none yet, or half-written by a process that was killed
        known = {}
    if known.get("run") != runs[0]:
        _remember(runs[0], digest_of(values))
        return True
    return bool(known["digest"] == digest_of(values))


def command() -> str:
    """Return what a person typed: the command of DVC that this process is a stage of, else its own."""
    import psutil

    for process in filter(_is_dvc, psutil.Process().parents()):
        words = process.cmdline()
        begin = next(number for number, word in enumerate(words) if Path(word).name == "dvc")
        return "dvc exp run --queue" if "exec-run" in words else shlex.join(["dvc", *words[begin + 1 :]])
    script = Path(sys.argv[0]).resolve()
    name = script.relative_to(paths.ROOT) if script.is_relative_to(paths.ROOT) else script.name
    return shlex.join(["python", str(name), *sys.argv[1:]])


def command_of_run() -> str:
    """Return the command by which a person began the run that this process is a stage of."""
    import psutil

    for process in reversed(psutil.Process().parents()):
        if _is_dvc(process):
            words = process.cmdline()
            words = words[[Path(word).name == "dvc" for word in words].index(True) + 1 :]
            if words[:1] == ["repro"] or words[:2] == ["exp", "run"]:
                return shlex.join(["dvc", *words])
            return "queue the run again: `dvc exp run --queue ...`"
    return shlex.join(["python", *sys.argv])


def _record() -> Path:
    return paths.ROOT / ".dvc/tmp/percept_run.json"


def _remember(run: str, digest: str) -> None:
    _record().write_text(json.dumps({"run": run, "digest": digest}), encoding="utf-8")


def _identity(process: "psutil.Process") -> str:
    return f"{process.pid} since {process.create_time()}"


def _is_dvc(process: "psutil.Process") -> bool:
    """Tell whether this is a command of DVC, run by Python: `python .../bin/dvc ...`, or `python -m dvc ...`."""
    import psutil

    try:
        return any(Path(word).name == "dvc" for word in process.cmdline()[:3])
    except psutil.Error:  # it has ended, or is none of this person's
        return False


def digest_of(values: dict[str, Any]) -> str:
    """Short sha256 of the sections of params.yaml."""
    sections = {name: value for name, value in values.items() if name != "conf"}
    return hashlib.sha256(json.dumps(sections, sort_keys=True).encode()).hexdigest()[:12]
