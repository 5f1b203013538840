"""The pictures of a run: confusion matrix, test pictures with what the model says of them, filters, feature maps."""

from collections.abc import Iterator

import numpy as np
from PIL import Image
from tensorboard.compat.proto.summary_pb2 import Summary

from percept.evaluation.predictions import Predictions
from percept.evaluation.tensorboard import pictures
from percept.evaluation.tensorboard.notable import notable
from percept.logs.summaries import image
from percept.model_file.inner_values import InnerValues
from percept.prepared.examples import Examples

NUM_EXAMPLES = 16
MAX_PLANES = 64  # filters or feature maps of a convolution
SIDES = {"filters": 18, "feature maps": 40}  # pixels


def shown(test: Predictions, examples: Examples, inner: InnerValues) -> Iterator[Summary.Value]:
    """Return them, as far as the task has any."""
    task, names = test.spec.task, test.spec.names
    if test.decisions is not None and test.decisions.ndim == 1 and len(names) <= pictures.MAX_CLASSES:
        yield _image(f"{task}/confusion matrix", pictures.confusion(names, test.y, test.decisions))
    if not test.spec.pixels:
        return
    for name, rows in notable(test, NUM_EXAMPLES).items():
        yield _image(f"{task} test pictures/{name}", _examples(test.take(rows), examples.take(rows)))
    for number, convolution in enumerate(inner.convolutions(), 1):
        filters = convolution.filters[:MAX_PLANES]
        seen = filters.mean(axis=1)
        yield _image(f"{task} convolutions/{number} filters", pictures.tiles(seen, SIDES["filters"]))
        (maps,) = inner.values([convolution.maps], test.take(np.arange(1)).raw)
        yield _image(
            f"{task} convolutions/{number} feature maps",
            pictures.tiles(maps[0, :MAX_PLANES], SIDES["feature maps"]),
            "what the filters find in the first test picture",
        )


def visible(test: Predictions) -> list[pictures.Pixels]:
    """Return the pictures of rows in the levels of a screen, (height, width, channels)."""
    (raw,) = test.raw.values()
    white = test.spec.picture.white if test.spec.picture else 255
    return [np.clip(pixels.astype(np.float32) * 255 / white, 0, 255).astype(np.uint8) for pixels in np.asarray(raw)]


def _examples(test: Predictions, examples: Examples) -> Image.Image:
    names, probabilities = test.spec.names, test.predicted.astype(np.float64)
    if test.objective.kind == "binary":
        probabilities = np.concatenate([1 - probabilities, probabilities], axis=1)
    right = [names[label] for label in test.y]
    titles = [f"row {row}: {name}" for row, name in zip(examples.places(), right, strict=True)]
    return pictures.examples(visible(test), titles, probabilities, names, right)


def _image(tag: str, picture: Image.Image, about: str = "") -> Summary.Value:
    return image(tag, picture.size, pictures.png(picture), about)
