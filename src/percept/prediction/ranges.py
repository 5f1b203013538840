"""How far a value may lie outside of what the training rows hold before it is unusual."""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from percept.dataset.contract import Date, Range, shown

# Of the range of the training rows. The most extreme of a few hundred numbers is often exceeded by a tenth of their
# range, hardly ever by a quarter; dates spread evenly.
NUMBER_MARGIN, DATE_MARGIN = 0.25, 0.1
TINY = math.ulp(0.0)  # the least number above zero


class Usual(NamedTuple):
    """What the training rows hold, and what is not unusual beside it."""

    lowest: str  # of the training rows, as messages have it
    highest: str
    low: float  # below it values are unusual; days since 1970 for dates
    high: float

    def far(self, values: NDArray[np.float64]) -> Iterator[tuple[str, NDArray[np.bool_]]]:
        """Yield what is unusual, in words, and which values are."""
        yield f"below {self.lowest}, the lowest", values < self.low
        yield f"above {self.highest}, the highest", values > self.high


def usual(found: Range, least: float = 0) -> Usual:
    """Return what is usual of values whose training rows hold `found`; least: the margin of a narrow range.

    Zero is unusual where all training rows are above or below it, and a sign that none of them has, however small.
    """
    if found.min is None or found.max is None:
        return Usual("", "", -math.inf, math.inf)  # the training rows hold no value
    texts = shown(found.min), shown(found.max)
    if isinstance(found, Date):
        low, high = found.days([found.min, found.max]).tolist()
        margin = DATE_MARGIN * (high - low)
        return Usual(*texts, low - margin, high + margin)
    margin = max(NUMBER_MARGIN * (found.max - found.min), least)
    low, high = found.min - margin, found.max + margin
    if found.min >= 0:
        low = max(low, min(found.min, TINY))
    elif found.max <= 0:
        high = min(high, max(found.max, -TINY))
    return Usual(*texts, low, high)
