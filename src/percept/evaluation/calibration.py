"""Whether probabilities mean frequencies: of what is given 0.8, does 0.8 happen?"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from percept.evaluation.outcome import Outcome

NUM_BINS = 10  # of probabilities, of equal width


class Bin(NamedTuple):
    """Events whose predicted probabilities are about the same."""

    probability: float  # mean of what was predicted
    observed: float  # share of the events that happened
    weight: float  # share of all events that lie here


def confidences(outcome: Outcome) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return whether each event happened, 0 or 1, and its predicted probability, both (events,).

    An event is that a row is positive (binary), that the likeliest class is right (multiclass), or that a label
    applies to a row (multilabel).
    """
    if outcome.kind == "multiclass":
        likeliest = outcome.predicted.argmax(axis=1)
        return (likeliest == outcome.y).astype(np.int64), outcome.predicted.max(axis=1)
    return outcome.y.ravel(), outcome.predicted.ravel()


def reliability(observed: NDArray, probability: NDArray) -> list[Bin]:
    """Return the bins that have events in them, by rising probability. Both arguments: (events,)."""
    index = np.minimum((probability * NUM_BINS).astype(int), NUM_BINS - 1)
    members = [index == number for number in range(NUM_BINS)]
    return [
        Bin(float(probability[rows].mean()), float(observed[rows].mean()), float(rows.mean()))
        for rows in members
        if rows.any()
    ]


def calibration_error(observed: NDArray, probability: NDArray) -> float:
    """Return the expected calibration error: the mean of |observed - probability| over events (Guo et al. 2017)."""
    return sum(bin.weight * abs(bin.observed - bin.probability) for bin in reliability(observed, probability))
