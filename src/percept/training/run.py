"""One training in memory, from examples to a fitted network and its decisions: what train, search and others call."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import keras
import numpy as np
from numpy.typing import NDArray

from percept.logs import fit_warnings
from percept.model_file.metadata import Decision
from percept.models import Model, build
from percept.models.deployed import as_kept
from percept.models.member_network import MemberNetwork
from percept.models.perceptron import Perceptron, is_separable
from percept.objective import Objective
from percept.prepared.examples import Examples
from percept.prepared.spec import DatasetSpec
from percept.training import decision, fit
from percept.training.answers import dead_units
from percept.training.assembly import assemble
from percept.training.callbacks import History, Tell, in_words
from percept.training.fit_data import FitData, fit_data, smoothed, weighted
from percept.training.monitor import Monitor, monitor_of
from percept.training.numerical_faults import NotFiniteError, as_user_error
from percept.training.optimizer import Optimizer
from percept.training.options import Fit
from percept.training.resume.backups import NONE, Backups
from percept.training.stacks import by_stack

SEPARABLE_ROWS = 10_000  # more take the linear program too long

# For a compiled network, what tells its better epochs, and the rows it will learn from.
MakeCallbacks = Callable[[keras.Model, Monitor, FitData], Sequence[keras.callbacks.Callback]]


@dataclass(frozen=True)
class Training:
    """How to train."""

    model: Model
    optimizer: Optimizer
    fit: Fit
    objective: Objective
    seed: int


@dataclass(frozen=True)
class Trained:
    """What a training returns."""

    network: keras.Model  # with the weights that `fit.weights` names, brought to the temperature of the decision
    best_weights: list[NDArray]  # of the best epoch, before the temperature
    best_epoch: int  # counted from 1
    history: History
    decision: Decision
    out_of_fold: NDArray | None = None  # (training rows, outputs) by members that did not learn from the row
    dead_units: dict[str, float] = field(default_factory=dict)  # share of those of each hidden layer

    def as_shipped(self, spec: DatasetSpec) -> keras.Model:
        """Return the network as it is saved and shipped: without augmentation, in the targets' own unit."""
        return as_kept(self.network, spec)

    def use_best_weights(self) -> None:
        """Give the network, and what shares its layers, the weights of the best epoch."""
        self.network.set_weights(self.best_weights)
        if self.decision.temperature != 1:
            decision.calibrate(self.network, self.decision.temperature)


def run(
    train: Examples,
    validation: Examples,
    spec: DatasetSpec,
    options: Training,
    make_callbacks: MakeCallbacks = lambda network, monitor, train: (),
    tell: Tell = lambda _: None,
    backups: Backups = NONE,
) -> Trained:
    """Train on `train`; choose the epoch, temperature and thresholds on `validation`. Raises `UserError`.

    make_callbacks: gives Keras callbacks for this training; tell: is called with each line that a person may want to
    read; backups: from which the fit goes on, and which it writes. Nothing is written or printed but by these three.
    """
    decision.check_can_be_chosen(options.objective, len(validation) or spec.num_folds)
    network, train_data, validation_data = compiled(train, validation, spec, options)
    monitor = monitor_of(options.fit.monitor, network, options.objective, bool(len(validation_data)))
    apart = f" in {spec.num_folds} folds" if spec.num_folds else f", {len(validation):,} validation rows"
    counts = f"{len(train):,} training rows{apart}"
    tell(f"{options.model.kind} with {network.count_params():,} parameters; {counts}")
    callbacks = make_callbacks(network, monitor, train_data)
    start_s = time.monotonic()
    try:
        fitted = fit.fit(
            network, train_data, validation_data, options.fit, options.optimizer, monitor, callbacks, tell, backups
        )
    except NotFiniteError as error:
        raise as_user_error(error, train_data, validation_data, spec, options.objective, options.optimizer) from None
    _tell_how_it_went(fitted, options.fit, backups.before, time.monotonic() - start_s, tell)
    if isinstance(options.model, Perceptron) and options.objective.kind == "binary":
        _tell_whether_separable(train, fitted.history.rows[-1]["accuracy"], spec.task, tell)
    best_weights, said, held_out = fitted.best.weights, None, None
    if isinstance(network, MemberNetwork):
        members, kept = network, network.get_weights()
        counted = weighted(train, spec, options.objective)  # others learn from rows as they count for the members
        network, validation, said = assemble(
            members, counted, validation, validation_data, spec, options.seed, options.fit.threads, tell
        )
        members.set_weights(best_weights)
        best_weights = network.get_weights()
        members.set_weights(kept)
    decided = decision.decide_on(network, validation, options.objective, said)
    _tell_what_was_chosen(decided, options.objective, tell)
    if said is not None and spec.num_folds:
        held_out = decision.answers(said, spec, decided)
    dead = dead_units(network, train.x)
    _tell_what_went_wrong(fitted, train, dead, spec, options, tell)
    return Trained(network, best_weights, fitted.best.epoch, fitted.history, decided, held_out, dead)


