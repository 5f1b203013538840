"""Pictures: pixels stay bytes; the network's first layer brings them to scale."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from percept.params import Section
from percept.prepared.spec import Pixels


class ImageFeatures(Section):
    """How pixels are scaled, with numbers from the training pictures."""

    kind: Literal["image"]
    scaling: Literal["none", "min_max", "standard"] = "min_max"  # to 0..1, or to mean 0 and deviation 1


def fit_pixels(features: ImageFeatures, train: NDArray[np.uint8]) -> Pixels:
    """Compute scale and offset from training pixels of any shape."""
    match features.scaling:
        case "none":
            return Pixels(scale=1.0, offset=0.0)
        case "min_max":
            low, high = float(train.min()), float(train.max())
            span = (high - low) or 1.0
            return Pixels(scale=1 / span, offset=-low / span)
        case "standard":
            mean, deviation = float(train.mean()), float(train.std()) or 1.0
            return Pixels(scale=1 / deviation, offset=-mean / deviation)
