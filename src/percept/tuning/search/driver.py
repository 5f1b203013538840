"""Keeps the workers of a search busy: asks the study for settings, has them tried, and tells it how they went."""

import json
import time
from collections.abc import Callable
from pathlib import Path

from percept.errors import UserError
from percept.tuning.search.cluster import Cluster, Ended, Gone, Step
from percept.tuning.search.outcome import SETTINGS, Outcome
from percept.tuning.search.progress import Progress
from percept.tuning.search.space import Settings, shown
from percept.tuning.search.study import Study
from percept.tuning.search.worker import Order

LOOK_S = 0.5  # at the time, and for new workers

OnEnd = Callable[[int, Settings, Outcome], None]  # is called with each trial that ends


class Driver:
    """One search in one process."""

    def __init__(
        self, study: Study, cluster: Cluster, raw: Path, until_s: float, progress: Progress, on_end: OnEnd
    ) -> None:
        """raw: folder of raw files, as the workers see it; until_s: when the last trial may begin, as `monotonic`."""
        self._study, self._cluster, self._raw, self._until_s = study, cluster, raw, until_s
        self._progress, self._on_end = progress, on_end
        self._orders: dict[int, Order] = {}  # of trials that run
        self._settings: dict[int, Settings] = {}
        self._gone = False

    def run(self) -> bool:
        """Run trials until there are as many as wanted, or the time is over; trials that run then come to their end.

        Return false where the scheduler went away before that: trials that ran wait in the study to be tried again.
        """
        while not self._gone and (self._begin_some() or self._orders):
            self._study.beat()
            look_s = time.monotonic() + LOOK_S
            while (message := self._cluster.next_message(max(0.0, look_s - time.monotonic()))) is not None:
                self._take(message)
                if isinstance(message, Ended):
                    break
            self._progress.show(self._study.counts(), best_of(self._study))
        if self._gone:
            self._study.interrupt(self._study.mine())
        return not self._gone

    def _begin_some(self) -> bool:
        """Begin a trial for each worker that has none; tell whether more are to come."""
        search, space = self._study.search, self._study.space
        more = self._wants_more()
        num_free = self._cluster.num_workers() - len(self._orders) if more else 0
        for _ in range(num_free):
            number, settings = self._study.ask()
            self._settings[number] = settings
            try:
                values = space.trial_config(settings).model_dump(mode="json", by_alias=True)
            except UserError as error:
                self._end(number, Outcome("failed", reason=str(error)))
            else:
                judge = search.judge.model_dump(mode="json")
                order = Order(name="", values=values, judge=judge, goals=list(search.objectives), raw=str(self._raw))
                self._orders[number] = order
                self._cluster.submit(number, order)
            if not (more := self._wants_more()):
                break
        return more

    def _wants_more(self) -> bool:
        return time.monotonic() < self._until_s and self._study.wants_more

    def _take(self, message: Step | Ended | Gone) -> None:
        match message:
            case Step(number, step, value) if number in self._orders:
                if self._study.report(number, step, value):
                    self._cluster.prune(number)
            case Ended(number, outcome) if number in self._orders:
                del self._orders[number]
                self._end(number, outcome)
            case Gone():
                self._gone = True

    def _end(self, number: int, outcome: Outcome) -> None:
        self._study.end(number, outcome)
        self._on_end(number, self._settings.pop(number), outcome)


def best_of(study: Study) -> str:
    """Say what the best trial is so far."""
    best = study.best()
    if best is None:
        return "no trial has a score yet"
    primary = study.space.config["objective"]["primary"]
    pairs = zip(study.search.objectives, best.values, strict=True)
    values = [f"{primary if goal == 'score' else goal} {value:.4g}" for goal, value in pairs]
    return f"best {', '.join(values)} (trial {best.number}: {shown(json.loads(best.user_attrs[SETTINGS]))})"
