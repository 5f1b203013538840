"""One input through one door: what is not a right answer or a `UserError` is a find."""

import contextlib
import io
import os
import sys
import tempfile
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from percept.errors import UserError

LONGEST_MESSAGE = 20_000  # characters of a refusal that a person has to read
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGES = ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.chmod", "os.truncate")
FORBIDDEN = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "socket.connect", "pickle.find_class")


@dataclass(frozen=True)
class Find:
    """A fault: what it is, and where."""

    place: str  # kind of error and the line of percept that raised it: one fault has many inputs
    text: str


class Watch:
    """Notes what a door does outside of its folder; Python tells of it before it happens."""

    def __init__(self) -> None:
        self.folder: Path | None = None  # where a door is at work
        self.seen: list[str] = []
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple) -> None:
        if self.folder is None:
            return
        if event in FORBIDDEN or (event == "open" and arguments[2] & WRITING and self._is_outside(arguments[0])):
            self.seen.append(f"{event} {arguments[0]!r}")
        elif event in CHANGES and any(map(self._is_outside, arguments[:2])):
            self.seen.append(f"{event} {arguments[:2]!r}")

    def _is_outside(self, path: object) -> bool:
        if not isinstance(path, str | bytes | os.PathLike) or os.fspath(path) in (os.devnull, b""):
            return False
        return not Path(os.fsdecode(path)).absolute().resolve().is_relative_to(self.folder)


WATCH = Watch()


def tried(door: Callable[[bytes], None], content: bytes) -> Find | None:
    """Give an input to a door, in an empty folder."""
    with _folder() as folder, warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")  # of odd metadata of pictures
        WATCH.seen.clear()
        WATCH.folder = folder
        try:
            with contextlib.redirect_stderr(io.StringIO()):
                door(content)
        except UserError as error:
            return _of_message(str(error)) or _of_watch()
        except Exception as error:
            return Find(f"{type(error).__name__} in {_place(error)}", "".join(traceback.format_exception(error)))
        finally:
            WATCH.folder = None
        return _of_watch()


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """Work in a folder of its own, in memory where there is such."""
    former = Path.cwd()
    with tempfile.TemporaryDirectory(prefix="fuzz-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as name:
        os.chdir(name)
        try:
            yield Path(name).resolve()
        finally:
            os.chdir(former)


def _of_message(text: str) -> Find | None:
    """Judge what a person would read: four parts, not endless, and printable at all."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return Find("a message that cannot be printed", repr(text))
    if len(text) > LONGEST_MESSAGE or not all(f"\n  {part}: " in text for part in ("expected", "what to do")):
        return Find("a message that is too long, or lacks a part", f"{len(text)} characters: {text[:2000]}")
    return None


def _of_watch() -> Find | None:
    return Find(f"a step outside of the folder: {WATCH.seen[0]}", "\n".join(WATCH.seen)) if WATCH.seen else None


def _place(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "percept" in Path(frame.filename).parts] or frames
    return f"{Path(own[-1].filename).name}:{own[-1].lineno}"
