"""The encoder of a table, fitted by scikit-learn and kept as ONNX: raw columns in, one float array out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from percept.dataset.cells import LARGEST
from percept.dataset.stored import Array, StoredColumns, each
from percept.errors import UserError
from percept.features.added import Added, cycles, gaps
from percept.features.encoder_onnx import OUTPUT, encoder_to_onnx
from percept.features.levels import filled_levels, frequent
from percept.features.levels import others as rare_levels
from percept.features.table import TableFeatures
from percept.features.target_mean import LearnedTarget, target_means
from percept.features.words import frequent_words
from percept.prepared.raw_inputs import in_parts
from percept.prepared.spec import RawInput

if TYPE_CHECKING:
    from sklearn.compose import ColumnTransformer
    from sklearn.pipeline import Pipeline


@dataclass(frozen=True, eq=False)
class FittedEncoder:
    """An encoder as it is shipped, and what its outputs are."""

    onnx: bytes
    feature_names: tuple[str, ...]  # of each output
    feature_sources: tuple[str, ...]  # the column of the table that each output comes from
    cross_fitted: NDArray[np.float32]  # (training rows, columns): the last outputs, as the network learns from them

    @classmethod
    def fit(
        cls,
        features: TableFeatures,
        inputs: Sequence[RawInput],
        train: Mapping[str, NDArray],
        target: LearnedTarget | None = None,
    ) -> Self:
        """Fit on training rows: columns (rows, 1) by name. target: what target means are of. Raises `UserError`."""
        offsets = {column.name: float(np.nanmedian(train[column.name])) for column in inputs if column.double}
        columns = each(train, lambda name, cells: _near_zero(cells, offsets[name]) if name in offsets else cells)
        others = [column for column in inputs if column.kind != "text"]
        fitted = fit_encoder(features, others, columns) if others else None
        means = target_means(features, inputs, train, target) if target else []
        added = [*added_columns(features, inputs, train, offsets), *(mean.shipped for mean in means)]
        names = [name.partition("__")[2] for name in fitted.get_feature_names_out()] if fitted else []
        sources = feature_sources(fitted, inputs) if fitted else ()
        none = np.empty((len(next(iter(train.values()))), 0), np.float32)
        return cls(
            encoder_to_onnx(fitted, inputs, offsets, added),
            (*names, *(name for columns in added for name in columns.names)),
            (*sources, *(source for columns in added for source in columns.sources)),
            np.concatenate([none, *(mean.cross_fitted for mean in means)], axis=1),
        )

    def encode_training_rows(self, train: Mapping[str, NDArray]) -> Array:
        """Return what the network learns from, (rows, width): as it is shipped, but without a row's own target."""
        return encode(self.onnx, train, self.cross_fitted)


def added_columns(
    features: TableFeatures, inputs: Sequence[RawInput], train: Mapping[str, NDArray], offsets: Mapping[str, float]
) -> list[Added]:
    """Return the columns that stand behind those of `fit_encoder`, before target means."""
    added = gaps(inputs, train) if features.missing.indicator else []
    added += cycles(features.cyclic, features.cyclic_dates, inputs, offsets)
    if features.min_frequency is not None:
        added += rare_levels(features, inputs, train)
    return added + frequent_words(features, inputs, train)


def _near_zero(column: NDArray[np.float64], offset: float) -> NDArray[np.float32]:
    """Take off the offset in 64 bits, as the encoder's ONNX form does: a small difference then keeps its digits."""
    return (column - offset).astype(np.float32)


def fit_encoder(
    features: TableFeatures, inputs: Sequence[RawInput], train: Mapping[str, NDArray]
) -> "ColumnTransformer":
    """Fit a scikit-learn ColumnTransformer on training rows: columns (rows, 1) by name -> (rows, width).

    An unseen category becomes all zeros here. Raises `UserError` when there is no most frequent category.
    """
    import pandas as pd
    from sklearn.base import clone
    from sklearn.compose import ColumnTransformer
    from sklearn.pipeline import make_pipeline

    # By position, as the encoder's ONNX form knows its inputs by other names.
    numeric, category = (
        [index for index, column in enumerate(inputs) if column.kind == kind] for kind in ("numeric", "category")
    )
    number_steps, (text_steps, levels) = _number_steps(features), _text_steps(features, inputs, train)
    numbers, texts = make_pipeline(*number_steps) if number_steps else "passthrough", make_pipeline(*text_steps)
    steps = [("numeric", numbers, numeric), ("category", texts, category)]
    first = {inputs[index].name: pd.Series([0.0], dtype=np.float32) for index in numeric}
    first |= {
        inputs[index].name: pd.Series([level], dtype=object) for index, level in zip(category, levels, strict=True)
    }
    encoder = ColumnTransformer([step for step in steps if step[2]]).fit(pd.DataFrame(first))
    if number_steps and numeric:  # each column by itself, so that no two of them need be in memory
        fitted = [_fitted(clone(numbers), train[inputs[index].name], inputs[index], features) for index in numeric]
        _join(encoder.named_transformers_["numeric"], fitted)
    return encoder


