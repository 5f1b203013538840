"""What a worker process does: it is sent trials as plain data, and keeps prepared data for the next one."""

import hashlib
import json
import os
import socket
import threading
import time
from collections import OrderedDict
from dataclasses import replace
from pathlib import Path
from typing import Any, TypedDict

from pydantic import TypeAdapter

from percept.composition import Config, checked_sections
from percept.errors import UserError
from percept.spaces.options import Goal, Judge
from percept.tuning.search.judging import Each, Part, PrunedError, parts_of, run_judged
from percept.tuning.search.outcome import Outcome

PREPARED_BY = ("task", "seed", "source", "features", "split", "objective", "contract")  # sections that preprocess reads
NUM_KEPT = 3  # preparations of data that a worker keeps

_one_at_a_time = threading.Lock()  # as a training seeds what the whole process shares
_kept: OrderedDict[str, list[Part]] = OrderedDict()
_to_prune: set[str] = set()  # of what the driver has said to this process


class Order(TypedDict):
    """A trial that is to be run: values that any process reads alike."""

    name: str  # of the trial, by which `prune` knows it
    values: dict[str, Any]  # sections of params.yaml
    judge: dict[str, Any]
    goals: list[Goal]
    raw: str  # folder such as data/raw


def run_order(order: Order, each: Each = lambda step, value: None) -> dict[str, Any]:
    """Run a trial; return its outcome as plain values. What a person can correct, and pruning, are outcomes.

    each: as for `run_judged`.
    """
    with _one_at_a_time:
        name = order["name"]

        def each_unless_pruned(step: int, value: float) -> None:
            each(step, value)
            if name in _to_prune:
                raise PrunedError(f"behind others at step {step}")

        begin_s = time.monotonic()
        try:
            outcome = _outcome(order, each_unless_pruned)
        except PrunedError as pruned:
            outcome = Outcome("pruned", reason=str(pruned), seconds=time.monotonic() - begin_s)
        except UserError as error:
            outcome = Outcome("failed", reason=str(error), seconds=time.monotonic() - begin_s)
        _to_prune.discard(name)
        return replace(outcome, worker=f"{socket.gethostname()}:{os.getpid()}").to_dict()


def prune(name: str) -> None:
    """Let a trial that runs in this process end at its next step."""
    _to_prune.add(name)


def _outcome(order: Order, each: Each) -> Outcome:
    config = checked_sections(order["values"] | {"search": {}}, "the trial")
    judge: Judge = TypeAdapter(Judge).validate_python(order["judge"])
    return run_judged(config, _parts(order, config, judge), order["goals"], each)


def _parts(order: Order, config: Config, judge: Judge) -> list[Part]:
    sections = {name: order["values"][name] for name in PREPARED_BY}
    text = json.dumps([sections, order["judge"], order["raw"]], sort_keys=True)
    key = hashlib.sha256(text.encode()).hexdigest()
    if key not in _kept:
        _kept[key] = parts_of(config, judge, Path(order["raw"]))
        while len(_kept) > NUM_KEPT:
            _kept.popitem(last=False)
    _kept.move_to_end(key)
    return _kept[key]
