"""The file of a backup: plain values and arrays, whole or not at all, and a digest that shows damage anywhere."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from percept import paths
from percept.training.resume.identity import Inputs

MOST = 5  # backups in a clone; the oldest make room
SUFFIX = ".backup"
START = b"percept backup 1\n"
ARRAY = "\0array"  # in the place of an array: its number

State = dict[str, Any]


class DamagedError(Exception):
    """A file is no backup, or not all of one."""


class BackupFile:
    """The place of the backup of one fit, which is named by all that determines it."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        """settings: the sections that train reads. Make it before the code and data of the fit are loaded."""
        self._settings, self._inputs = settings, Inputs()
        self._path: Path | None = None

    def path(self) -> Path | None:
        """Return where it lies; None where code or data changed in the run, so that nobody knows what it would be of.

        The first call reads all code and data.
        """
        if self._path is None and (digest := self._inputs.digest(self._settings)):
            self._path = paths.backups() / f"{digest}{SUFFIX}"
        return self._path

    def found(self) -> Path | None:
        """Return the file, where there is one; where there are none at all, nothing is read."""
        if not any(paths.backups().glob(f"*{SUFFIX}")):
            return None
        path = self.path()
        return path if path and path.is_file() else None

    def forget(self) -> None:
        """Remove it: the fit has come to its end."""
        if self._path:
            self._path.unlink(missing_ok=True)


def write(path: Path, state: State) -> None:
    """Write a backup in the place of the former one. Raises `OSError`, which leaves that as it was."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with paths.scratch(path.parent) as folder:
        draft = folder / path.name
        with draft.open("wb") as stream:
            stream.write(START + bytes(hashlib.sha256().digest_size))
            hashed = _Hashed(stream)
            _write_values(hashed, {"key": path.name, **state})
            stream.seek(len(START))
            stream.write(hashed.sha256.digest())
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
    _sync(path.parent)
    for older in by_age(path.parent)[MOST:]:
        older.unlink(missing_ok=True)


def by_age(folder: Path) -> list[Path]:
    """Return the backups of a folder, the newest first."""
    found = [(file.stat().st_mtime_ns, file) for file in folder.glob(f"*{SUFFIX}")]
    return [file for _, file in sorted(found, reverse=True)]


def read(path: Path) -> State:
    """Read what `write` wrote. Raises `DamagedError`, and `OSError`."""
    with path.open("rb") as stream:
        head = stream.read(len(START) + hashlib.sha256().digest_size)
        values = stream.tell()
        if not head.startswith(START) or hashlib.file_digest(stream, "sha256").digest() != head[len(START) :]:
            raise DamagedError("it is damaged")
        stream.seek(values)
        state = _read_values(stream)
    if state.pop("key") != path.name:
        raise DamagedError("it is of another training")
    return state


class _Hashed:
    """A stream that knows the digest of what was written to it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self.sha256 = stream, hashlib.sha256()

    def write(self, content: bytes) -> int:
        self.sha256.update(content)
        return self._stream.write(content)


def _write_values(stream: _Hashed, state: State) -> None:
    arrays: list[NDArray] = []

    def plain(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            arrays.append(value)
            return {ARRAY: len(arrays) - 1}
        if isinstance(value, np.generic):
            return value.item()
        raise TypeError(f"no backup of a {type(value).__name__}")

    text = json.dumps(state, default=plain).encode()
    stream.write(len(text).to_bytes(8, "little") + text)
    for array in arrays:
        np.lib.format.write_array(stream, array, allow_pickle=False)


def _read_values(stream: BinaryIO) -> State:
    state = json.loads(stream.read(int.from_bytes(stream.read(8), "little")))

    def arrays() -> Iterator[NDArray]:
        while True:
            yield np.lib.format.read_array(stream, allow_pickle=False)

    remaining = arrays()

    def whole(value: Any) -> Any:
        """Put arrays where they were: they come in the order in which they were met."""
        if isinstance(value, dict):
            return next(remaining) if ARRAY in value else {name: whole(inner) for name, inner in value.items()}
        return [whole(inner) for inner in value] if isinstance(value, list) else value

    return {name: whole(value) for name, value in state.items()}


def _sync(folder: Path) -> None:
    """Let the new name outlast a loss of power, too."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
