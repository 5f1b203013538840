"""Whether probabilities mean frequencies: of what is given 0.8, does 0.8 happen?"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from percept.evaluation.outcome import Outcome

NUM_BINS = 10  # of probabilities, of equal width


class Bin(NamedTuple):
    """Claims of about the same probability."""

    probability: float  # mean
    observed: float  # share
    weight: float  # share of all events that lie here


def confidences(outcome: Outcome) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Give what was given a probability: whether it was so, and the probability, both (events,).

    Several classes: that the likeliest one is right. Labels: that each applies to each row.
    """
    if outcome.kind == "multiclass":
        likeliest = outcome.predicted.argmax(axis=1)
        return (likeliest == outcome.y).astype(np.int64), outcome.predicted.max(axis=1)
    return outcome.y.ravel(), outcome.predicted.ravel()


def reliability(observed: NDArray, probability: NDArray) -> list[Bin]:
    """The bins that have events in them, by probability. Both arguments: (events,)."""
    index = np.minimum((probability * NUM_BINS).astype(int), NUM_BINS - 1)
    members = [index == number for number in range(NUM_BINS)]
    return [
        Bin(float(probability[rows].mean()), float(observed[rows].mean()), float(rows.mean()))
        for rows in members
        if rows.any()
    ]


def calibration_error(observed: NDArray, probability: NDArray) -> float:
    """Expected calibration error, the mean of |observed - probability| over the bins (Guo et al. 2017)."""
    return sum(bin.weight * abs(bin.observed - bin.probability) for bin in reliability(observed, probability))
