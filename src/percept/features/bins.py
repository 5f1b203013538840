"""Bins of the numbers, for networks that see how far a number is through each of its bins."""

import numpy as np
from numpy.typing import NDArray

from percept.dataset.stored import Array, columns_of, parts_of
from percept.prepared.spec import Bins

NARROWEST = 1e-5  # of the range: less is rounding in 32 bits


def fit_bins(train: Array, most: int | None) -> Bins:
    """Return the edges of each feature's bins: quantiles of its training values, or each value where they are few.

    train: (rows, features) as the network takes them; most: bins of a feature. A feature of two values has none.
    """
    if most is None:
        return ()
    is_flag = np.all([((part == 0) | (part == 1)).all(axis=0) for part in parts_of(train)], axis=0)
    chosen = np.flatnonzero(~is_flag)
    edges = {
        index: _edges(column, most) for index, column in zip(chosen.tolist(), columns_of(train, chosen), strict=True)
    }
    return tuple(edges.get(index, ()) for index in range(train.shape[1]))


def _quantiles(values: NDArray, num: int) -> NDArray[np.float64]:
    return np.unique(np.quantile(values.astype(np.float64), np.linspace(0, 1, num + 1)))


def _edges(column: NDArray, most: int) -> tuple[float, ...]:
    values = np.unique(column).astype(np.float64)
    if len(values) > most + 1:
        quantiles = _quantiles(column, most)
        if len(quantiles) <= most // 2:  # many rows have one value: the others are cut too
            quantiles = np.union1d(quantiles, _quantiles(values, most // 2))
        values = quantiles
    if len(values) < 3:
        return ()
    wide = np.diff(values, prepend=-np.inf) > NARROWEST * (values[-1] - values[0])
    return tuple(values[wide].tolist()) if wide.sum() > 2 else ()
