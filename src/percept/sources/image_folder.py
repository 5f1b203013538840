"""image_folder: pictures in one folder for each class, inside a folder, tar or zip."""

import hashlib
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import field_validator

from percept.dataset.formats import PictureFormat
from percept.dataset.table import Images
from percept.errors import UserError, listed
from percept.files.class_folders import ClassFolders, Parts, check_training_classes, class_folders
from percept.files.container import opened
from percept.files.picture import CHANNELS, UnreadableError, decoded, read_picture
from percept.sources.download import RemoteFile, bring, inside
from percept.sources.source import SourceOptions

NUM_SHOWN = 20  # names in a message
DROPPED = "picture cannot be read"


@dataclass(frozen=True)
class Decoded:
    """The outcome of reading one file."""

    digest: bytes
    problem: str | None


class ImageFolder(RemoteFile, PictureFormat, SourceOptions):
    """Pictures of any size, each resized to the same. Class folders in train/ and test/ are a split that is given.

    `path` is a folder, tar or zip, whatever its name says; sha256 is that of the pictures.
    """

    kind: Literal["image_folder"]
    folder: str = "."  # what holds one folder for each class; `*` stands for any one name
    broken: Literal["error", "drop"] = "error"  # what to do about a picture that cannot be read

    @field_validator("folder")
    @classmethod
    def folder_stays_below(cls, folder: str) -> str:
        return folder if folder == "." else inside(folder)

    def fetch(self, folder: Path, have: Path | None) -> None:
        bring(self, folder, have, self.digest, self.limits)

    def digests(self, folder: Path) -> dict[str, str]:
        """Return the sha256 of all pictures together, however they are packed."""
        return {self.path: self.sha256}

    def digest(self, path: Path) -> str:
        """Compute the sha256 of the pictures in a folder or archive, however it is packed. Raises `UserError`."""
        with opened(path, self.limits) as contents:
            return class_folders(path, contents, self.folder).digest()

    def read(self, folder: Path) -> Images:
        path = folder / self.path
        with opened(path, self.limits) as contents:
            found = class_folders(path, contents, self.folder)
            self._check_memory(len(found.files))
            paths = sorted(found.files)
            pixels, read = self._decoded(found.files, paths)
        problems = {"/".join(name): one.problem for name, one in zip(paths, read, strict=True) if one.problem}
        if problems:
            self._report(path, problems, len(paths))
        whole = [index for index, one in enumerate(read) if not one.problem]
        names = [paths[index] for index in whole]
        check_training_classes(str(path), found, names)
        _report_copies(found, names, [read[index].digest for index in whole])
        return Images(
            pixels=pixels if len(whole) == len(paths) else pixels[whole],
            labels=np.array([found.classes.index(found.class_of(name)) for name in names], dtype=np.int64),
            classes=found.classes,
            is_test=np.array([name[0].lower() == "test" for name in names]) if found.has_sets else None,
            dropped={DROPPED: len(problems)} if problems else {},
            form=PictureFormat(size=self.size, color=self.color, resize=self.resize),
        )

    def _decoded(
        self, files: dict[Parts, Callable[[], bytes]], paths: list[Parts]
    ) -> tuple[NDArray[np.uint8], list[Decoded]]:
        """Return the pixels, (pictures, height, width, channels), and a `Decoded` for each, in the order of `paths`."""
        pixels = np.zeros((len(paths), *self.size, CHANNELS[self.color]), np.uint8)
        position = {path: index for index, path in enumerate(paths)}
        outcomes: dict[Parts, Decoded] = {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd metadata and of large pictures, which are read all the same
            contents = (read() for read in files.values())
            for path, (one, picture) in zip(files, decoded(contents, self._decode), strict=True):
                outcomes[path] = one
                if picture is not None:
                    pixels[position[path]] = picture
        return pixels, [outcomes[path] for path in paths]

    def _decode(self, content: bytes) -> tuple[Decoded, NDArray[np.uint8] | None]:
        digest = hashlib.sha256(content).digest()
        try:
            return Decoded(digest, None), read_picture(content, self.size, self.color, self.resize, self.limits)
        except UnreadableError as error:
            return Decoded(digest, str(error)), None

    def _check_memory(self, num_pictures: int) -> None:
        import psutil

        shape = (num_pictures, *self.size, CHANNELS[self.color])
        needed, free = 2 * np.prod(shape, dtype=object), psutil.virtual_memory().available  # twice: split into parts
        if needed > free:
            raise UserError(
                f"source.size = {list(self.size)}",
                f"{' x '.join(map(str, shape))} bytes, twice, are {needed / 2**30:,.1f} GiB",
                f"less than the {free / 2**30:,.1f} GiB of memory that are free",
                "choose a smaller size" + (", or color: grey" if self.color == "rgb" else ""),
            )

    def _report(self, path: Path, problems: dict[str, str], num_pictures: int) -> None:
        if self.broken == "error":
            lines = [f"{name}: {problem}" for name, problem in list(problems.items())[:10]]
            raise UserError(
                str(path),
                "\n    ".join([f"{len(problems)} of {num_pictures} files cannot be read as pictures", *lines]),
                "pictures alone in the class folders",
                "repair or remove them (and write the new sha256), or set source.broken: drop",
            )
        print(
            f"{len(problems)} of {num_pictures} pictures cannot be read and are dropped: {listed(problems, NUM_SHOWN)}"
        )


def _report_copies(found: ClassFolders, paths: list[Parts], digests: list[bytes]) -> None:
    """Print how many pictures are copies of others, byte for byte, and which of them are in two classes."""
    first: dict[bytes, Parts] = {}
    copies = [(first.setdefault(digest, path), path) for path, digest in zip(paths, digests, strict=True)]
    copies = [(former, path) for former, path in copies if former != path]
    if copies:
        print(f"{len(copies)} of {len(paths)} pictures are exact copies of others")
    contradicting = [pair for pair in copies if found.class_of(pair[0]) != found.class_of(pair[1])]
    if contradicting:
        pairs = [" = ".join("/".join(path) for path in pair) for pair in contradicting]
        print(f"warning: the same picture in two classes, so that labels contradict: {listed(pairs, NUM_SHOWN)}")