def compiled(
    train: Examples, validation: Examples, spec: DatasetSpec, options: Training
) -> tuple[keras.Model, FitData, FitData]:
    """Seed everything, and return a network that is ready to be fitted, with the data of both subsets as it takes them.

    Raises `UserError` where the network cannot serve.
    """
    fit.seed_everything(options.seed)
    network = build(options.model, spec, options.objective)
    train_data, validation_data = (
        fit_data(examples, spec, options.objective, network)
        for examples in (weighted(train, spec, options.objective), validation)
    )
    if isinstance(network, MemberNetwork):
        train_data, validation_data = by_stack(train_data, validation_data, train.fold, options.seed)
    train_data = smoothed(train_data, options.objective)  # last: rows that judge may come from the same data
    auxiliary_weight = getattr(options.model, "auxiliary_weight", 0.0)
    fit.compile_model(network, options.objective, options.optimizer, options.fit, len(train_data), auxiliary_weight)
    return network, train_data, validation_data


def _tell_how_it_went(fitted: fit.Fitted, options: Fit, before: int, seconds: float, tell: Tell) -> None:
    epochs = len(fitted.history.rows)
    kept = epochs if options.weights == "last" else fitted.best.epoch
    ran = f"{epochs - before} epochs after {before}" if before else f"{epochs} epochs"
    tell(f"{ran} in {seconds:.1f} s; weights of epoch {kept}: {in_words(fitted.history.rows[kept - 1])}")


def _tell_what_went_wrong(
    fitted: fit.Fitted, train: Examples, dead: dict[str, float], spec: DatasetSpec, options: Training, tell: Tell
) -> None:
    y = train.y.astype(np.float64)
    y = spec.learned(y) if spec.target_scales else y
    begin = fit_warnings.beginning_loss(options.objective, y, len(spec.classes))
    slower = fit_warnings.slower_rate(options.optimizer.learning_rate, options.optimizer.kind)
    rose = fit_warnings.exploding_loss(fitted.history.rows, begin, slower, spec.task)
    for line in (*rose, *fit_warnings.dead_units(dead)):
        tell(f"warning: {line}")


def _tell_whether_separable(train: Examples, accuracy: float, task: str, tell: Tell) -> None:
    if accuracy == 1 or len(train) > SEPARABLE_ROWS:
        return
    if is_separable(np.asarray(train.x), train.y):
        tell("one straight line could part the classes, but it is not found yet: train for more epochs")
    else:
        tell(
            "no straight line parts these classes, and a perceptron can draw no other: "
            f"some rows must stay wrong.\n  A hidden layer bends the line: `dvc exp run -S task={task} -S model=mlp`"
        )


def _tell_what_was_chosen(decided: Decision, objective: Objective, tell: Tell) -> None:
    if getattr(objective, "calibration", "none") != "none":
        tell(f"temperature {decided.temperature:.3f} is the likeliest on the validation rows")
    threshold = getattr(objective, "threshold", None)
    if isinstance(threshold, str):
        values = ", ".join(f"{value:.3f}" for value in decided.thresholds)
        tell(f"yes above {values}: best {threshold} on the validation rows")
