"""Compile a network for its objective and fit it, the same bits for the same seed."""

from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from percept.objective import Objective
from percept.optimizer import Optimizer, build_optimizer
from percept.prepared import Examples
from percept.spec import DatasetSpec
from percept.training.callbacks import Best, History, Progress, StopWhenNotFinite
from percept.training.engine import ENGINES, choose
from percept.training.options import Fit


@dataclass(frozen=True)
class Fitted:
    """What a fit leaves, beside the weights in the model."""

    history: History
    best: Best


def seed_everything(seed: int) -> None:
    """One seed for weights, shuffle and dropout, and operations that repeat to the bit."""
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()


def compile_model(model: keras.Model, objective: Objective, optimizer: Optimizer) -> None:
    """Attach optimizer, loss and the metric shown while training."""
    match objective.kind:
        case "binary":
            metric = keras.metrics.BinaryAccuracy(name="accuracy")
        case "multiclass" if objective.one_hot:
            metric = keras.metrics.CategoricalAccuracy(name="accuracy")
        case "multiclass":
            metric = keras.metrics.SparseCategoricalAccuracy(name="accuracy")
        case "regression":
            metric = keras.metrics.MeanAbsoluteError(name="mae")
    model.compile(optimizer=build_optimizer(optimizer), loss=objective.loss, metrics=[metric])


def network_targets(examples: Examples, spec: DatasetSpec, objective: Objective) -> Examples:
    """Targets as the loss wants them: (rows, 1), one-hot (rows, classes), or scaled values (rows, 1)."""
    y = examples.y
    match objective.kind:
        case "multiclass" if objective.one_hot:
            y = np.eye(len(spec.classes), dtype=np.float32)[y]
        case "multiclass":
            y = y[:, np.newaxis]
        case "binary":
            y = y[:, np.newaxis].astype(np.float32)
        case "regression":
            scale = spec.target_scale
            y = (np.log1p(y) if scale.log else y)[:, np.newaxis]
            y = ((y - scale.mean) / scale.deviation).astype(np.float32)
    return Examples(examples.x, y)


def write_graph(model: keras.Model, log_dir: Path) -> None:
    """Put the network, from inputs to outputs, into TensorBoard's graph page."""
    example = tf.TensorSpec((None, *model.input_shape[1:]), model.input.dtype)
    forward = tf.function(lambda x: model(x, training=False)).get_concrete_function(example)
    with tf.summary.create_file_writer(str(log_dir / "train")).as_default():
        tf.summary.graph(forward.graph)


def fit(
    model: keras.Model,
    train: Examples,
    validation: Examples,
    plan: Fit,
    log_dir: Path,
) -> Fitted:
    """Fit a compiled model; afterwards it has the weights that `plan.weights` names. Raises `UserError`."""
    monitor = "val_loss" if len(validation) else "loss"
    fitted = Fitted(History(), Best(monitor))
    callbacks = [StopWhenNotFinite(), fitted.history, fitted.best, Progress(plan.epochs)]
    write_graph(model, log_dir)
    callbacks.append(keras.callbacks.TensorBoard(log_dir, write_graph=False, update_freq="epoch"))
    if plan.patience:
        callbacks.append(keras.callbacks.EarlyStopping(monitor, mode="min", patience=plan.patience))
    engine, reason = choose(plan, model, train, validation)
    print(f"train: engine {engine}: {reason}", flush=True)
    ENGINES[engine](model, train, validation, plan, callbacks)
    if plan.weights == "best":
        model.set_weights(fitted.best.weights)
    return fitted
