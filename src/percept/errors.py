"""Errors a person can correct, and how a script prints them."""

import difflib
import gc
import os
import sys
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path

from percept import lacking, paths


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


def run(main: Callable[[], None], names_files: bool = False) -> None:
    """Run a script; what a person can correct becomes one message and exit status 1, a bug keeps its traceback.

    It runs in the project's folder, wherever it is started, unless it `names_files` in the folder of the person.
    """
    gc.set_threshold(100_000)  # nearly all that a stage loads stays until its end: search for garbage rarely
    script = Path(sys.argv[0]).stem
    try:
        if not names_files:
            os.chdir(paths.ROOT)
        main()
        sys.stdout.flush()
    except UserError as error:
        sys.exit(f"{script}: {error}")
    except KeyboardInterrupt:
        sys.exit(f"{script}: stopped by the keyboard; nothing was replaced")
    except BrokenPipeError:  # whoever reads the standard output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except ModuleNotFoundError as error:
        if error.name is None or find_spec(error.name.split(".")[0]):
            raise
        sys.exit(f"{script}: {lacking(error.name)}")
    finally:
        gc.freeze()  # and not at all at the end
