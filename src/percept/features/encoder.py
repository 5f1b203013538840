"""The encoder of a table, fitted by scikit-learn and kept as ONNX: raw columns in, one float array out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from percept.errors import UserError
from percept.features.table import TableFeatures
from percept.prepared.spec import RawInput

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto
    from sklearn.compose import ColumnTransformer

INSIDE = "encoder/"  # before every name that is not a column's, so that a column may be called anything
OUTPUT = f"{INSIDE}features"
# What Keras exports today, so that encoder and network can be joined in one graph.
OPSETS = {"": 15, "ai.onnx.ml": 2}


@dataclass(frozen=True)
class FittedEncoder:
    """An encoder as it is shipped, and what its outputs are."""

    onnx: bytes
    feature_names: tuple[str, ...]  # of each output
    feature_sources: tuple[str, ...]  # the column of the table that each output comes from

    @classmethod
    def fit(cls, features: TableFeatures, inputs: Sequence[RawInput], train: dict[str, NDArray]) -> Self:
        """Fit on training rows: columns (rows, 1) by name. Raises `UserError`."""
        offsets = {column.name: float(np.nanmedian(train[column.name])) for column in inputs if column.double}
        fitted = fit_encoder(
            features, inputs, train | {name: _near_zero(train[name], offsets[name]) for name in offsets}
        )
        names = tuple(name.partition("__")[2] for name in fitted.get_feature_names_out())
        return cls(encoder_to_onnx(fitted, inputs, offsets), names, feature_sources(fitted, inputs))


def _near_zero(column: NDArray[np.float64], offset: float) -> NDArray[np.float32]:
    """Take off the offset in 64 bits, as the encoder's ONNX form does: a small difference then keeps its digits."""
    return (column - offset).astype(np.float32)


def fit_encoder(features: TableFeatures, inputs: Sequence[RawInput], train: dict[str, NDArray]) -> "ColumnTransformer":
    """Fit a scikit-learn ColumnTransformer on training rows: columns (rows, 1) by name -> (rows, width).

    An unseen category becomes all zeros. Raises `UserError` when there is no most frequent category.
    """
    import pandas as pd
    from sklearn.compose import ColumnTransformer
    from sklearn.pipeline import make_pipeline

    # By position, as the encoder's ONNX form knows its inputs by other names.
    numeric, category = (
        [index for index, column in enumerate(inputs) if column.kind == kind] for kind in ("numeric", "category")
    )
    number_steps = _number_steps(features)
    steps = [
        ("numeric", make_pipeline(*number_steps) if number_steps else "passthrough", numeric),
        ("category", make_pipeline(*_text_steps(features, inputs, train)), category),
    ]
    encoder = ColumnTransformer([step for step in steps if step[2]])
    frame = pd.DataFrame({name: pd.Series(column[:, 0], dtype=column.dtype) for name, column in train.items()})
    return encoder.fit(frame)


def _number_steps(features: TableFeatures) -> list:
    from sklearn.impute import SimpleImputer

    from percept.features.robust import RobustSmoothClip

    fill = features.missing.numeric if features.missing.numeric in ("median", "mean") else None
    if features.scaling == "robust":
        return [RobustSmoothClip(fill)]
    imputers = [SimpleImputer(strategy=fill, keep_empty_features=True)] if fill else []
    return [*imputers, *_scalers(features.scaling)]


def _text_steps(features: TableFeatures, inputs: Sequence[RawInput], train: dict[str, NDArray]) -> list:
    from sklearn.impute import SimpleImputer
    from sklearn.preprocessing import OneHotEncoder

    kept = "auto" if features.max_categories is None else _frequent(features, inputs, train)
    one_hot = OneHotEncoder(categories=kept, handle_unknown="ignore", sparse_output=False)
    if features.missing.category != "most_frequent":
        return [one_hot]
    _check_not_empty(inputs, train)
    return [SimpleImputer(missing_values="", strategy="most_frequent"), one_hot]


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


def _frequent(
    features: TableFeatures, inputs: Sequence[RawInput], train: dict[str, NDArray]
) -> list[NDArray[np.object_]]:
    """Return the most frequent categories of each text input, sorted."""
    kept = []
    for column in inputs:
        if column.kind == "category":
            cells = train[column.name][:, 0].astype(str)
            if features.missing.category == "most_frequent":
                cells = cells[cells != ""]  # none is empty any more when they are encoded
            values, counts = np.unique(cells, return_counts=True)
            most = np.argsort(-counts, kind="stable")[: features.max_categories]
            kept.append(np.sort(values[most]).astype(object))
    return kept


