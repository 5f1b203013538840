"""Numbers that differ by little beside their size: networks compute in 32 bits, which may lose what differs."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from percept.prepared.spec import RawInput

TOLERANCE = 1e-5  # of how far values lie from their median: 32 bits may lose as much


def in_double(inputs: Sequence[RawInput], train: Mapping[str, NDArray]) -> tuple[RawInput, ...]:
    """Return the inputs, `double` where training columns (rows, 1) would lose digits in 32 bits."""

    def is_double(column: RawInput) -> bool:
        return column.kind == "numeric" and lost_share(train[column.name]) > TOLERANCE

    return tuple(column.model_copy(update={"double": is_double(column)}) for column in inputs)


def lost_share(values: NDArray[np.float64]) -> float:
    """Return the mean of what 32 bits take from values of any shape, as a share of how far they lie from their median.

    A value that is nearer to it than most counts as far as these.
    """
    values = values[~np.isnan(values)]
    lost = lost_in_32_bits(values)
    if not lost.any():
        return 0.0
    distance = np.abs(values - np.median(values))
    usual = np.median(distance) or distance.mean()
    return float((lost / np.maximum(distance, usual)).mean()) if usual else 0.0


def lost_in_32_bits(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what 32 bits take from each value."""
    return np.abs(values - values.astype(np.float32))
