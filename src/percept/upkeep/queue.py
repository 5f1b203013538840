"""The runs that wait in DVC's queue: what becomes of each, and which workers live to run them."""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import psutil

from percept import paths
from percept.errors import UserError
from percept.upkeep import git

if TYPE_CHECKING:
    from dvc.repo.experiments.queue.celery import LocalCeleryQueue

MOST_IN_VAIN = 10  # looks in a row at which a worker had to be started, and nothing had happened since the last
MOST_IDLE = 6  # looks in a row at which nothing waited, and no worker had a run
ADVICE = "read what they say in .dvc/tmp/exps/celery/*.out"
WAITING, RUNNING, FAILED, ENDED = "Queued", "Running", "Failed", "Success"  # DVC's words


class Queue:
    """DVC's queue of this clone."""

    def __init__(self) -> None:
        from dvc.repo import Repo

        self._queue: LocalCeleryQueue = Repo(str(paths.ROOT)).experiments.celery_queue

    def runs(self) -> list[dict[str, Any]]:
        """Return rev, name and status of each run that is in the queue, or was and is not removed."""
        return [run | {"name": run["name"] or run["rev"][:7]} for run in self._queue.status()]

    def counts(self) -> Counter[str]:
        """Count the runs by their status."""
        return Counter(run["status"] for run in self.runs())

    def start_workers(self, num_jobs: int) -> int:
        """Start those of so many workers that do not live, and return how many these are."""
        return int(self._queue.start_workers(num_jobs))

    def give_up_lost(self) -> list[str]:
        """Mark as failed what counts as running while no worker lives; return the names of these runs.

        A worker that is killed cannot say that its run has ended: DVC would call it running for ever.
        """
        lost = {run["rev"]: run["name"] for run in self.runs() if run["status"] == RUNNING}
        if lost:
            self._queue.kill(list(lost), force=True)
        return list(lost.values())

    def forget(self, revs: Sequence[str]) -> None:
        """Take runs that have ended out of the queue; what they made stays."""
        if revs:
            self._queue.remove(list(revs))


def workers() -> list[psutil.Process]:
    """Return the processes of this clone that take runs out of the queue."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        if "queue-worker" in (process.info["cmdline"] or [])[:5] and process.info["status"] != psutil.STATUS_ZOMBIE:
            with suppress(psutil.Error):  # it has ended meanwhile, or is somebody else's
                if process.cwd() == str(paths.ROOT):
                    found.append(process)
    return found


def _has_run(worker: psutil.Process) -> bool:
    try:
        return bool(worker.children())
    except psutil.Error:
        return False


def run_all(
    queue: Queue, num_jobs: int, wait: Callable[[Counter[str]], None], say: Callable[[str], None]
) -> Counter[str]:
    """Run what is queued, with so many workers at a time, until nothing is left; return how many ended in which way.

    A worker that is gone is started again; one that should have ended and has not, as DVC's now and then miss their own
    word to end, is told to. wait: called between two looks, with the counts. Raises `UserError` where workers end as
    soon as they are started.
    """
    num_in_vain, num_idle, former = 0, 0, None
    while True:
        git.pack_many()
        counts, living = queue.counts(), workers()
        alive = len(living)
        num_idle = num_idle + 1 if not counts[WAITING] and not any(map(_has_run, living)) else 0
        if counts[WAITING] and alive < num_jobs:
            num_in_vain, former = num_in_vain + 1 if counts == former else 0, counts
            if num_in_vain == MOST_IN_VAIN:
                raise UserError("the queue", "its workers end at once", "workers that run what is queued", ADVICE)
            if started := queue.start_workers(min(num_jobs, counts[WAITING] + alive)):
                say(f"workers started: {started}")
        elif not counts[WAITING] and not alive:
            break
        elif num_idle > MOST_IDLE:
            for worker in living:
                with suppress(psutil.Error):
                    worker.terminate()
        wait(counts)
    for name in queue.give_up_lost():
        say(f"{name} was lost with its worker, and counts as failed: queue it again")
    return queue.counts()
