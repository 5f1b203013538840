"""Errors a person can mend, and how a script prints them."""

import difflib
import gc
import sys
from collections.abc import Callable, Iterable
from pathlib import Path


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


def run(main: Callable[[], None]) -> None:
    """Run a script; a `UserError` becomes one message and exit status 1, a bug keeps its traceback."""
    gc.set_threshold(100_000)  # nearly all that a stage loads stays until its end: search for garbage rarely
    try:
        main()
    except UserError as error:
        sys.exit(f"{Path(sys.argv[0]).stem}: {error}")
    except KeyboardInterrupt:
        sys.exit(f"{Path(sys.argv[0]).stem}: stopped by the keyboard; nothing was replaced")
    finally:
        gc.freeze()  # and not at all at the end
