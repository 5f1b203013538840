"""The range of scores that a picture shows: a diverged trial would press all others into a line."""

from dataclasses import dataclass

import numpy as np

from percept.tuning.search.results import Results

FAR = 4.0  # a worse trial is off the scale: so many times as far from the best as the middle one


@dataclass(frozen=True)
class Scale:
    """The first objective, from `low` to `high`."""

    low: float
    high: float
    sign: int  # 1: the lower, the better; -1: the higher

    def quality(self, value: float) -> float:
        """Return how good a value is, from 0 at the worse end to 1 at the best."""
        share = float(np.clip((value - self.low) / (self.high - self.low), 0, 1))
        return 1 - share if self.sign > 0 else share


def score_scale(results: Results) -> Scale:
    """Return a scale from the best complete trial to the worst one that is not far off."""
    sign = results.signs[0]
    costs = sign * np.array([trial.outcome.values[0] for trial in results.complete])
    best, middle = costs.min(), np.median(costs)
    worst = costs[costs <= best + FAR * (middle - best)].max() if middle > best else costs.max()
    if worst == best:
        worst, best = (best + 0.5 * (abs(best) or 1)), best - 0.5 * (abs(best) or 1)
    low, high = sorted((sign * best, sign * worst))
    return Scale(float(low), float(high), sign)