def feature_sources(fitted: "ColumnTransformer", inputs: Sequence[RawInput]) -> tuple[str, ...]:
    """Return the column that each output of a fitted encoder comes from."""
    numbers = [column.source for column in inputs if column.kind == "numeric"]
    texts = [column.source for column in inputs if column.kind == "category"]
    categories = fitted.named_transformers_["category"][-1].categories_ if texts else []
    return (*numbers, *(name for name, values in zip(texts, categories, strict=True) for _ in values))


def _check_not_empty(inputs: Sequence[RawInput], train: dict[str, NDArray]) -> None:
    for column in inputs:
        if column.kind == "category" and (train[column.name] == "").all():
            raise UserError(
                f"features.category, column {column.name!r}",
                "no training row has a value",
                "one at least (features.missing.category: most_frequent)",
                "move the column to features.drop, or set features.missing.category: own_category",
            )


def encoder_to_onnx(
    fitted: "ColumnTransformer", columns: Sequence[RawInput], offsets: Mapping[str, float] = MappingProxyType({})
) -> bytes:
    """Convert a fitted ColumnTransformer to ONNX.

    offsets: what is taken off some columns in 64 bits before all else. The result has one input (rows, 1) for each,
    named as the column: text for category, double where there is an offset, else float; and one output (rows, width).
    """
    from onnx.compose import add_prefix
    from skl2onnx import convert_sklearn
    from skl2onnx.common.data_types import FloatTensorType, StringTensorType
    from sklearn.preprocessing import FunctionTransformer

    from percept.features.robust import RobustSmoothClip, add_robust

    types = {"numeric": FloatTensorType, "category": StringTensorType}
    inputs = [(f"column_{index}", types[column.kind]([None, 1])) for index, column in enumerate(columns)]
    model = convert_sklearn(
        fitted,
        "encoder",
        inputs,
        target_opset=OPSETS,
        # skl2onnx knows no function but the identity
        custom_conversion_functions={FunctionTransformer: _add_function, RobustSmoothClip: add_robust},
        custom_shape_calculators={FunctionTransformer: _keep_shape, RobustSmoothClip: _keep_shape},
    )
    model = add_prefix(model, INSIDE)
    _set_opsets(model)
    names = {f"{INSIDE}{name}": column.name for (name, _), column in zip(inputs, columns, strict=True)}
    _rename(model, names | {model.graph.output[0].name: OUTPUT})
    for name, offset in offsets.items():
        _take_off(model.graph, name, offset)
    return model.SerializeToString()


def _set_opsets(model: "ModelProto") -> None:
    """Replace the opsets of the converter: the lowest that would do, in an order that changes from run to run."""
    from onnx.helper import make_opsetid

    domains = sorted(opset.domain for opset in model.opset_import)
    del model.opset_import[:]
    model.opset_import.extend(make_opsetid(domain, OPSETS[domain]) for domain in domains)


def _rename(model: "ModelProto", names: dict[str, str]) -> None:
    """Give inputs and output the names people know: the converter bends them to identifiers."""
    for node in model.graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]
    for value in [*model.graph.input, *model.graph.output]:
        value.name = names.get(value.name, value.name)


def _take_off(graph: "GraphProto", column: str, offset: float) -> None:
    """Let an input be double, and begin with what `_near_zero` does."""
    from onnx import TensorProto, helper

    distance, rounded, constant = (f"{INSIDE}{part}/{column}" for part in ("distance", "rounded", "offset"))
    for node in graph.node:
        node.input[:] = [rounded if name == column else name for name in node.input]
    (value,) = (value for value in graph.input if value.name == column)
    value.type.tensor_type.elem_type = TensorProto.DOUBLE
    graph.initializer.append(helper.make_tensor(constant, TensorProto.DOUBLE, [1], [offset]))
    graph.node.insert(0, helper.make_node("Cast", [distance], [rounded], to=TensorProto.FLOAT))
    graph.node.insert(0, helper.make_node("Sub", [column, constant], [distance]))


def _add_function(scope: Any, operator: Any, container: Any) -> None:  # skl2onnx has no types
    """Convert the asinh of `_scalers`, or the function that scikit-learn makes of "passthrough"."""
    kind = "Asinh" if operator.raw_operator.func is np.arcsinh else "Identity"
    names = [operator.inputs[0].full_name], [operator.outputs[0].full_name]
    container.add_node(kind, *names, name=scope.get_unique_operator_name(kind), op_version=9)


def _keep_shape(operator: Any) -> None:
    operator.outputs[0].type = operator.inputs[0].type


def encode(encoder: bytes | Path, raw: dict[str, NDArray]) -> NDArray[np.float32]:
    """Run the encoder on columns (rows, 1); return (rows, width)."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(encoder) if isinstance(encoder, Path) else encoder)
    wanted = {value.name for value in session.get_inputs()}
    return session.run([OUTPUT], {name: column for name, column in raw.items() if name in wanted})[0]
