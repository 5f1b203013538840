"""Figures of pictures, by which those that are unlike the training pictures can be told."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from percept.dataset.contract import Number, Range

BATCH = 2**20  # pixels at a time, which bounds the memory
DIGITS = 3  # of the ends of ranges

Levels = NDArray[np.int32]  # (pictures, height, width): the sum of the channels, so that sums of them are exact


def _border(levels: Levels) -> NDArray[np.float64]:
    rows, columns = levels[:, [0, -1]], levels[:, :, [0, -1]]
    return (_sum(rows) + _sum(columns)) / (rows[0].size + columns[0].size)


def _contrast(levels: Levels) -> NDArray[np.float64]:
    size = levels[0].size
    variance = _sum(levels.astype(np.int64) ** 2) / size - (_sum(levels) / size) ** 2
    return np.sqrt(np.maximum(variance, 0))


def _detail(levels: Levels) -> NDArray[np.float64]:
    steps = [np.abs(np.diff(levels, axis=axis)) for axis in (1, 2)]
    return sum((_sum(part) for part in steps), 0.0) / max(sum(part[0].size for part in steps), 1)


def _sum(levels: NDArray) -> NDArray[np.int64]:
    return levels.sum(axis=(1, 2), dtype=np.int64)


FIGURES: Mapping[str, Callable[[Levels], NDArray[np.float64]]] = {
    "brightness": lambda levels: _sum(levels) / levels[0].size,
    "contrast": _contrast,  # the standard deviation of the pixels
    "border": _border,  # the brightness of the outermost pixels
    "detail": _detail,  # how much a pixel differs from those beside it
    "darkest": lambda levels: levels.min(axis=(1, 2)),
    "brightest": lambda levels: levels.max(axis=(1, 2)),
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
    levels = pixels.sum(axis=3, dtype=np.int32)
    found = {name: figure(levels) / (white * pixels.shape[3]) for name, figure in FIGURES.items()}
    spread = pixels.max(axis=3) - pixels.min(axis=3)
    return found | {COLOUR: _sum(spread) / spread[0].size / white}


def fit_figures(pixels: NDArray[np.uint8], white: int) -> dict[str, Range]:
    """Return the range of each figure over the training pictures, rounded outwards."""
    unit = 10**DIGITS
    return {
        name: Number(type="number", min=np.floor(values.min() * unit) / unit, max=np.ceil(values.max() * unit) / unit)
        for name, values in figures(pixels, white).items()
    }
