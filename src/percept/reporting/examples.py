"""Test rows worth a look: told wrong and most certain of it, told right by the smallest margin, and typical ones."""

import io
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from percept.evaluation.outcome import Outcome
from percept.evaluation.predictions import Predictions
from percept.reporting.page import bar, definitions, picture, text

NUM_WORST, NUM_OTHERS = 8, 4
NUM_BARS = 3  # the likeliest classes, beside the actual one
NUM_COLUMNS = 8  # of a row, those that count most
MAX_SIDE = 96  # pixels of a picture


class Chosen(NamedTuple):
    """Rows of one sort."""

    title: str
    rows: NDArray[np.int64]


def chosen(predictions: Predictions) -> list[Chosen]:
    """Return which test rows to show."""
    outcome = predictions.outcome
    if outcome.kind == "regression":
        distance = _distance(outcome)
        order = np.argsort(-distance, kind="stable")
        rest = order[NUM_WORST:]
        middle = rest[np.argsort(np.abs(distance[rest] - np.median(distance)), kind="stable")]
        found = [Chosen("The largest errors", order[:NUM_WORST]), Chosen("Typical errors", middle[:NUM_OTHERS])]
        return [group for group in found if len(group.rows)]
    wrong, doubt = _certainty(outcome)
    mistakes, right = np.flatnonzero(wrong), np.flatnonzero(~wrong)
    certain = mistakes[np.argsort(doubt[mistakes], kind="stable")]
    unsure = right[np.argsort(-doubt[right], kind="stable")]
    groups = [
        Chosen("Wrong, the most certain first", certain[:NUM_WORST]),
        Chosen("Right by the smallest margin", unsure[:NUM_OTHERS]),
        Chosen("Right and the most certain", unsure[::-1][:NUM_OTHERS]),
    ]
    return [group for group in groups if len(group.rows)]


def _distance(outcome: Outcome) -> NDArray[np.float64]:
    """Return the error of each row, of several targets in their standard deviations."""
    spread = outcome.y.std(axis=0)
    return (np.abs(outcome.y - outcome.predicted) / np.where(spread == 0, 1, spread)).mean(axis=1)


def _certainty(outcome: Outcome) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Return whether each row is wrong, and how close it was to be told otherwise: 0 (certain) to 1."""
    if outcome.kind == "multiclass":
        second, first = np.partition(outcome.predicted, (-2, -1), axis=1)[:, -2:].T
        return outcome.y != outcome.decisions, 1 - (first - second)
    said = np.where(outcome.decisions.reshape(outcome.predicted.shape) == 1, outcome.predicted, 1 - outcome.predicted)
    wrong = outcome.y.reshape(said.shape) != outcome.decisions.reshape(said.shape)
    if outcome.kind == "binary":
        return wrong[:, 0], 1 - said[:, 0]
    surest = np.where(wrong, said, 0).max(axis=1)  # of the labels that are wrong; of the others where none is
    return wrong.any(axis=1), 1 - np.where(wrong.any(axis=1), surest, said.min(axis=1))


def card(predictions: Predictions, row: int, place: str, columns: Sequence[str]) -> str:
    """Return a row as HTML: its picture or the cells of some columns, what it is, and what was predicted."""
    spec, pieces = predictions.spec, []
    if spec.pixels:
        pieces.append(picture(png(predictions, row), place))
    pieces.append(f"<strong>{text(place)}</strong>")
    pieces += _verdict(predictions, row)
    if not spec.pixels:
        pieces.append(definitions((name, _cell(predictions.raw[name][row, 0])) for name in columns[:NUM_COLUMNS]))
    return f'<div class="card">{"".join(pieces)}</div>'


def _verdict(predictions: Predictions, row: int) -> list[str]:
    names, y, predicted = predictions.spec.names, predictions.y[row], predictions.predicted[row]
    if predictions.decisions is None:
        return [
            definitions(
                (f"{name}", f"{said:.4g} (is {is_:.4g})") for name, is_, said in zip(names, y, predicted, strict=True)
            )
        ]
    decision = predictions.decisions[row]
    right = bool(np.all(y == decision))
    mark = f'<span class="{"right" if right else "wrong"}">{"right" if right else "wrong"}</span>'
    if predictions.objective.kind == "multilabel":
        is_, said = (
            ", ".join(name for name, has in zip(names, labels, strict=True) if has) or "none"
            for labels in (y, decision)
        )
        shown = np.argsort(-np.abs(predicted - y), kind="stable")[:NUM_BARS]
    else:
        is_, said = names[y], names[decision]
        predicted = np.append(1 - predicted, predicted) if len(predicted) == 1 else predicted
        likeliest = np.argsort(-predicted, kind="stable")[:NUM_BARS]
        shown = np.array(list(dict.fromkeys([*likeliest, y])))
    bars = "".join(bar(names[index], float(predicted[index])) for index in shown)
    return [f"<div>{mark}: is {text(is_)}, predicted {text(said)}</div>", bars]


def _cell(value: object) -> str:
    if isinstance(value, float | np.floating):
        return "(missing)" if np.isnan(value) else f"{value:.6g}"
    return str(value) or "(missing)"


def png(predictions: Predictions, row: int) -> bytes:
    """Return the picture of a test row, no larger than it is shown."""
    from PIL import Image

    spec = predictions.spec
    pixels = np.asarray(predictions.raw[spec.raw_inputs[0].name][row], np.float64)
    white = spec.picture.white if spec.picture else 255
    levels = np.clip(pixels * (255 / white), 0, 255).astype(np.uint8)
    image = Image.fromarray(levels[..., 0] if levels.shape[-1] == 1 else levels)
    image.thumbnail((MAX_SIDE, MAX_SIDE))
    stream = io.BytesIO()
    image.save(stream, "PNG", optimize=True)
    return stream.getvalue()
