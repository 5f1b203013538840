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
    """The mean of a value of each fold, and what is known of it."""

    mean: float
    deviation: float | None  # of the folds; None: there is one alone
    interval: Interval | None  # 95 %, of the mean; None: the folds are all alike, or there is one alone
    num_folds: int


def summarize(values: NDArray[np.float64], tested_by_learned: float) -> Summary | None:
    """Summarise a value of each fold, (folds,); None where there are none.

    tested_by_learned: rows of a fold by the rows that are learned from, such as 1/4 for 5 folds.
    """
    from scipy.stats import t

    num = len(values)
    if num < 2:
        return Summary(float(values[0]), None, None, 1) if num else None
    mean, error = float(values.mean()), standard_error(values, tested_by_learned)
    half = float(t.ppf((1 + LEVEL) / 2, num - 1)) * error
    interval = (mean - half, mean + half) if error else None
    return Summary(mean, float(values.std(ddof=1)), interval, num)


def standard_error(values: NDArray[np.float64], tested_by_learned: float) -> float:
    """Return that of the mean of a value of each fold, (folds,)."""
    return float(values.std(ddof=1)) * float(1 / len(values) + tested_by_learned) ** 0.5


def p_value(differences: NDArray[np.float64], tested_by_learned: float) -> float | None:
    """Return how likely a mean as far from 0 is, were the truth 0, of a difference in each fold, (folds,).

    None of folds that are all alike, or of one alone.
    """
    from scipy.stats import t

    error = standard_error(differences, tested_by_learned) if len(differences) > 1 else 0.0
    return float(2 * t.sf(abs(differences.mean()) / error, len(differences) - 1)) if error else None
