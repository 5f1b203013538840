"""Whether probabilities mean frequencies: of what is given 0.8, does 0.8 happen?"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from percept.objective import Objective

NUM_BINS = 10  # of probabilities, of equal width


class Bin(NamedTuple):
    """Claims of about the same probability."""

    probability: float  # mean
    happened: float  # share
    weight: float  # share of all claims that lie here


def claims(objective: Objective, y: NDArray, predicted: NDArray) -> tuple[NDArray, NDArray]:
    """What the network claims with some probability, and whether it was so: (happened, probability), both (claims,).

    Several classes: that the likeliest one is right. Labels: that each applies to each row.
    """
    if objective.kind == "multiclass":
        return (predicted.argmax(axis=1) == y).astype(np.int64), predicted.max(axis=1)
    return y.ravel(), predicted.ravel()


def reliability(happened: NDArray, probability: NDArray) -> list[Bin]:
    """The bins that have claims in them, by probability. Both arguments: (claims,)."""
    index = np.minimum((probability * NUM_BINS).astype(int), NUM_BINS - 1)
    members = [index == number for number in range(NUM_BINS)]
    return [
        Bin(float(probability[rows].mean()), float(happened[rows].mean()), float(rows.mean()))
        for rows in members
        if rows.any()
    ]


def calibration_error(happened: NDArray, probability: NDArray) -> float:
    """Expected calibration error, the mean of |happened - probability| over the bins (Guo et al. 2017)."""
    return sum(bin.weight * abs(bin.happened - bin.probability) for bin in reliability(happened, probability))