def _fitted(numbers: "Pipeline", cells: NDArray, column: RawInput, features: TableFeatures) -> "Pipeline":
    """Fit to one column. Raises `UserError` where its own numbers leave 32 bits as they are scaled."""
    try:
        with np.errstate(over="raise"):
            return numbers.fit(cells)
    except FloatingPointError:
        far = cells[np.nanargmax(np.abs(cells - np.nanmedian(cells))), 0]
        found = f"{far:g} lies so far from the other numbers that 32 bits cannot hold it"
        advice = "correct the cell, or set features.scaling: robust, which draws far numbers in"
        where = f"features.scaling: {features.scaling}, column {column.name!r}"
        raise UserError(where, found, f"at most {LARGEST:.3g} once it is scaled", advice) from None


def _join(joined: "Pipeline", fitted: Sequence["Pipeline"]) -> None:
    """Give a pipeline of all columns what was fitted to each of them."""
    for step, of_each in zip(joined, zip(*fitted, strict=True), strict=True):
        for name, value in vars(of_each[0]).items():
            if name.endswith("_") and isinstance(value, np.ndarray):
                setattr(step, name, np.concatenate([getattr(one, name) for one in of_each]))


def _number_steps(features: TableFeatures) -> list:
    from sklearn.impute import SimpleImputer

    from percept.features.robust import RobustSmoothClip

    fill = features.missing.numeric if features.missing.numeric in ("median", "mean") else None
    if features.scaling == "robust":
        return [RobustSmoothClip(fill)]
    imputers = [SimpleImputer(strategy=fill, keep_empty_features=True)] if fill else []
    return [*imputers, *_scalers(features.scaling)]


def _text_steps(
    features: TableFeatures, inputs: Sequence[RawInput], train: Mapping[str, NDArray]
) -> tuple[list, list[str | None]]:
    """Return the steps of categories, and a level of each."""
    from sklearn.impute import SimpleImputer
    from sklearn.preprocessing import OneHotEncoder

    if features.missing.category == "most_frequent":
        _check_not_empty(inputs, train)
    kept, fills = [], []
    for column in inputs:
        if column.kind == "category":
            levels, fill = filled_levels(features, train[column.name][:, 0])
            kept.append(np.array(frequent(levels, features.min_frequency, features.max_categories), dtype=object))
            fills.append(fill)
    one_hot = OneHotEncoder(categories=kept, handle_unknown="ignore", sparse_output=False)
    if features.missing.category != "most_frequent":
        return [one_hot], [levels[0] for levels in kept]
    return [SimpleImputer(missing_values="", strategy="most_frequent"), one_hot], fills


def _scalers(scaling: str) -> list:
    """Return the steps of a scaling.

    asinh is linear within the middle half of the values and logarithmic far from it, as log is for positive ones.
    """
    from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, RobustScaler, StandardScaler

    match scaling:
        case "standard":
            return [StandardScaler()]
        case "min_max":
            return [MinMaxScaler()]
        case "asinh":
            return [RobustScaler(), FunctionTransformer(np.arcsinh, feature_names_out="one-to-one"), StandardScaler()]
    return []


def feature_sources(fitted: "ColumnTransformer", inputs: Sequence[RawInput]) -> tuple[str, ...]:
    """Return the column that each output of a fitted encoder comes from."""
    numbers = [column.source for column in inputs if column.kind == "numeric"]
    texts = [column.source for column in inputs if column.kind == "category"]
    categories = fitted.named_transformers_["category"][-1].categories_ if texts else []
    return (*numbers, *(name for name, values in zip(texts, categories, strict=True) for _ in values))


def _check_not_empty(inputs: Sequence[RawInput], train: Mapping[str, NDArray]) -> None:
    for column in inputs:
        if column.kind == "category" and (train[column.name] == "").all():
            raise UserError(
                f"features.category, column {column.name!r}",
                "no training row has a value",
                "one at least (features.missing.category: most_frequent)",
                "move the column to features.drop, or set features.missing.category: own_category",
            )


def encode(encoder: bytes | Path, raw: Mapping[str, NDArray], last: NDArray[np.float32] | None = None) -> Array:
    """Run the encoder on columns (rows, 1); return (rows, width).

    last: (rows, columns) what stands in place of the last columns; None: nothing.
    """
    import onnxruntime

    session = onnxruntime.InferenceSession(str(encoder) if isinstance(encoder, Path) else encoder)
    wanted = [value.name for value in session.get_inputs()]

    def parts() -> Iterator[NDArray[np.float32]]:
        num_rows = 0
        for block in raw.blocks(wanted) if isinstance(raw, StoredColumns) else [{name: raw[name] for name in wanted}]:
            for part in in_parts(block):
                (x,) = session.run([OUTPUT], part)
                if last is not None:
                    x[:, x.shape[1] - last.shape[1] :] = last[num_rows : num_rows + len(x)]
                num_rows += len(x)
                yield x

    none = np.empty((0, session.get_outputs()[0].shape[1]), np.float32)
    return raw.stack(parts(), none) if isinstance(raw, StoredColumns) else np.concatenate([none, *parts()])
