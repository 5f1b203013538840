"""The workers of a search: processes of this machine, or those of a scheduler that runs already."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import dask
from distributed import Client, LocalCluster

from percept.spaces.options import Search
from percept.training.environment import num_cpus
from percept.tuning.search.cluster import Cluster

HOST = "127.0.0.1"


def num_workers(search: Search, threads: int) -> int:
    """Return how many processes work on this machine. threads: that a training computes with."""
    return search.workers or max(1, num_cpus() // threads)


@contextmanager
def local(search: Search, threads: int) -> Iterator[Cluster]:
    """Start worker processes, which end with this one however it ends."""
    settings = {
        "distributed.scheduler.allowed-failures": search.retries,
        "distributed.worker.profile.enabled": False,
        "distributed.nanny.environ": {"PERCEPT_WORKER": "1"},
    }
    with (
        dask.config.set(settings),
        LocalCluster(
            n_workers=num_workers(search, threads),
            threads_per_worker=1,
            processes=True,
            host=HOST,
            dashboard_address=f"{HOST}:0",
            memory_limit=0,  # a worker that waits for memory would wait for ever
            silence_logs=logging.CRITICAL,
        ) as workers,
        Client(workers) as client,
    ):
        yield Cluster(client, search.retries)
