"""What is seen of a search while it runs: one line that changes in a terminal, a line now and then elsewhere."""

import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

Tell = Callable[[str], None]

INTERVAL_S = 10  # between lines where there is no terminal


class Progress:
    """Shows the best so far, how many trials are done, pruned and failed, and how long it will take."""

    def __init__(self, most_trials: int | None, most_s: float | None, tell: Tell) -> None:
        """most_trials: in all; most_s: seconds from now; None: no bound. tell: is given lines outside of a terminal."""
        self._most_trials, self._most_s, self._tell = most_trials, most_s, tell
        self._begin_s = self._told_s = time.monotonic()
        self._ended_before: int | None = None
        self._bar = None
        if sys.stderr.isatty():
            from tqdm import tqdm

            self._bar = tqdm(bar_format="{desc}", dynamic_ncols=True, leave=False)

    def show(self, counts: Counter[str], best: str) -> None:
        """Take how many trials are in which state, and the best so far in words."""
        now_s = time.monotonic()
        if self._bar is not None:
            self._bar.set_description_str(f"search: {self._text(counts, best)}")
        elif now_s - self._told_s > INTERVAL_S:
            self._told_s = now_s
            self._tell(self._text(counts, best))

    def close(self) -> None:
        """Take the line away."""
        if self._bar is not None:
            self._bar.close()

    def _text(self, counts: Counter[str], best: str) -> str:
        left_s = self._left_s(counts)
        left = "" if left_s is None else f", {timedelta(seconds=round(left_s))} left"
        states = f"{counts['complete']} done, {counts['pruned']} pruned, {counts['fail']} failed"
        return f"{states}, {counts['running']} running{left}; {best}"

    def _left_s(self, counts: Counter[str]) -> float | None:
        """Return how long it will take, as long as trials take what they took so far; None: nobody knows."""
        ended = counts["complete"] + counts["pruned"] + counts["fail"]
        if self._ended_before is None:
            self._ended_before = ended
        passed_s, here = time.monotonic() - self._begin_s, ended - self._ended_before
        bounds = []
        if self._most_s is not None:
            bounds.append(self._most_s - passed_s)
        if self._most_trials is not None and here:
            bounds.append(passed_s / here * (self._most_trials - ended))
        return max(0.0, min(bounds)) if bounds else None
