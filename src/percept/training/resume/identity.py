"""What determines a fit, as one digest: its backup is found by it, so that no other fit goes on from that."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from percept import paths
from percept.model_file.environment import environment

STAGE = "train"

Stamp = tuple[int, int, int]  # inode, bytes, time of the last change


class Inputs:
    """The files that dvc.yaml names for train. Make it before they are loaded, to know whether one changed since."""

    def __init__(self) -> None:
        self._stamps = _stamps()

    def digest(self, settings: Mapping[str, Any]) -> str | None:
        """Return the sha256 of settings, files and environment; None where a file is another one by now."""
        found = hashlib.sha256(json.dumps([settings, environment()], sort_keys=True).encode())
        try:
            for name, file in sorted(_files()):
                with file.open("rb") as stream:
                    found.update(f"\0{name}\0".encode() + hashlib.file_digest(stream, "sha256").digest())
            return found.hexdigest() if _stamps() == self._stamps else None
        except FileNotFoundError:
            return None


def _stamps() -> dict[str, Stamp]:
    found = {name: file.stat() for name, file in _files()}
    return {name: (status.st_ino, status.st_size, status.st_mtime_ns) for name, status in found.items()}


def _files() -> Iterator[tuple[str, Path]]:
    """Yield each file with its name in the clone: code is that of this process, data are those it reads."""
    stages = yaml.load((paths.ROOT / "dvc.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)["stages"]
    for dependency in stages[STAGE]["deps"]:
        home = paths.ROOT if dependency.startswith("src/") else Path()
        place = home / dependency
        if place.is_file():
            yield dependency, place
        for folder, folders, names in os.walk(place):
            folders[:] = [name for name in folders if name != "__pycache__"]
            for file in (Path(folder) / name for name in names):
                yield str(file.relative_to(home)), file
