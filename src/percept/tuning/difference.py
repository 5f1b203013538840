"""By how much one run scores better than another, in words."""

from dataclasses import dataclass

from percept.evaluation.intervals import Interval
from percept.evaluation.metrics import METRICS


@dataclass(frozen=True)
class Difference:
    """Two scores by one metric, and what is known of their difference."""

    metric: str
    first: float
    second: float
    interval: Interval | None  # 95 %, of second - first; None: nothing is there to tell it from
    p_value: float | None  # how likely a difference as large is where there is none

    @property
    def value(self) -> float:
        return self.second - self.first

    @property
    def is_told(self) -> bool:
        """Tell whether 0 lies outside the interval."""
        return self.interval is not None and not self.interval[0] <= 0 <= self.interval[1]

    def cells(self) -> tuple[str, ...]:
        """Return the cells of a row of a table: metric, scores, difference, interval and p-value."""
        interval = "-" if self.interval is None else " to ".join(f"{end:+.4f}" for end in self.interval)
        p_value = "-" if self.p_value is None else f"{self.p_value:.2g}"
        return self.metric, f"{self.first:.4f}", f"{self.second:.4f}", f"{self.value:+.4f}", interval, p_value

    def sentence(self, first: str, second: str, of_what: str) -> str:
        """Say whether the second run is better. of_what: such as "360 test rows"."""
        metric = METRICS[self.metric]
        sign = 1 if metric.higher_is_better else -1
        gain, places = sign * self.value, ("ahead", "better") if sign * self.value > 0 else ("behind", "worse")
        ends = sorted((sign if gain > 0 else -sign) * end for end in self.interval or ())
        of_metric = f"points of {self.metric}" if metric.is_share else f"of {self.metric}"
        interval = f"95 % interval {' to '.join(_amount(end, metric.is_share) for end in ends)}; " if ends else ""
        by = f"by {_amount(abs(gain), metric.is_share)} {of_metric} ({interval}{of_what})"
        if self.is_told:
            return f"{second} is {places[1]} than {first} {by}"
        if not ends and not gain:
            return f"{first} and {second} cannot be told apart: they are level by {self.metric} ({of_what})"
        return f"{first} and {second} cannot be told apart: {second} is {places[0]} {by}"


def _amount(value: float, is_share: bool) -> str:
    text = f"{100 * value:.1f}" if is_share else f"{value:.3g}"
    return text.removeprefix("-") if float(text) == 0 else text
