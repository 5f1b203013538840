"""What an event holds: a number, a text, pictures, a histogram, a precision-recall curve."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.compat.proto.types_pb2 import DT_FLOAT, DT_STRING
from tensorboard.plugins.histogram import metadata as histograms
from tensorboard.plugins.image import metadata as images
from tensorboard.plugins.pr_curve import metadata as pr_curves
from tensorboard.plugins.text import metadata as texts

BUCKETS = 20  # of a histogram
THRESHOLDS = 101  # of a precision-recall curve

HISTOGRAM = histograms.create_summary_metadata(None, None)


def scalar(tag: str, value: float) -> Summary.Value:
    return Summary.Value(tag=tag, simple_value=value)


def text(tag: str, markdown: str) -> Summary.Value:
    tensor = TensorProto(dtype=DT_STRING, tensor_shape=TensorShapeProto(), string_val=[markdown.encode()])
    return Summary.Value(tag=tag, metadata=texts.create_summary_metadata(None, None), tensor=tensor)


def image(tag: str, size: tuple[int, int], png: bytes, about: str = "") -> Summary.Value:
    """Show a picture. size: width and height, pixels; about: Markdown."""
    words = [str(length).encode() for length in size]
    shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=3)])
    tensor = TensorProto(dtype=DT_STRING, tensor_shape=shape, string_val=[*words, png])
    return Summary.Value(tag=tag, metadata=images.create_summary_metadata(None, about), tensor=tensor)


def histogram(tag: str, values: NDArray[Any]) -> Summary.Value:
    """Show how finite values are distributed, in buckets of equal width; all in the last one where they are equal."""
    low, high = float(values.min()), float(values.max())
    places = np.full(values.size, BUCKETS - 1.0)
    if high > low:
        np.minimum((values.ravel() - low) * (BUCKETS / (high - low)), BUCKETS - 1, out=places)
    counts = np.bincount(places.astype(np.int64), minlength=BUCKETS)  # several times as fast as `np.histogram`
    edges = np.linspace(low, high, BUCKETS + 1)
    return Summary.Value(tag=tag, metadata=HISTOGRAM, tensor=_floats(np.stack([edges[:-1], edges[1:], counts], axis=1)))


def pr_curve(tag: str, truth: NDArray[np.bool_], probability: NDArray[Any], about: str) -> Summary.Value:
    """Show precision and recall of one class at thresholds from 0 to 1; both arrays (rows,)."""
    thresholds = np.linspace(0, 1, THRESHOLDS)
    order = np.sort(probability), np.sort(probability[truth])
    called, right = (len(each) - np.searchsorted(each, thresholds) for each in order)
    wrong = called - right
    missed, left = truth.sum() - right, (~truth).sum() - wrong
    precision, recall = right / np.maximum(called, 1), right / max(truth.sum(), 1)
    metadata = pr_curves.create_summary_metadata(None, about, THRESHOLDS)
    return Summary.Value(
        tag=tag, metadata=metadata, tensor=_floats(np.stack([right, wrong, left, missed, precision, recall]))
    )


def _floats(values: NDArray[Any]) -> TensorProto:
    shape = [TensorShapeProto.Dim(size=size) for size in values.shape]
    content = values.astype("<f4").tobytes()
    return TensorProto(dtype=DT_FLOAT, tensor_shape=TensorShapeProto(dim=shape), tensor_content=content)
