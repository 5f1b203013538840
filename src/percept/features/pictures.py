"""Pictures that take part: their pixels, classes and numbers, as `rows` has the rows of a table."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from percept.dataset.formats import PictureFormat
from percept.dataset.table import Images
from percept.errors import UserError
from percept.features.image import ImageFeatures
from percept.features.rows import with_reason
from percept.features.table import TASK_FILE
from percept.features.target import encode_classes
from percept.objective import Binary, Multiclass, Objective
from percept.prepared.spec import PictureInput


@dataclass(frozen=True)
class PictureRows:
    """Pictures with a class, and what is known of them."""

    features: ImageFeatures
    pixels: NDArray[np.uint8]  # (pictures, height, width, channels)
    y: NDArray[np.int64]  # (pictures,) class index
    classes: tuple[str, ...]
    numbers: NDArray[np.int64]  # (pictures,) of each in the source, from 1
    is_test: NDArray[np.bool_] | None  # (pictures,) where the publisher set test pictures apart
    picture: PictureInput
    num_source: int  # pictures of the source, with those that are not here
    dropped: dict[str, int]  # reason -> pictures of the source that are not here

    @property
    def cells(self) -> dict[str, NDArray[np.object_]]:
        """Return the columns that a split may read: pictures have none."""
        return {}

    def take(self, chosen: NDArray[np.int64], reason: str) -> Self:
        """Return the pictures with these places; the others are dropped for this reason."""
        return replace(
            self,
            pixels=self.pixels[chosen],
            y=self.y[chosen],
            numbers=self.numbers[chosen],
            is_test=None if self.is_test is None else self.is_test[chosen],
            dropped=with_reason(self.dropped, reason, len(self.y) - len(chosen)),
        )


def read_pictures(images: Images, features: ImageFeatures, objective: Objective) -> PictureRows:
    """Give the pictures their classes. Raises `UserError`."""
    y, classes = _encode_classes(images, objective)
    height, width, channels = images.pixels.shape[1:]
    form = images.form or PictureFormat(size=(height, width), color="rgb" if channels == 3 else "grey")
    return PictureRows(
        features=features,
        pixels=images.pixels,
        y=y,
        classes=classes,
        numbers=np.arange(images.num_rows) + 1,
        is_test=images.is_test,
        picture=PictureInput(**form.model_dump(), white=images.white),
        num_source=images.num_rows + sum(images.dropped.values()),
        dropped=images.dropped,
    )


def _encode_classes(images: Images, objective: Objective) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    if not isinstance(objective, Binary | Multiclass):
        expected = "multiclass or binary for pictures with classes"
        raise UserError("objective.kind", objective.kind, expected, TASK_FILE)
    if objective.weight:
        raise UserError("objective.weight", repr(objective.weight), "null: pictures have no columns", TASK_FILE)
    if isinstance(objective, Multiclass):
        return images.labels, images.classes
    return encode_classes(np.array(images.classes)[images.labels], objective, "the classes of the pictures")
