"""Errors a person can correct, and how a script prints them."""

import difflib
import errno
import gc
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
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
    errno.EFBIG: "allow larger files: `ulimit -f unlimited`; some disks take none of this size",
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
            said = [f"stopped by {signal.Signals(stopped_by[0]).name}; {replaced}", *filter(None, what_stays)]
            _end("\n  ".join(said), 128 + stopped_by[0])


SIGNALS = (signal.SIGINT, signal.SIGTERM)
stopped_by: list[int] = []  # the signal that stopped this process
what_stays: list[str] = []  # of its work, and how to go on with it


def stop(number: int, stays: str = "") -> NoReturn:
    """End this process as a signal asks for. stays: what is said of its work then. Raises `KeyboardInterrupt`."""
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)  # a second one changes nothing, and would leave a traceback
    stopped_by.append(number)
    what_stays.append(stays)
    raise KeyboardInterrupt


def _stop(number: int, _: object) -> None:
    stop(number)


@contextmanager
def stops_wait(said: str) -> Iterator[list[int]]:
    """Put down a first signal in a list, for those who work to look at; a second one stops the process at once.

    said: what a person is told when it comes.
    """
    heard: list[int] = []
    former = [signal.getsignal(number) for number in SIGNALS]

    def hear(number: int, _: object) -> None:
        heard.append(number)
        os.write(2, f"{Path(sys.argv[0]).stem}: {said}\n".encode())  # a stream may be in the middle of a line
        as_before()

    def as_before() -> None:
        for number, handler in zip(SIGNALS, former, strict=True):
            signal.signal(number, handler or signal.SIG_DFL)

    for each in SIGNALS:
        signal.signal(each, hear)
    try:
        yield heard
    finally:
        if not stopped_by:
            as_before()
            for number in heard:  # nobody has looked
                signal.raise_signal(number)


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
