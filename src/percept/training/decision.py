"""How the probabilities of a fitted network become decisions: a temperature, and the threshold of each unit.

Both are chosen on the validation rows, and the shipped file carries them.
"""

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logsumexp, softmax

from percept.dataset.stored import Array
from percept.errors import UserError
from percept.model_file.metadata import Decision
from percept.objective import AUXILIARY, EVEN, Objective
from percept.prepared.examples import Examples
from percept.prepared.spec import DatasetSpec

BATCH = 4096  # rows
LOG_TEMPERATURES = (-3.0, 3.0)  # natural logarithm: 0.05 to 20
PRIOR_DEVIATION = 0.5  # of the logarithm, about 0; without a prior, rows that are all right make the temperature 0


def check_can_be_chosen(objective: Objective, num_validation: int) -> None:
    """Raise `UserError` where an option needs validation rows and there are none."""
    wanted = {name: getattr(objective, name, "none") for name in ("threshold", "calibration")}
    for name, value in wanted.items():
        if isinstance(value, str) and value != "none" and not num_validation:
            where, advice = f"objective.{name} = {value!r}", "set split.validation, or leave the option at its default"
            raise UserError(where, "no validation rows to choose it on", "some", advice)


def decide_on(
    model: keras.Model, validation: Examples, objective: Objective, logits: NDArray | None = None
) -> Decision:
    """Choose the temperature, divide the logits of the model by it, then choose thresholds for its probabilities.

    validation: with y as `load_examples` gives it; logits: of these rows, (rows, units), where it is not the model as a
    whole that says something of them. Raises `UserError`.
    """
    if objective.kind == "regression":
        return Decision()
    temperature = 1.0
    if objective.calibration == "temperature":
        temperature = fit_temperature(_logits(model, validation.x) if logits is None else logits, validation.y)
        calibrate(model, temperature)
    if objective.kind == "multiclass":
        return Decision(temperature)
    y = validation.y if validation.y.ndim == 2 else validation.y[:, np.newaxis]  # (rows, units)
    if isinstance(objective.threshold, float):
        return Decision(temperature, (objective.threshold,) * y.shape[1])
    probability = _main_output(model, validation.x) if logits is None else expit(logits / temperature)
    return Decision(temperature, choose_thresholds(objective.threshold, y, probability))


def answers(logits: NDArray, spec: DatasetSpec, decision: Decision) -> NDArray[np.float32]:
    """Return what the shipped file would answer, given logits or values as the network learns them."""
    if spec.target_scales:
        return spec.own(logits).astype(np.float32)
    logits = logits / decision.temperature
    return (softmax(logits, axis=1) if logits.shape[1] == len(spec.classes) else expit(logits)).astype(np.float32)


def fit_temperature(logits: NDArray, y: NDArray[Any]) -> float:
    """Return the most probable T, given y, where logits / T give the probabilities (Guo et al. 2017; prior about 1).

    logits: (rows, classes) with y: (rows,) class index, or (rows, units) of logistic units with y: (rows[, units]).
    """
    from scipy.optimize import minimize_scalar

    logits = logits.astype(np.float64)

    def negative_log_posterior(log_temperature: float) -> float:
        z = logits / np.exp(log_temperature)
        if z.shape[1] > 1 and y.ndim == 1:
            log_losses = logsumexp(z, axis=1) - z[np.arange(len(z)), y]
        else:
            log_losses = np.logaddexp(0, np.where(y.reshape(z.shape) == 1, -z, z))
        return log_losses.sum() + 0.5 * (log_temperature / PRIOR_DEVIATION) ** 2

    return float(np.exp(minimize_scalar(negative_log_posterior, bounds=LOG_TEMPERATURES, method="bounded").x))


def calibrate(model: keras.Model, temperature: float) -> None:
    """Divide the logits of the main output by the temperature, in its weights. Raises `UserError`."""
    layer = _output_layer(model)
    layer.set_weights([weight / temperature for weight in layer.get_weights()])


def _output_layer(model: keras.Model) -> keras.layers.Dense:
    """Return the layer that gives the main output. Raises `UserError` where a custom network has another."""
    for layer in model._flatten_layers(include_self=False):  # public `layers` stops at a network inside the network
        if layer.name in ("probability", "probabilities"):
            return layer
    advice = "end in `percept.models.layers.output_layer(spec, objective)`, or set it to none"
    raise UserError("objective.calibration", "a network of another output layer", "the one the task wants", advice)


def _logits(model: keras.Model, x: Array) -> NDArray[np.float32]:
    """Return what the main output gives without its activation, (rows, units)."""
    layer = _output_layer(model)
    activation, layer.activation = layer.activation, keras.activations.linear
    try:
        return _main_output(model, x)
    finally:
        layer.activation = activation


def _main_output(model: keras.Model, x: Array) -> NDArray[np.float32]:
    """Return the main output of a network for `x`, (rows, units)."""
    chunks = []
    for start in range(0, len(x), BATCH):
        found = model(x[start : start + BATCH], training=False)
        if isinstance(found, dict):
            found = next(value for name, value in found.items() if name != AUXILIARY)
        chunks.append(np.asarray(found))
    return np.concatenate(chunks)


def choose_thresholds(metric: str, y: NDArray[Any], probability: NDArray[np.float32]) -> tuple[float, ...]:
    """Return for each unit the threshold with the highest accuracy, balanced_accuracy or f1; of equals, nearest 0.5.

    y: (rows, units) of 0 and 1; probability: (rows, units). A unit whose rows all have one answer gets one half.
    """
    return tuple(_best_threshold(metric, *columns) for columns in zip(y.T, probability.T, strict=True))


def _best_threshold(metric: str, y: NDArray[np.int64], probability: NDArray[np.float32]) -> float:
    num_positive, num_negative = int(y.sum()), int((1 - y).sum())
    if not num_positive or not num_negative:
        return EVEN
    values, index = np.unique(probability, return_inverse=True)
    # Above values[i] lie the rows of all later values: so many of them are positive, so many negative.
    true_positive = num_positive - np.cumsum(np.bincount(index, weights=y))
    false_positive = num_negative - np.cumsum(np.bincount(index, weights=1 - y))
    true_negative = num_negative - false_positive
    score: NDArray[np.float64]
    match metric:
        case "accuracy":
            score = (true_positive + true_negative).astype(np.float64)
        case "balanced_accuracy":
            score = true_positive / num_positive + true_negative / num_negative
        case "f1":
            score = 2 * true_positive / (true_positive + false_positive + num_positive)
    # Halfway to the next value, or the value itself where float32 has nothing between the two.
    halfway = values + (np.append(values[1:], values[-1]) - values) / 2
    candidates = np.where(halfway < np.append(values[1:], np.inf), halfway, values)
    best = np.flatnonzero(score >= score.max() - 1e-12)
    return float(candidates[best[np.argmin(np.abs(candidates[best] - EVEN))]])
