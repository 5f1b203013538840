"""Whether two scores differ by more than chance: of the same rows, and of rows of two kinds."""

import numpy as np

from percept.evaluation.intervals import Interval, Z
from percept.evaluation.metrics import Metric
from percept.evaluation.outcome import Outcome

NUM_GROUPS = 20  # of rows, left out one at a time
ONE_SIDED = 1.729  # 95 % of Student's t with 19 degrees of freedom lie below
RARE = 3.29  # standard errors: beyond them on either side chance comes once in 1000 times


def most_gained(metric: Metric, one: Outcome, other: Outcome) -> float | None:
    """Return the upper end of a one-sided 95 % interval of what `one` gains over `other` on the same rows.

    By the jackknife that leaves out a group at a time (Kott 2001, "The delete-a-group jackknife"). None: the metric is
    not defined on all parts of the rows.
    """
    rows = np.arange(len(one.y))
    parts = [rows, *(rows[rows % NUM_GROUPS != group] for group in range(NUM_GROUPS))]
    gains = []
    for part in parts:
        found = metric.function(one.take(part)), metric.function(other.take(part))
        if found[0] is None or found[1] is None:
            return None
        gains.append((found[0] - found[1]) * (1 if metric.higher_is_better else -1))
    error = np.sqrt((NUM_GROUPS - 1) / NUM_GROUPS * np.sum((np.array(gains[1:]) - np.mean(gains[1:])) ** 2))
    return float(gains[0] + ONE_SIDED * error)


def is_rare(one: float, interval: Interval, other: float, others: Interval) -> bool:
    """Tell whether two scores of different rows lie further apart than chance makes them once in 1000 times.

    The intervals are of 95 %; that of the difference follows from their halves (Newcombe 1998; Zou & Donner 2008,
    doi 10.1002/sim.3095).
    """
    low, high = (one - interval[0], others[1] - other) if one > other else (interval[1] - one, other - others[0])
    return abs(one - other) > RARE / Z * float(np.hypot(low, high))
