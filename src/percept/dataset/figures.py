"""Figures of pictures, by which those that are unlike the training pictures can be told."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from percept.dataset.contract import Number, Range

BATCH = 2**20  # pixels at a time, which bounds the memory
DIGITS = 3  # of the ends of ranges
SPREAD = "spread"

Levels = NDArray[np.int16]  # (pictures, height, width): the sum of the channels, so that all sums are exact


def _border(levels: Levels) -> NDArray[np.float64]:
    rows, columns = levels[:, [0, -1]], levels[:, :, [0, -1]]
    return (_sum(rows) + _sum(columns)) / (rows[0].size + columns[0].size)


def _contrast(levels: Levels) -> NDArray[np.float64]:
    size = levels[0].size
    squares = np.einsum("nij,nij->n", levels, levels, dtype=np.int64)
    return np.sqrt(np.maximum(squares / size - (_sum(levels) / size) ** 2, 0))


def _detail(levels: Levels) -> NDArray[np.float64]:
    total, num_steps = np.zeros(len(levels)), 0
    for axis in (1, 2):
        steps = np.diff(levels, axis=axis)
        total += _sum(np.abs(steps, out=steps))
        num_steps += steps[0].size
    return total / max(num_steps, 1)


def _sum(levels: NDArray) -> NDArray[np.int64]:
    return levels.sum(axis=(1, 2), dtype=np.int64)


FIGURES: Mapping[str, Callable[[Levels], NDArray[np.float64]]] = {
    "brightness": lambda levels: _sum(levels) / levels[0].size,
    "contrast": _contrast,  # the standard deviation of the pixels
    "border": _border,  # the brightness of the outermost pixels
    "detail": _detail,  # how much a pixel differs from those beside it
    SPREAD: lambda levels: np.ptp(levels, axis=(1, 2)),  # from the darkest pixel to the brightest
}
COLOUR = "colour"  # how much the channels of a pixel differ
NAMES = (*FIGURES, COLOUR)


def figures(pixels: NDArray[np.uint8], white: int) -> dict[str, NDArray[np.float64]]:
    """Return each of `NAMES`, (pictures,) from 0 to 1, of pixels (pictures, height, width, channels)."""
    num_pictures, height, width, _ = pixels.shape
    step = max(1, BATCH // (height * width))
    found = [_of_batch(pixels[start : start + step], white) for start in range(0, num_pictures, step)]
    return {name: np.concatenate([batch[name] for batch in found]) for name in NAMES}


def _of_batch(pixels: NDArray[np.uint8], white: int) -> dict[str, NDArray[np.float64]]:
    channels = np.ascontiguousarray(np.moveaxis(pixels, 3, 0))  # ten times as fast as sums over the last axis
    levels = channels.sum(axis=0, dtype=np.int16)
    found = {name: figure(levels) / (white * len(channels)) for name, figure in FIGURES.items()}
    apart = channels.max(axis=0) - channels.min(axis=0)
    return found | {COLOUR: _sum(apart) / apart[0].size / white}


def fit_figures(pixels: NDArray[np.uint8], white: int) -> dict[str, Range]:
    """Return the range of each figure over the training pictures, rounded outwards."""
    unit = 10**DIGITS
    return {
        name: Number(type="number", min=np.floor(values.min() * unit) / unit, max=np.ceil(values.max() * unit) / unit)
        for name, values in figures(pixels, white).items()
    }
