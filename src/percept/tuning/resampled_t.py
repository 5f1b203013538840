"""Means over the folds of a cross-validation: how far they may lie from the truth, and whether one differs from 0.

Folds share most of their training rows, so their scores spread less than those of runs on rows of their own. The
variance of the mean is therefore taken (1/n + tested/learned) s^2 in place of s^2/n, and the mean over its root to have
the t distribution of n - 1 degrees of freedom (Nadeau & Bengio 2003, Inference for the Generalization Error; for
repeated folds Bouckaert & Frank 2004).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from percept.evaluation.intervals import LEVEL, Interval


@dataclass(frozen=True)
class Summary:
    """The mean of values of folds, and what is known of it."""

    mean: float
    deviation: float | None  # of the folds; None: there is one alone
    interval: Interval | None  # 95 %, of the mean; None: the folds are all alike, or there is one alone
    p_value: float | None  # of a mean as far from 0, were the truth 0
    num_folds: int


def summarize(values: NDArray[np.float64], tested_by_learned: float) -> Summary | None:
    """Summarise a value of each fold, (folds,); None where there are none.

    tested_by_learned: rows of a fold by the rows that are learned from, such as 1/4 for 5 folds.
    """
    from scipy.stats import t

    num = len(values)
    if num < 2:
        return Summary(float(values[0]), None, None, None, 1) if num else None
    mean, deviation = float(values.mean()), float(values.std(ddof=1))
    error = deviation * (1 / num + tested_by_learned) ** 0.5
    if not error:
        return Summary(mean, deviation, None, None if mean else 1.0, num)
    half = float(t.ppf((1 + LEVEL) / 2, num - 1)) * error
    return Summary(mean, deviation, (mean - half, mean + half), float(2 * t.sf(abs(mean) / error, num - 1)), num)
