"""By how much one run scores better than another on the same rows, and how far that may lie from the truth.

Rows are drawn with replacement, for both runs the same, and the difference of the scores is taken each time; the middle
95 of 100 differences are the interval (Efron & Tibshirani 1993, An Introduction to the Bootstrap, chapters 13 and 16).
Where rows come in groups, whole groups are drawn.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from percept.evaluation.intervals import LEVEL, MAX_CELLS, NUM_RESAMPLES
from percept.evaluation.outcome import Outcome
from percept.tuning.difference import Difference
from percept.tuning.weighted_scores import Weights, weighted_score


def differences(
    metrics: list[str], first: Outcome, second: Outcome, groups: NDArray | None = None, seed: int = 0
) -> list[Difference]:
    """Compare two outcomes of the same rows by each of these metrics that is defined on them, and that a resample has.

    groups: (rows,) of which whole ones are drawn; None: each row is drawn by itself.
    """
    every, pairs, found = np.ones((1, len(first.y))), {}, []
    for metric in metrics:
        scores = weighted_score(metric, first), weighted_score(metric, second)
        if scores[0] is not None and scores[1] is not None and not np.isnan(scores[0](every)[0]):
            pairs[metric] = scores[0], scores[1]
    drawn: dict[str, list[NDArray[np.float64]]] = {metric: [] for metric in pairs}
    for weights in _resamples(len(first.y), groups, np.random.default_rng(seed)):
        for metric, (one, other) in pairs.items():
            drawn[metric].append(other(weights) - one(weights))
    for metric, (one, other) in pairs.items():
        found.append(_difference(metric, float(one(every)[0]), float(other(every)[0]), np.concatenate(drawn[metric])))
    return found


def _resamples(num_rows: int, groups: NDArray | None, random: np.random.Generator) -> Iterator[Weights]:
    """Give weights of the rows in blocks, NUM_RESAMPLES in all."""
    units = np.arange(num_rows) if groups is None else np.unique(groups, return_inverse=True)[1]
    num, block = int(units.max()) + 1, max(1, MAX_CELLS // num_rows)
    for start in range(0, NUM_RESAMPLES, block):
        size = min(block, NUM_RESAMPLES - start)
        places = random.integers(num, size=(size, num)) + num * np.arange(size)[:, np.newaxis]
        counts = np.bincount(places.ravel(), minlength=size * num).reshape(size, num)
        yield counts[:, units].astype(np.float64)


def _difference(metric: str, first: float, second: float, drawn: NDArray[np.float64]) -> Difference:
    drawn = drawn[~np.isnan(drawn)]  # where a resample has one class alone
    low, high = np.quantile(drawn, ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    beyond = min((drawn <= 0).sum(), (drawn >= 0).sum())
    p_value = min(1.0, 2 * (1 + float(beyond)) / (1 + len(drawn)))
    return Difference(metric, first, second, (float(low), float(high)), p_value)
