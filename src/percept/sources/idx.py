"""idx: pictures and labels in the format of MNIST, given as training and test set."""

import gzip
import math
import struct
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from percept.dataset.table import Images
from percept.errors import UserError
from percept.files.limits import LIMITS, MIB, Limits
from percept.files.text import DAMAGED
from percept.params import Section
from percept.sources.download import RemoteFile, bring
from percept.sources.source import SourceOptions


class IdxFiles(Section):
    """The four files of a set, gzipped."""

    train_images: RemoteFile
    train_labels: RemoteFile
    test_images: RemoteFile
    test_labels: RemoteFile


class Idx(SourceOptions):
    """Images and labels as unsigned bytes."""

    kind: Literal["idx"]
    files: IdxFiles
    classes: tuple[str, ...]  # name of label 0, 1, ...

    def fetch(self, folder: Path, have: Path | None) -> None:
        for _, file in self.files:
            bring(file, folder, have, limits=self.limits)

    def read(self, folder: Path) -> Images:
        train, test = (
            (read_idx(folder / images.path, 3, self.limits), read_idx(folder / labels.path, 1, self.limits))
            for images, labels in (
                (self.files.train_images, self.files.train_labels),
                (self.files.test_images, self.files.test_labels),
            )
        )
        _check_sizes(train, test)
        labels = np.concatenate([train[1], test[1]]).astype(np.int64)
        if labels.max() >= len(self.classes):
            raise _broken("source.classes", f"{len(self.classes)} names", f"a name for each label up to {labels.max()}")
        return Images(
            pixels=np.concatenate([train[0], test[0]])[..., np.newaxis],
            labels=labels,
            classes=self.classes,
            is_test=np.repeat([False, True], [len(train[1]), len(test[1])]),
        )


def read_idx(path: Path, ndim: int, limits: Limits = LIMITS) -> NDArray[np.uint8]:
    """Read one gzipped IDX file of bytes. Raises `UserError`.

    The format: two zeros, type 8, the number of axes, their lengths (big-endian), the data.
    """
    length = 4 + 4 * ndim
    try:
        with gzip.open(path) as stream:
            header = stream.read(length)
            if len(header) < length or header[:4] != bytes([0, 0, 8, ndim]):
                raise _broken(str(path), f"starts with {header[:4].hex(' ')}", f"an IDX file of bytes with {ndim} axes")
            shape = struct.unpack(f">{ndim}I", header[4:])
            size = math.prod(shape)
            content = stream.read(min(size, limits.file_mib * MIB) + 1)
    except DAMAGED as error:
        raise _broken(str(path), str(error), "a whole gzip file") from None
    limits.check_size(str(path), len(content), is_all=False)
    limits.check_unpacking(str(path), len(content), path.stat().st_size)
    if not size:
        raise _broken(str(path), f"the lengths {shape} in its header", "at least one along each axis")
    if len(content) != size:
        found = f"{len(content):,} bytes of data{' or more' if len(content) > size else ''}"
        raise _broken(str(path), found, f"{shape} as its header says")
    return np.frombuffer(content, np.uint8).reshape(shape)


def _check_sizes(train: tuple[NDArray[np.uint8], ...], test: tuple[NDArray[np.uint8], ...]) -> None:
    for (pixels, labels), name in ((train, "train"), (test, "test")):
        if len(pixels) != len(labels):
            raise _broken(
                f"source.files.{name}_labels", f"{len(labels)} labels", f"one for each of {len(pixels)} images"
            )
    wanted, found = (f"images of {pixels.shape[1]} x {pixels.shape[2]}" for pixels, _ in (train, test))
    if wanted != found:
        raise _broken("source.files.test_images", found, f"{wanted}, like train_images")


def _broken(where: str, found: str, expected: str) -> UserError:
    return UserError(where, found, expected, "check the files and classes under source in conf/task/")
