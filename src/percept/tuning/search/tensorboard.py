"""Trials for TensorBoard's HPARAMS page, written without TensorFlow, which a driver does not load."""

import json
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from percept.tuning.search.outcome import Trial

if TYPE_CHECKING:
    from tensorboard.compat.proto.summary_pb2 import Summary

VALIDATION = "validation"  # the folder, and `epoch_loss` the name, that the curve of a single run has
FILE = "events.out.tfevents.0.trial"  # TensorBoard looks for `tfevents`


def write_trial(folder: Path, trial: Trial, objectives: Mapping[str, float]) -> None:
    """Write settings, scores and the curve of a trial that has ended into a folder of its own, such as trial-0007.

    folder: of the study; objectives: the value of each by name, beside all metrics. What is there already is replaced.
    """
    place, outcome = folder / name_of(trial), trial.outcome
    scores = {**outcome.scores, **objectives} if outcome.state == "complete" else {}
    found = [_scalar(name, value) for name, value in scores.items() if isinstance(value, int | float)]
    _write(place, [(0, summary) for summary in (_start(trial), *found, _end(trial))])
    if outcome.history:
        _write(place / VALIDATION, [(epoch, _scalar("epoch_loss", loss)) for epoch, loss in enumerate(outcome.history)])


def name_of(trial: Trial) -> str:
    """Return the folder of a trial below that of its study."""
    return f"trial-{trial.number:04}"


def _start(trial: Trial) -> "Summary":
    from tensorboard.plugins.hparams.summary_v2 import hparams_pb

    settings: dict[str, bool | float | str] = {}
    for key, value in trial.settings.items():
        if isinstance(value, list) and value and all(item == value[0] for item in value):
            settings |= {key: _plain(value[0]), f"number of {key}": len(value)}  # numbers, for axes of them
        else:
            settings[key] = _plain(value)
    return hparams_pb(settings, name_of(trial), time.time() - trial.outcome.seconds)


def _end(trial: Trial) -> "Summary":
    """Return what `tensorboard.plugins.hparams.summary.session_end_pb` does, which loads TensorFlow."""
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2

    status = api_pb2.STATUS_FAILURE if trial.outcome.state == "failed" else api_pb2.STATUS_SUCCESS
    info = plugin_data_pb2.SessionEndInfo(status=status, end_time_secs=time.time())
    data = metadata.create_summary_metadata(plugin_data_pb2.HParamsPluginData(session_end_info=info))
    tag = metadata.SESSION_END_INFO_TAG
    return Summary(value=[Summary.Value(tag=tag, metadata=data, tensor=metadata.NULL_TENSOR)])


def _scalar(name: str, value: float) -> "Summary":
    from tensorboard.compat.proto.summary_pb2 import Summary

    return Summary(value=[Summary.Value(tag=name, simple_value=value)])


def _plain(value: Any) -> bool | float | str:
    """Return a setting as the page takes it: lists, mappings and null are JSON."""
    return value if isinstance(value, bool | int | float | str) else json.dumps(value, ensure_ascii=False)


def _write(folder: Path, summaries: Iterable[tuple[int, "Summary"]]) -> None:
    """Write a file of (step, summary), whole or not at all."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.summary.writer.record_writer import RecordWriter

    folder.mkdir(parents=True, exist_ok=True)
    draft, now = folder / ".draft", time.time()
    with draft.open("wb") as stream:
        writer = RecordWriter(stream)
        writer.write(Event(wall_time=now, file_version="brain.Event:2").SerializeToString())
        for step, summary in summaries:
            writer.write(Event(wall_time=now, step=step, summary=summary).SerializeToString())
    draft.replace(folder / FILE)
