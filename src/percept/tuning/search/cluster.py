"""Where trials run: worker processes of this machine or of an existing Dask cluster, and what is heard of them."""

import queue
import uuid
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple

from distributed import Client, Future, KilledWorker

from percept.tuning.search.judging import Each
from percept.tuning.search.outcome import Outcome
from percept.tuning.search.shipping import run_and_tell
from percept.tuning.search.worker import Order, prune, run_order


class Step(NamedTuple):
    """A trial has reached a step."""

    number: int
    step: int
    value: float


class Ended(NamedTuple):
    """A trial has an outcome."""

    number: int
    outcome: Outcome


class Gone(NamedTuple):
    """The scheduler is not there any more, and with it all trials that ran."""


Message = Step | Ended | Gone
Run = Callable[[Order, Each], dict[str, Any]]
Send = Callable[[Callable], Callable]


class Cluster:
    """Runs trials on the workers of a scheduler, one at a time in each."""

    def __init__(self, client: Client, retries: int, run: Run = run_order, send: Send = lambda run: run) -> None:
        """retries: of a trial whose worker is lost; run: is called in the worker; send: makes of it what is sent."""
        self._client, self._retries = client, retries
        self._run = send(partial(run_and_tell, run))
        self._topic = f"search-{uuid.uuid4().hex}"
        self._messages: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._futures: dict[int, Future] = {}
        self._workers: dict[int, list[str]] = {}  # addresses of those that began a trial
        self._scheduler = client.scheduler_info()["id"]
        client.subscribe_topic(self._topic, lambda event: self._hear(**event[1]))

    def num_workers(self) -> int:
        """Return how many worker processes there are now; none of a scheduler that was started anew, or is gone."""
        with suppress(OSError, RuntimeError):
            info = self._client.scheduler_info(n_workers=-1)
            if info["id"] == self._scheduler:
                return len(info["workers"])
        self._messages.put(Gone())
        return 0

    def submit(self, number: int, order: Order) -> None:
        """Let a worker run a trial."""
        name = f"{self._topic}-{number}"
        self._workers[number] = []
        future = self._client.submit(self._run, order | {"name": name}, self._topic, number, key=name, pure=False)
        self._futures[number] = future
        future.add_done_callback(partial(self._done, number))

    def next_message(self, timeout_s: float) -> Message | None:
        """Wait for what is heard next; None: nothing."""
        with suppress(queue.Empty):
            return self._messages.get(timeout=timeout_s)
        return None

    def prune(self, number: int) -> None:
        """Let a trial end at its next step; a worker that cannot be reached goes on with it."""
        name = f"{self._topic}-{number}"
        self._client.run(prune, name, workers=self._workers[number][-1:], on_error="ignore")

    def _hear(self, number: int, worker: str, step: int = 0, value: float = 0.0) -> None:
        """Take what a worker has said; the scheduler adds its address. Step 0: it begins."""
        if step:
            self._messages.put(Step(number, step, value))
            return
        self._workers[number].append(worker)
        if len(self._workers[number]) > 1 + self._retries:
            self._end(number, _lost(len(self._workers[number]) - 1))

    def _done(self, number: int, future: Future) -> None:
        if future.status == "finished":
            self._end(number, Outcome.from_dict(future.result()))
        elif future.status == "error":
            error = future.exception()
            known = isinstance(error, KilledWorker)
            reason = f"{type(error).__name__}: {error}"
            self._end(number, _lost(len(self._workers[number])) if known else Outcome("failed", reason=reason))
        elif number in self._futures:  # cancelled, as the connection was lost
            self._messages.put(Gone())

    def _end(self, number: int, outcome: Outcome) -> None:
        if self._futures.pop(number, None):  # a future that nobody holds is not tried again
            self._messages.put(Ended(number, outcome))


def _lost(times: int) -> Outcome:
    return Outcome("failed", reason=f"its worker was lost {times} times: killed, out of memory or unreachable")
