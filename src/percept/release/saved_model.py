"""The shipped file as a TensorFlow SavedModel, for TF Serving: raw columns or pixels in, the same outputs out.

The network is Keras' own. What stands before and after it in the shipped file, encoder and decision, is built again
from TensorFlow's operations, node by node, so that it is described once and there is no second description to keep in
step.
"""

import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import onnx
import tensorflow as tf
from numpy.typing import NDArray

from percept.features.encoder_onnx import OUTPUT as ENCODED
from percept.model_file.export import named_outputs
from percept.model_file.fresh_process import answer

ABOUT = Path("assets.extra/percept.json")  # in the SavedModel, where TF Serving lets other files lie


def save_saved_model(network: keras.Model, file: onnx.ModelProto, folder: Path) -> None:
    """Write `network`, with what `file` has around it, to an empty folder, and the metadata of `file` as `ABOUT`.

    The inputs of its signature are named as the columns where TensorFlow takes these names (see `signature_names`).
    """
    names = signature_names(value.name for value in file.graph.input)
    module = tf.Module()
    module.network = network

    @tf.function(autograph=False)
    def serve(**inputs: tf.Tensor) -> dict[str, tf.Tensor]:
        return _outputs(network, file.graph, {column: inputs[name] for column, name in names.items()})

    signature = serve.get_concrete_function(**{names[value.name]: _tensor(value) for value in file.graph.input})
    tf.saved_model.save(module, str(folder), signatures=signature)
    about = {entry.key: entry.value for entry in file.metadata_props}
    about["signature"] = {name: column for column, name in names.items()}
    (folder / ABOUT).parent.mkdir(exist_ok=True)
    (folder / ABOUT).write_text(json.dumps(about, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def predict(folder: Path, raw: dict[str, NDArray]) -> dict[str, NDArray]:
    """Predict by a SavedModel, as `session.predict` does by an ONNX file."""
    columns = json.loads((folder / ABOUT).read_text(encoding="utf-8"))["signature"]
    inputs = {name: raw[column] for name, column in columns.items()}
    inputs = {name: tf.constant(x.astype(object) if x.dtype.kind == "U" else x) for name, x in inputs.items()}
    found = tf.saved_model.load(str(folder)).signatures["serving_default"](**inputs)
    return {name: _texts(values.numpy()) for name, values in found.items()}


def _texts(values: NDArray) -> NDArray:
    return np.array([text.decode() for text in values], object) if values.dtype == object else values


def signature_names(columns: Iterable[str]) -> dict[str, str]:
    """Map each column to a unique name of ASCII letters, digits and _, as TensorFlow wants; column_3 for others."""
    names: dict[str, str] = {}
    for number, column in enumerate(columns, start=1):
        plain = re.sub(r"[^A-Za-z0-9]+", "_", column).strip("_")
        has_others = any(letter.isalpha() and not letter.isascii() for letter in column)
        name = f"column_{number}" if has_others or not re.match("[A-Za-z]", plain) else plain
        names[column] = f"{name}_{number}" if name.lower() in map(str.lower, names.values()) else name
    return names


def _tensor(value: onnx.ValueInfoProto) -> tf.TensorSpec:
    described = value.type.tensor_type
    shape = [None, *(side.dim_value for side in described.shape.dim[1:])]
    return tf.TensorSpec(shape, _dtype(described.elem_type))


def _dtype(element: int) -> tf.DType:
    return (
        tf.string if element == onnx.TensorProto.STRING else tf.as_dtype(onnx.helper.tensor_dtype_to_np_dtype(element))
    )


def _outputs(network: keras.Model, graph: onnx.GraphProto, raw: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    values = Values(graph, raw)
    pixels = next(iter(raw.values()))
    x = values[ENCODED] if ENCODED in values.makers else pixels
    values.known |= named_outputs(network(x, training=False))
    return {output.name: values[output.name] for output in graph.output}


class Values:
    """The values of an ONNX graph by name, each made by TensorFlow's operations when it is first needed."""

    def __init__(self, graph: onnx.GraphProto, known: dict[str, tf.Tensor]) -> None:
        self.known = dict(known)
        self.constants = {constant.name: constant for constant in graph.initializer}
        self.makers = {name: node for node in graph.node for name in node.output}

    def __getitem__(self, name: str) -> tf.Tensor:
        if name not in self.known:
            if name in self.constants:
                self.known[name] = tf.constant(onnx.numpy_helper.to_array(self.constants[name]))
            else:
                node = self.makers[name]
                options = {option.name: onnx.helper.get_attribute_value(option) for option in node.attribute}
                self.known[name] = OPERATIONS[node.op_type](options, *(self[used] for used in node.input))
        return self.known[name]


def _one_hot(options: dict[str, Any], x: tf.Tensor) -> tf.Tensor:
    """Turn (rows, 1) into (rows, 1, categories); an unknown value becomes all zeros."""
    return tf.cast(tf.equal(x[..., tf.newaxis], tf.constant(options["cats_strings"])), tf.float32)


def _looked_up(options: dict[str, Any], x: tf.Tensor) -> tf.Tensor:
    """Return for each element the value of its key, or the default where it is no key."""
    keys, values, default = (
        next(tf.constant(found) for name, found in options.items() if name.startswith(part))
        for part in ("keys_", "values_", "default_")
    )
    found = tf.equal(x[..., tf.newaxis], keys if keys.dtype == x.dtype else tf.cast(keys, x.dtype))
    value = tf.gather(values, tf.argmax(found, axis=-1))
    return tf.where(tf.reduce_any(found, axis=-1), value, tf.cast(default, values.dtype))


def _split_into_words(options: dict[str, Any], x: tf.Tensor) -> tf.Tensor:
    """Turn texts (rows,) into their words, (rows, words of the longest), with "" behind the last of each."""
    letters = options["tokenexp"].decode().removeprefix("[").removesuffix("]+")
    return tf.strings.split(tf.strings.regex_replace(x, f"[^{letters}]+", " ")).to_tensor("")


def _counted_words(options: dict[str, Any], x: tf.Tensor) -> tf.Tensor:
    """Return how often each word of the pool stands in each row of words, (rows, words)."""
    places = options["ngram_indexes"]
    none = max(places) + 1  # the place of all other words
    words, index = tf.unique(tf.reshape(x, [-1]))
    keys = {"keys_strings": options["pool_strings"], "values_int64s": places, "default_int64": none}
    numbers = tf.reshape(tf.gather(_looked_up(keys, words), index), tf.shape(x))
    return tf.cast(tf.math.bincount(numbers, minlength=none + 1, maxlength=none + 1, axis=-1)[:, :none], tf.float32)


# The ONNX operations of encoders and of the decision: name -> function of (options, *inputs).
OPERATIONS: dict[str, Callable[..., tf.Tensor]] = {
    "Add": lambda _, x, y: x + y,
    "ArgMax": lambda options, x: tf.argmax(x, axis=options["axis"]),
    "ArrayFeatureExtractor": lambda _, x, indices: tf.gather(x, tf.reshape(indices, [-1]), axis=-1),
    "Asinh": lambda _, x: tf.asinh(x),
    "Cast": lambda options, x: tf.cast(x, _dtype(options["to"])),
    "Clip": lambda _, x, low, high: tf.clip_by_value(x, low, high),
    "Concat": lambda options, *parts: tf.concat(parts, axis=options["axis"]),
    "Cos": lambda _, x: tf.cos(x),
    "Div": lambda _, x, y: x / y,
    "Gather": lambda options, x, indices: tf.gather(x, indices, axis=options.get("axis", 0)),
    "Greater": lambda _, x, y: tf.greater(x, y),
    "Identity": lambda _, x: x,
    "Imputer": lambda options, x: tf.where(tf.math.is_nan(x), tf.constant(options["imputed_value_floats"]), x),
    "IsNaN": lambda _, x: tf.math.is_nan(x),
    "LabelEncoder": _looked_up,
    "Mod": lambda _, x, y: tf.truncatemod(x, y),  # of numbers with a fraction, as fmod=1 says
    "Mul": lambda _, x, y: x * y,
    "OneHotEncoder": _one_hot,
    "Reshape": lambda _, x, shape: tf.reshape(x, shape),
    "Scaler": lambda options, x: (x - tf.constant(options["offset"])) * tf.constant(options["scale"]),
    "Sin": lambda _, x: tf.sin(x),
    "Sqrt": lambda _, x: tf.sqrt(x),
    "Squeeze": lambda _, x, axes: tf.squeeze(x, axis=tf.get_static_value(axes).tolist()),
    "Sub": lambda _, x, y: x - y,
    "TfIdfVectorizer": _counted_words,
    "Tokenizer": _split_into_words,
    "Where": lambda _, condition, x, y: tf.where(condition, x, y),
}


if __name__ == "__main__":
    answer(predict)
