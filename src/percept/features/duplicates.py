"""Rows that are there more than once: in two subsets, or with different targets."""

import hashlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from percept.prepared.quality import AffectedRows

Keys = NDArray[np.uint64]  # (rows,) 64 bits of what a row holds: equal rows have equal keys, others hardly ever
FIRST = 3  # rows that are named


def row_keys(columns: Iterable[NDArray]) -> Keys:
    """Return the keys of rows from columns (rows,) of numbers, NaN where one is missing, or of text."""
    from pandas.util import hash_array

    keys: Keys = np.zeros((), np.uint64)
    for cells in columns:
        if cells.dtype.kind == "f":
            cells = np.where(np.isnan(cells), np.nan, cells + 0)  # one NaN alone, and no -0
        keys = keys * np.uint64(31) + hash_array(cells)
    return keys


def picture_keys(pixels: NDArray[np.uint8]) -> Keys:
    """Return the keys of pictures (pictures, height, width, channels)."""
    digests = [hashlib.blake2b(picture.tobytes(), digest_size=8).digest() for picture in pixels]
    return np.frombuffer(b"".join(digests), np.uint64)


def repeated(keys: Keys, train: Keys, places: NDArray[np.int64]) -> AffectedRows:
    """Count the rows that also stand in the training rows; places: (rows,) the line or number that names each."""
    return _affected(np.isin(keys, train), places)


def contradicting(keys: Keys, targets: Keys | NDArray[np.int64], places: NDArray[np.int64]) -> AffectedRows:
    """Count the rows with equal keys of their features and different targets, (rows,) classes or keys."""
    order = np.argsort(keys, kind="stable")
    starts = np.flatnonzero(np.append(True, np.diff(keys[order]) != 0))
    lowest, highest = (end.reduceat(targets[order], starts) for end in (np.minimum, np.maximum))
    differ = np.empty(len(keys), bool)
    differ[order] = np.repeat(lowest != highest, np.diff(np.append(starts, len(keys))))
    return _affected(differ, places)


def _affected(chosen: NDArray[np.bool_], places: NDArray[np.int64]) -> AffectedRows:
    return AffectedRows(count=int(chosen.sum()), of=len(chosen), first=np.sort(places[chosen])[:FIRST].tolist())
