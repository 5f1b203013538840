"""Compile a network for its objective and fit it, the same bits for the same seed."""

from dataclasses import dataclass, replace
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from percept.errors import UserError, listed, nearest
from percept.objective import AUXILIARY, Objective
from percept.prepared.examples import Examples
from percept.prepared.spec import DatasetSpec
from percept.training.callbacks import Best, History, LearningRate, Progress, StopWhenNotFinite, larger_is_better
from percept.training.engines.choice import fit_with_engine
from percept.training.optimizer import Optimizer, build_optimizer
from percept.training.options import Fit
from percept.training.schedule import Constant, Plateau
from percept.training.tensorboard import Scalars, write_graph


@dataclass(frozen=True)
class Fitted:
    """What a fit leaves, beside the weights in the model."""

    history: History
    best: Best


def seed_everything(seed: int) -> None:
    """One seed for weights, shuffle and dropout, and operations that repeat to the bit."""
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()


def compile_model(
    model: keras.Model,
    objective: Objective,
    optimizer: Optimizer,
    options: Fit,
    num_rows: int,
    auxiliary_weight: float = 0.0,
) -> None:
    """Attach loss and the metric shown while training, for each output, and the optimizer with its schedule."""
    settings = {"loss": objective.loss, "metrics": [_metric(objective)]}
    if isinstance(model.output, dict):
        weights = {name: auxiliary_weight if name == AUXILIARY else 1 - auxiliary_weight for name in model.output}
        settings = {
            "loss": dict.fromkeys(model.output, objective.loss),
            "metrics": {name: [_metric(objective)] for name in model.output},
            "loss_weights": weights,
        }
    model.compile(build_optimizer(optimizer, options.epochs, options.steps_per_epoch(num_rows)), **settings)


def _metric(objective: Objective) -> keras.metrics.Metric:
    match objective.kind:
        case "binary" | "multilabel":
            return keras.metrics.BinaryAccuracy(name="accuracy")
        case "multiclass" if objective.one_hot:
            return keras.metrics.CategoricalAccuracy(name="accuracy")
        case "multiclass":
            return keras.metrics.SparseCategoricalAccuracy(name="accuracy")
        case "regression":
            return keras.metrics.MeanAbsoluteError(name="mae")


def network_targets(examples: Examples, spec: DatasetSpec, objective: Objective, model: keras.Model) -> Examples:
    """Targets as the loss wants them, for each output: (rows, units), or class numbers (rows, 1)."""
    y = examples.y
    match objective.kind:
        case "multiclass" if objective.one_hot:
            y = np.eye(len(spec.classes), dtype=np.float32)[y]
        case "multiclass":
            y = y[:, np.newaxis]
        case "binary":
            y = y[:, np.newaxis].astype(np.float32)
        case "multilabel":
            y = y.astype(np.float32)
        case "regression":
            columns = zip(spec.target_scales, y.T, strict=True)
            y = np.column_stack([scale.learned(values) for scale, values in columns]).astype(np.float32)
    if isinstance(model.output, dict):
        y = dict.fromkeys(model.output, y)
    return Examples(examples.x, y, examples.weight)


def class_weights(y: NDArray[np.int64], classes: tuple[str, ...], objective: Objective) -> NDArray[np.float32] | None:
    """How much each row counts in the loss, (rows,), or None where all count the same. Raises `UserError`.

    y: (rows,) class index. Balanced is rows / (classes * rows of the class), as in King & Zeng 2001.
    """
    wanted = getattr(objective, "class_weights", "none")
    if wanted == "none":
        return None
    if wanted == "balanced":
        counts = np.bincount(y, minlength=len(classes))
        return (len(y) / (len(classes) * counts[y])).astype(np.float32)
    for name in wanted:
        if name not in classes:
            found = f"class {name!r}{nearest(name, classes)}"
            raise UserError("objective.class_weights", found, f"some of {listed(classes)}", "correct the name")
    return np.array([wanted.get(name, 1.0) for name in classes], np.float32)[y]


def weighted(examples: Examples, spec: DatasetSpec, objective: Objective) -> Examples:
    """With the weight of each row's class times its own. Raises `UserError`."""
    weight = class_weights(examples.y, spec.classes, objective)
    if weight is not None and examples.weight is not None:
        weight = weight * examples.weight
    return examples if weight is None else replace(examples, weight=weight)


def fit(
    model: keras.Model,
    train: Examples,
    validation: Examples,
    options: Fit,
    log_dir: Path,
    optimizer: Optimizer,
) -> Fitted:
    """Fit a compiled model; afterwards it has the weights that `options.weights` names. Raises `UserError`."""
    best = Best(f"val_{options.monitor}" if len(validation) else options.monitor, options.patience)
    fitted = Fitted(History(), best)
    write_graph(model, log_dir)
    callbacks = [StopWhenNotFinite(), fitted.history, best, Progress(options.epochs), Scalars(log_dir)]
    if isinstance(optimizer.schedule, Plateau):
        mode = "max" if larger_is_better(best.monitor) else "min"
        # First, as it puts the learning rate among the logs.
        factor, patience = optimizer.schedule.factor, optimizer.schedule.patience
        callbacks.insert(0, keras.callbacks.ReduceLROnPlateau(best.monitor, factor, patience, mode=mode))
    elif not isinstance(optimizer.schedule, Constant):
        callbacks.insert(0, LearningRate(optimizer, options.epochs, options.steps_per_epoch(len(train))))
    if options.checkpoints:
        callbacks.append(checkpoints(best.monitor, log_dir / "checkpoints"))
    fit_with_engine(model, train, validation, options, callbacks)
    if options.weights == "best":
        model.set_weights(best.weights)
    return fitted


def checkpoints(monitor: str, folder: Path) -> keras.callbacks.ModelCheckpoint:
    """A file for each epoch that was the best so far, named by epoch and value."""
    folder.mkdir(parents=True, exist_ok=True)
    mode = "max" if larger_is_better(monitor) else "min"
    file = folder / f"{{epoch:03d}}-{{{monitor}:.4f}}.keras"
    return keras.callbacks.ModelCheckpoint(file, monitor, mode=mode, save_best_only=True)
