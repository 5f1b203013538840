"""From a fitted network to decisions: the temperature of its probabilities and the threshold of each unit.

Both are chosen on the validation rows, and the shipped file carries them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import keras
import numpy as np
import onnx
from numpy.typing import NDArray

from percept.errors import UserError
from percept.model_file import session as shipped
from percept.objective import AUXILIARY, Objective
from percept.prepared.examples import Examples
from percept.training.threshold import choose_thresholds

BATCH = 4096  # rows
LOG_TEMPERATURES = (-3.0, 3.0)  # natural logarithm: 0.05 to 20
PRIOR_DEVIATION = 0.5  # of it, expected about 0: rows that are all right would make the temperature 0


@dataclass(frozen=True)
class Decision:
    """How probabilities are made and judged."""

    temperature: float = 1.0
    thresholds: tuple[float, ...] = ()  # of each logistic unit; a softmax takes the likeliest class


def check_can_be_chosen(objective: Objective, num_validation: int) -> None:
    """Raise `UserError` where validation rows are wanted and there are none."""
    wanted = {name: getattr(objective, name, "none") for name in ("threshold", "calibration")}
    for name, value in wanted.items():
        if isinstance(value, str) and value != "none" and not num_validation:
            where, advice = f"objective.{name} = {value!r}", "set split.validation, or leave the option at its default"
            raise UserError(where, "no validation rows to choose it on", "some", advice)


def decide_on(model: keras.Model, validation: Examples, objective: Objective) -> Decision:
    """Choose the temperature, bring it into the model, and choose the thresholds of what it gives then.

    validation: with y as `load_examples` gives it. Raises `UserError`.
    """
    if objective.kind == "regression":
        return Decision()
    temperature = 1.0
    if objective.calibration == "temperature":
        with _linear_output(model):
            logits = _main_output(model, validation.x)
        temperature = fit_temperature(logits, validation.y)
        calibrate(model, temperature)
    if objective.kind == "multiclass":
        return Decision(temperature)
    y = validation.y if validation.y.ndim == 2 else validation.y[:, np.newaxis]  # (rows, units)
    if isinstance(objective.threshold, float):
        return Decision(temperature, (objective.threshold,) * y.shape[1])
    return Decision(temperature, choose_thresholds(objective.threshold, y, _main_output(model, validation.x)))


def fit_temperature(logits: NDArray, y: NDArray[np.int64]) -> float:
    """The likeliest T, given that the probabilities of logits / T were seen to come true so (Guo et al. 2017).

    logits: (rows, classes) with y: (rows,) class index, or (rows, units) of logistic units with y: (rows[, units]).
    """
    from scipy.optimize import minimize_scalar
    from scipy.special import logsumexp

    logits = logits.astype(np.float64)

    def unlikeliness(log_temperature: float) -> float:
        z = logits / np.exp(log_temperature)
        if z.shape[1] > 1 and y.ndim == 1:
            log_losses = logsumexp(z, axis=1) - z[np.arange(len(z)), y]
        else:
            log_losses = np.logaddexp(0, np.where(y.reshape(z.shape) == 1, -z, z))
        return log_losses.sum() + 0.5 * (log_temperature / PRIOR_DEVIATION) ** 2

    return float(np.exp(minimize_scalar(unlikeliness, bounds=LOG_TEMPERATURES, method="bounded").x))


def calibrate(model: keras.Model, temperature: float) -> None:
    """Divide the logits of the main output by the temperature, in its weights. Raises `UserError`."""
    layer = _output_layer(model)
    layer.set_weights([weight / temperature for weight in layer.get_weights()])


def _output_layer(model: keras.Model) -> keras.layers.Dense:
    for layer in model._flatten_layers(include_self=False):  # public `layers` stops at a network inside the network
        if layer.name in ("probability", "probabilities"):
            return layer
    advice = "end in `percept.models.layers.output_layer(spec, objective)`, or set it to none"
    raise UserError("objective.calibration", "a network of another output layer", "the one the task wants", advice)


@contextmanager
def _linear_output(model: keras.Model) -> Iterator[None]:
    """The main output gives logits meanwhile."""
    layer = _output_layer(model)
    activation, layer.activation = layer.activation, keras.activations.linear
    try:
        yield
    finally:
        layer.activation = activation


def _main_output(model: keras.Model, x: NDArray) -> NDArray[np.float32]:
    chunks = []
    for start in range(0, len(x), BATCH):
        found = model(x[start : start + BATCH], training=False)
        if isinstance(found, dict):
            found = next(value for name, value in found.items() if name != AUXILIARY)
        chunks.append(np.asarray(found))
    return np.concatenate(chunks)


def append_decision(graph: onnx.GraphProto, kind: str, classes: tuple[str, ...], thresholds: tuple[float, ...]) -> None:
    """Add the output that says yes or no to each label, 0 or 1 (rows, labels), or names the class, text (rows,)."""
    if kind == "multilabel":
        _append_answers(graph, thresholds, shipped.DECISION)
        output = (onnx.TensorProto.INT64, ["rows", len(thresholds)])
    else:
        index, names = f"{shipped.DECISION}/index", f"{shipped.DECISION}/classes"
        if kind == "binary":
            _append_answers(graph, thresholds, f"{shipped.DECISION}/answers")
            axes = onnx.numpy_helper.from_array(np.array([1]), f"{shipped.DECISION}/axes")
            graph.initializer.append(axes)
            graph.node.append(onnx.helper.make_node("Squeeze", [f"{shipped.DECISION}/answers", axes.name], [index]))
        else:
            graph.node.append(onnx.helper.make_node("ArgMax", [shipped.OUTPUT], [index], axis=1, keepdims=0))
        texts = [name.encode() for name in classes]
        graph.initializer.append(onnx.helper.make_tensor(names, onnx.TensorProto.STRING, [len(texts)], texts))
        graph.node.append(onnx.helper.make_node("Gather", [names, index], [shipped.DECISION]))
        output = (onnx.TensorProto.STRING, ["rows"])
    graph.output.append(onnx.helper.make_tensor_value_info(shipped.DECISION, *output))


def _append_answers(graph: onnx.GraphProto, thresholds: tuple[float, ...], name: str) -> None:
    """Whether each probability is above its threshold: 0 or 1, (rows, units)."""
    limits = onnx.numpy_helper.from_array(np.array([thresholds], np.float32), f"{shipped.DECISION}/thresholds")
    graph.initializer.append(limits)
    above = f"{shipped.DECISION}/above"
    graph.node.append(onnx.helper.make_node("Greater", [shipped.OUTPUT, limits.name], [above]))
    graph.node.append(onnx.helper.make_node("Cast", [above], [name], to=onnx.TensorProto.INT64))
