"""Compile a network for its objective and fit it, the same bits for the same seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from percept.models.member_network import MemberNetwork
from percept.objective import AUXILIARY, Objective
from percept.training.callbacks import Best, History, LearningRate, Tell
from percept.training.custom_objects import SmoothedAccuracy
from percept.training.engines.choice import fit_with_engine
from percept.training.fit_data import FitData
from percept.training.monitor import Monitor, metric_name
from percept.training.numerical_faults import StopWhenNotFinite
from percept.training.optimizer import Optimizer
from percept.training.options import Fit
from percept.training.resume.backups import NONE, Backups
from percept.training.schedule import Constant, Plateau


@dataclass(frozen=True)
class Fitted:
    """What a fit returns; the weights are in the model."""

    history: History
    best: Best


def seed_everything(seed: int) -> None:
    """Seed weights, shuffle and dropout, and choose operations whose results repeat to the bit."""
    keras.utils.clear_session(free_memory=False)  # layers are numbered anew: equal networks are equal files
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
    """Attach the optimizer with its schedule, and for each output its loss and the metric shown while training."""
    settings: dict[str, Any] = {"loss": objective.loss, "metrics": [_metric(objective)]}
    if isinstance(model, MemberNetwork):
        settings = {}  # it has them itself
    elif isinstance(model.output, dict):
        weights = {name: auxiliary_weight if name == AUXILIARY else 1 - auxiliary_weight for name in model.output}
        settings = {
            "loss": dict.fromkeys(model.output, objective.loss),
            "metrics": {name: [_metric(objective)] for name in model.output},
            "loss_weights": weights,
        }
    stacks = model.stacks if isinstance(model, MemberNetwork) else 1
    model.compile(optimizer.build(options.epochs, options.steps_per_epoch(num_rows), stacks), **settings)


def _metric(objective: Objective) -> keras.metrics.Metric:
    """Make the metric that training shows beside the loss."""
    name = metric_name(objective)
    match objective.kind:
        case "binary" if objective.label_smoothing:
            return SmoothedAccuracy(name=name)
        case "binary" | "multilabel":
            return keras.metrics.BinaryAccuracy(name=name)
        case "multiclass" if objective.learns_shares:
            return keras.metrics.CategoricalAccuracy(name=name)
        case "multiclass":
            return keras.metrics.SparseCategoricalAccuracy(name=name)
    return keras.metrics.MeanAbsoluteError(name=name)


def fit(
    model: keras.Model,
    train: FitData,
    validation: FitData,
    options: Fit,
    optimizer: Optimizer,
    monitor: Monitor,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    tell: Tell = lambda _: None,
    backups: Backups = NONE,
) -> Fitted:
    """Fit a compiled model; afterwards it has the weights that `options.weights` names. Raises `NotFiniteError`.

    callbacks: are called beside those that every fit has; tell: is given which engine runs the epochs, and why;
    backups: from which it goes on, and which it writes.
    """
    fitted = Fitted(History(), Best(monitor, options.patience, keep_last=options.weights == "last_best"))
    every = [StopWhenNotFinite(), fitted.history, fitted.best, *callbacks]
    if isinstance(optimizer.schedule, Plateau):
        # First, as it puts the learning rate among the logs.
        factor, patience = optimizer.schedule.factor, optimizer.schedule.patience
        every.insert(0, keras.callbacks.ReduceLROnPlateau(monitor.name, factor, patience, mode=monitor.mode))
    elif not isinstance(optimizer.schedule, Constant):
        every.insert(0, LearningRate(optimizer, options.epochs, options.steps_per_epoch(len(train))))
    with backups.running():
        fit_with_engine(model, train, validation, options, every, tell, backups)
    if options.weights != "last":
        model.set_weights(fitted.best.weights)
    return fitted


def checkpoints(monitor: Monitor, folder: Path) -> keras.callbacks.ModelCheckpoint:
    """Make a callback that saves the network of each epoch that was the best so far, named by epoch and value."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{{epoch:03d}}-{{{monitor.name}:.4f}}.keras"
    return keras.callbacks.ModelCheckpoint(file, monitor.name, mode=monitor.mode, save_best_only=True)
