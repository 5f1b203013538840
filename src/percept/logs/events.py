"""Event files, the format that TensorBoard reads."""

import struct
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

NAME = "events.out.tfevents.0."  # TensorBoard looks for `tfevents`


class Records(Protocol):
    """What writes records into an open file; that of TensorFlow is the fastest."""

    def write(self, record: bytes) -> None: ...
    def flush(self) -> None: ...
    def close(self) -> None: ...


class EventFile:
    """Values by step, as they come."""

    def __init__(self, records: Records) -> None:
        self.records = records
        self._write(file_version="brain.Event:2")

    def write(self, step: int, values: Iterable[Summary.Value]) -> None:
        self._write(step=step, summary=Summary(value=values))

    def write_graph(self, graph: bytes) -> None:
        """Write what the graph page draws. graph: a GraphDef."""
        self._write(graph_def=graph)

    def _write(self, **fields: object) -> None:
        self.records.write(Event(wall_time=time.time(), **fields).SerializeToString())


def records_of(content: bytes) -> Iterator[bytes]:
    """Yield the records of an event file: each has its length and a checksum before it, and a checksum after it."""
    place = 0
    while place < len(content):
        (length,) = struct.unpack_from("<Q", content, place)
        yield content[place + 12 : place + 12 + length]
        place += 16 + length


def write_events(file: Path, values: Iterable[tuple[int, Iterable[Summary.Value]]]) -> None:
    """Write (step, values) into a file, whole or not at all, without TensorFlow."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(".draft")
    with draft.open("wb") as stream:
        events = EventFile(RecordWriter(stream))
        for step, found in values:
            events.write(step, found)
    draft.replace(file)
