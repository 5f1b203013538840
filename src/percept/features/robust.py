"""Robust scaling with a smooth clip, as scikit-learn fits it and as ONNX has it.

The preprocessing of RealMLP: Holzmueller, Grinsztajn & Steinwart 2024, "Better by Default", arXiv 2407.04491.
"""

from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin

LARGEST = float(np.finfo(np.float32).max)
END = 3.0  # what comes out lies between -END and END
FAR = 1e6  # all that is farther comes out as END does, and its square is no float32 any more

Array = NDArray[np.float32 | np.float64]


class RobustSmoothClip(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Bring the middle half of each column to a span of 1 around 0, and draw far values in: z / sqrt(1 + (z/3)^2).

    z is (x - median) / (interquartile range), or 2 * (x - median) / (max - min) where more than half of the values are
    the same; a constant column becomes 0. fill: what stands for a missing number; None: it stays missing.
    """

    def __init__(self, fill: Literal["median", "mean"] | None = "median") -> None:
        self.fill = fill

    def fit(self, x: Any, y: None = None) -> Self:
        """Fit on the values that are there, (rows, columns); a column without any becomes 0."""
        values = np.array(x, np.float64)
        values[:, np.isnan(values).all(axis=0)] = 0
        self.median_ = np.nanmedian(values, axis=0)
        self.filling_ = np.nanmean(values, axis=0) if self.fill == "mean" else self.median_
        low, high = np.nanquantile(values, (0.25, 0.75), axis=0)
        spans = (high - low, (np.nanmax(values, axis=0) - np.nanmin(values, axis=0)) / 2)
        span = np.where(spans[0] > 0, spans[0], spans[1])
        self.factor_ = np.where(span > 0, np.minimum(1 / np.where(span > 0, span, 1), LARGEST), 0)
        self.n_features_in_ = values.shape[1]
        return self

    def transform(self, x: Any) -> Array:
        values = np.array(x, np.float64)
        if self.fill:
            values = np.where(np.isnan(values), self.filling_, values)
        z = np.clip(np.clip(values - self.median_, -LARGEST, LARGEST) * self.factor_, -FAR, FAR)
        return z / np.sqrt(1 + (z / END) ** 2)


def add_robust(scope: Any, operator: Any, container: Any) -> None:  # skl2onnx has no types
    """Convert a fitted `RobustSmoothClip`: the same steps in float32."""
    from onnx import TensorProto

    fitted: RobustSmoothClip = operator.raw_operator
    dtype = TensorProto.FLOAT

    def constant(name: str, values: Any) -> str:
        flat = np.array(values, np.float32)
        unique = scope.get_unique_variable_name(name)
        container.add_initializer(unique, dtype, list(flat.shape), flat.ravel().tolist())
        return unique

    def step(kind: str, *inputs: str, output: str | None = None) -> str:
        made = output or scope.get_unique_variable_name(kind.lower())
        container.add_node(kind, list(inputs), [made], name=scope.get_unique_operator_name(kind), op_version=13)
        return made

    def clipped(values: str, end: float) -> str:
        return step("Clip", values, constant("low", -end), constant("high", end))

    x = operator.inputs[0].full_name
    if fitted.fill:
        x = step("Where", step("IsNaN", x), constant("filling", [fitted.filling_]), x)
    distance = clipped(step("Sub", x, constant("median", [fitted.median_])), LARGEST)
    z = clipped(step("Mul", distance, constant("factor", [fitted.factor_])), FAR)
    part = step("Div", z, constant("end", END))
    root = step("Sqrt", step("Add", step("Mul", part, part), constant("one", 1)))
    step("Div", z, root, output=operator.outputs[0].full_name)
