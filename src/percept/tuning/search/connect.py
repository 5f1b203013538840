"""The workers of a search: processes of this machine, or those of a Dask scheduler that runs already."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import cloudpickle
import dask
from distributed import Client, LocalCluster

from percept import paths
from percept.errors import UserError
from percept.model_file.environment import num_cpus
from percept.spaces.options import Search
from percept.tuning.search import shipping
from percept.tuning.search.cluster import Cluster

HOST = "127.0.0.1"
PACKAGES = ("keras", "numpy", "pandas", "scikit-learn", "scipy", "tensorflow")  # whose versions scores depend on
CONNECT_S = 60  # for a scheduler to answer


@contextmanager
def workers(search: Search, threads: int, raw: Path) -> Iterator[Cluster]:
    """Give workers that have the project and the raw files. threads: that a training computes with.

    Raises `UserError` where no scheduler answers at `search.dask_address`.
    """
    with _remote(search, raw) if search.dask_address else _local(search, threads) as found:
        yield found


@contextmanager
def _local(search: Search, threads: int) -> Iterator[Cluster]:
    """Start worker processes, which end with this one however it ends."""
    settings = {
        "distributed.scheduler.allowed-failures": search.retries,
        "distributed.worker.profile.enabled": False,
    }
    with (
        dask.config.set(settings),
        LocalCluster(
            n_workers=search.workers or max(1, num_cpus() // threads),
            threads_per_worker=1,
            processes=True,
            host=HOST,
            dashboard_address=f"{HOST}:0",
            memory_limit=0,  # a worker that waits for memory would wait for ever
            silence_logs=logging.CRITICAL,
        ) as started,
        Client(started) as client,
    ):
        yield Cluster(client, search.retries)


@contextmanager
def _remote(search: Search, raw: Path) -> Iterator[Cluster]:
    for name in ("distributed.client", "distributed.core", "distributed.batched"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # the driver itself says that the scheduler is gone
    try:
        client = Client(search.dask_address, timeout=CONNECT_S)
    except (OSError, ValueError) as error:
        found = f"no scheduler answers: {' '.join(str(error).split())}"
        expected = f"one within {CONNECT_S} s, such as `dask scheduler` starts"
        advice = "correct the address, or leave it out: then processes of this machine work"
        raise UserError(f"search.dask_address = {search.dask_address!r}", found, expected, advice) from None
    with client:
        cloudpickle.register_pickle_by_value(shipping)
        _check_packages(client)
        code, data = shipping.ship(client, paths.ROOT, raw)
        yield Cluster(client, search.retries, partial(shipping.run_shipped, code, data), shipping.ByValue)


def _check_packages(client: Client) -> None:
    """Raise `UserError` where a worker has other versions than this process."""
    here = shipping.versions(PACKAGES)
    for worker, there in client.run(shipping.versions, PACKAGES).items():
        if differing := [name for name in PACKAGES if there[name] != here[name]]:
            found = ", ".join(f"{name} {there[name] or 'missing'} (here {here[name]})" for name in differing)
            advice = "install requirements.lock where the workers run, start them anew, and run the same command"
            raise UserError(f"the worker {worker}", found, "the same versions as here", advice)
