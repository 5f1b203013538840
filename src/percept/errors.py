"""Errors a person can correct, and how a script prints them."""

import difflib
import errno
import gc
import os
import signal
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NoReturn

from percept import paths


class UserError(Exception):
    """The run cannot go on, and what to change is not the code.

    where: file, key, row or column; found: what is there; expected: what should be; advice: what to do next.
    """

    def __init__(self, where: str, found: str, expected: str, advice: str) -> None:
        super().__init__(f"{where}: {found}\n  expected: {expected}\n  what to do: {advice}")


def nearest(name: str, known: Iterable[str]) -> str:
    """A closing hint such as "; did you mean 'dropout'?", or nothing when no known name is near."""
    lowered = {candidate.lower(): candidate for candidate in known}
    matches = difflib.get_close_matches(name.lower(), lowered, n=1)
    return f"; did you mean {lowered[matches[0]]!r}?" if matches else ""


def listed(names: Iterable[str], limit: int = 12) -> str:
    """Names for a message, cut to `limit`."""
    names = list(names)
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more


ADVICE = {  # errors of the system that a person can correct
    errno.EACCES: "give yourself the right to it (`ls -ld`, `chmod u+rwX`), or take another place",
    errno.EPERM: "give yourself the right to it (`ls -ld`, `chmod u+rwX`), or take another place",
    errno.EROFS: "take a place that is not mounted for reading alone",
    errno.ENOSPC: "make room (`df -h`), then run it again",
    errno.EDQUOT: "make room (`quota`), then run it again",
    errno.ENOENT: "correct the path; what a stage writes is there after `dvc repro`",
    errno.ENOTDIR: "correct the path",
    errno.EISDIR: "name a file, not a folder",
    errno.ENAMETOOLONG: "take a shorter name",
    errno.EBUSY: "see which program uses it, or takes it for a mount point",
    errno.EIO: "see whether the disk is healthy",
    errno.EBADF: "leave the standard output open",
    errno.EMFILE: "allow more open files: `ulimit -n 4096`",
}


def run(main: Callable[[], None], names_files: bool = False) -> None:
    """Run a script; what a person can correct becomes one message and exit status 1, a bug keeps its traceback.

    It runs in the project's folder, wherever it is started, unless it `names_files` in the folder of the person.
    Stopped by the keyboard or by SIGTERM it says what was replaced, with exit status 130 or 143.
    """
    gc.set_threshold(100_000)  # nearly all that a stage loads stays until its end: search for garbage rarely
    try:
        signal.signal(signal.SIGINT, _stop)
        signal.signal(signal.SIGTERM, _stop)
        if not names_files:
            os.chdir(paths.ROOT)
        main()
        if sys.stdout is not None:  # closed by `>&-`
            sys.stdout.flush()
    except UserError as error:
        if not stopped_by:
            _end(str(error), 1)
    except BrokenPipeError:  # whoever reads the standard output has seen enough
        _end("", 1)
    except OSError as error:
        if error.errno not in ADVICE:
            raise
        where = str(error.filename or "the standard output or a temporary file")
        expected = "a place that can be read and written"
        _end(str(UserError(where, os.strerror(error.errno), expected, ADVICE[error.errno])), 1)
    finally:
        gc.freeze()  # and not at all at the end
        if stopped_by:  # whatever a library made of the KeyboardInterrupt on its way here
            replaced = f"replaced before: {listed(map(str, paths.done))}" if paths.done else "nothing was replaced"
            _end(f"stopped by {signal.Signals(stopped_by[0]).name}; {replaced}", 128 + stopped_by[0])


stopped_by: list[int] = []  # the signal that stopped this process


def _stop(number: int, _: object) -> None:
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)  # a second one changes nothing, and would leave a traceback
    stopped_by.append(number)
    raise KeyboardInterrupt


def _end(message: str, status: int) -> NoReturn:
    """Leave with a message, and without a word about a standard output that takes nothing any more."""
    if message:
        sys.stderr.write(f"{Path(sys.argv[0]).stem}: {message}\n")
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(status)
