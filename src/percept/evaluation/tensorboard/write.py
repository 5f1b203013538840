"""Put an evaluation beside the curves of its fit, in the log folder of the run, as a whole or not at all."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tensorboard.compat.proto.summary_pb2 import Summary

from percept import paths
from percept.evaluation.plots import read_history
from percept.evaluation.prediction_table import GROUP, ROW, table_of
from percept.evaluation.predictions import Predictions
from percept.evaluation.tensorboard import encodings, images, settings, texts
from percept.evaluation.tensorboard.projector import MAX_ROWS, write_projector
from percept.logs import run as logged_run
from percept.logs.curves import points
from percept.logs.events import NAME, write_events
from percept.logs.summaries import pr_curve, scalar
from percept.model_file.inner_values import InnerValues
from percept.prepared.examples import Examples

MAX_CURVES = 10  # classes or labels that have a precision-recall curve


@dataclass(frozen=True)
class Evaluation:
    """What there is to show."""

    params: Mapping[str, Any]  # all of params.yaml
    test: Predictions
    examples: Examples  # the test rows
    report: Mapping[str, Any]  # what metrics.json holds
    card: str  # Markdown
    model: bytes  # the shipped file
    history: Path  # a row for each epoch


def write_evaluation(found: Evaluation) -> Path:
    """Write it, and the curves where they are not there; return the folder of the run."""
    folder = logged_run.found(found.params, found.history)
    epochs = read_history(found.history)
    paths.logs().mkdir(parents=True, exist_ok=True)
    with paths.scratch(paths.logs()) as draft:
        if not logged_run.is_of(folder, found.history):
            _write_curves(draft, found.test.spec.task, epochs, found.params["optimizer"]["learning_rate"])
            shutil.copy(found.history, draft / logged_run.HISTORY)
        _write_test(draft / logged_run.TEST, folder.name, found, len(epochs))
        folder.mkdir(exist_ok=True)
        for made in draft.iterdir():
            shutil.rmtree(folder / made.name, ignore_errors=True)
            made.replace(folder / made.name)
    return folder


def _write_curves(draft: Path, task: str, epochs: Sequence[Mapping[str, float]], learning_rate: float) -> None:
    """Write the curves of a fit that DVC took out of its cache."""
    values = [(int(epoch["epoch"]), points(task, epoch, learning_rate)) for epoch in epochs]
    for part in values[0][1]:
        of_part = ((epoch, [scalar(*pair) for pair in parts.get(part, {}).items()]) for epoch, parts in values)
        write_events(draft / part / f"{NAME}{logged_run.TRAIN}", of_part)


def _write_test(folder: Path, name: str, found: Evaluation, num_epochs: int) -> None:
    folder.mkdir()
    inner = InnerValues(found.model)
    _write_projector(folder, found, inner)
    scores = [
        scalar(f"{part}/{metric}", value)
        for part in (logged_run.TEST, logged_run.VALIDATION)
        for metric, value in found.report[part].items()
        if isinstance(value, float)
    ]
    shown = [
        *settings.shown(found.params, name),
        *texts.shown(found.test, found.examples, found.card),
        *_curves(found.test),
        *images.shown(found.test, found.examples, inner),
        *(encodings.shown(found.test, found.examples) if found.params["model"]["kind"] == "tabm" else ()),
    ]
    write_events(folder / f"{NAME}{logged_run.TEST}", [(0, shown), (num_epochs, scores)])


def _curves(test: Predictions) -> Iterator[Summary.Value]:
    """Return a precision-recall curve for each class or label."""
    names, task = test.spec.names, test.spec.task
    match test.objective.kind:
        case "binary":
            truths = {1: test.y == 1}
        case "multiclass":
            truths = {number: test.y == number for number in range(min(len(names), MAX_CURVES))}
        case "multilabel":
            truths = {number: labels == 1 for number, labels in enumerate(test.y.T[:MAX_CURVES])}
        case _:
            return
    for number, truth in truths.items():
        probability = test.predicted[:, 0 if test.objective.kind == "binary" else number]
        about = f"{truth.sum()} of {len(truth)} test rows are {names[number]}"
        yield pr_curve(f"{task}/precision and recall of {names[number]}", truth, probability, about)


def _write_projector(folder: Path, found: Evaluation, inner: InnerValues) -> None:
    rows = np.linspace(0, len(found.test.y) - 1, min(len(found.test.y), MAX_ROWS)).astype(np.int64)
    some = found.test.take(rows)
    hidden = inner.hidden_values(some.raw)
    if hidden is None:
        return
    table = table_of(found.test, found.examples)
    named = sorted(table, key=lambda name: name in (ROW, GROUP))  # the first is what points are labelled with
    columns = {name: table[name][rows].tolist() for name in named}
    name = f"{found.test.spec.task}, last hidden layer of {len(rows)} test rows"
    write_projector(folder, name, hidden, columns, images.visible(some) if some.spec.pixels else ())
