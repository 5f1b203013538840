"""How a network of members sees numbers: how far each is through the bins of its column."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray
from tensorboard.compat.proto.summary_pb2 import Summary

from percept.evaluation.predictions import Predictions
from percept.evaluation.tensorboard import pictures
from percept.logs.summaries import image
from percept.prepared.examples import Examples

MAX_COLUMNS = 12
MAX_ROWS = 2000  # by which a number is known as the network takes it
ENDS = (0.01, 0.99)  # quantiles of a column between which its numbers are drawn
ABOUT = "Numbers grow to the right; each line is a bin, the lowest at the bottom: white below it, dark above it"


def shown(test: Predictions, examples: Examples) -> Iterator[Summary.Value]:
    """Return a picture of the columns that have bins, if any has."""
    found = encodings(test, examples)
    if found:
        picture = pictures.bands(found)
        yield image(f"{test.spec.task}/encoding of numbers", picture.size, pictures.png(picture), ABOUT)


def encodings(test: Predictions, examples: Examples) -> Mapping[str, NDArray[np.float64]]:
    """Return how far numbers of a column are through its bins, 0 to 1, (bins, numbers), by what it is called."""
    rows = np.linspace(0, len(test.y) - 1, min(len(test.y), MAX_ROWS)).astype(np.int64)
    some, x = test.take(rows), np.asarray(examples.x[rows])
    found: dict[str, NDArray[np.float64]] = {}
    for feature, edges in enumerate(test.spec.bins):
        name = test.spec.feature_names[feature]
        if len(edges) < 2 or name not in some.raw or len(found) == MAX_COLUMNS:
            continue
        raw = some.raw[name][:, 0].astype(np.float64)
        order = np.argsort(raw, kind="stable")[: int(np.isfinite(raw).sum())]  # missing ones come last
        if len(order):
            lowest, highest = np.quantile(raw[order], ENDS)
            numbers = np.linspace(lowest, highest, pictures.WIDTH)
            seen = np.interp(numbers, raw[order], x[order, feature])
            low, width = np.array(edges[:-1])[:, np.newaxis], np.diff(edges)[:, np.newaxis]
            called = f"{name}: {numbers[0]:.4g} to {numbers[-1]:.4g}, {len(width)} bins"
            found[called] = np.clip((seen - low) / width, 0, 1)
    return found
