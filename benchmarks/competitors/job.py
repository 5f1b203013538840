"""What every competitor is given, and what it gives back. Loads none of the frameworks."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from percept.models import Model
from percept.models.mlp import Mlp
from percept.models.perceptron import Perceptron
from percept.objective import Objective
from percept.params import Params
from percept.prepared.examples import Examples, load_examples, load_spec
from percept.prepared.spec import Subset
from percept.training.optimizer import Optimizer
from percept.training.options import Fit


class JobParams(Params):
    """The sections of params.yaml that train reads."""

    seed: int
    objective: Objective
    model: Model
    optimizer: Optimizer
    fit: Fit


class NotAbleError(Exception):
    """The competitor cannot do this job."""


@dataclass(frozen=True)
class Fitted:
    epochs: int
    epoch_ms: float
    whole_s: float  # the fit, with everything built and compiled in it
    predict: Callable[[NDArray], NDArray]  # inputs as the competitor was given them -> (rows, outputs)
    note: str = ""


class Job:
    """The recipe and the data of the current folder."""

    def __init__(self) -> None:
        self.params, self.spec = JobParams.load(), load_spec()
        self.plan = self.params.fit
        self.examples: dict[Subset, Examples] = {part: load_examples(part) for part in ("train", "validation", "test")}
        self.monitor = "val_loss" if len(self.examples["validation"]) else "loss"

    @property
    def widths(self) -> list[int]:
        """Of all layers, inputs first. Raises `NotAbleError` where there are others than dense ones and dropout."""
        model = self.params.model
        if not isinstance(model, Mlp | Perceptron) or (
            isinstance(model, Mlp) and (model.batch_norm or model.l1 or model.l2)
        ):
            raise NotAbleError(f"no such {model.kind} here")
        hidden = model.units if isinstance(model, Mlp) else ()
        return [int(np.prod(self.spec.shape)), *hidden, self.num_outputs]

    @property
    def rates(self) -> tuple[float, ...]:
        """Of dropout, after each hidden layer."""
        model = self.params.model
        if not isinstance(model, Mlp):
            return ()
        return model.dropout if isinstance(model.dropout, tuple) else (model.dropout,) * len(model.units)

    @property
    def activation(self) -> str:
        return getattr(self.params.model, "activation", "relu")

    @property
    def num_outputs(self) -> int:
        return len(self.spec.classes) if self.params.objective.kind == "multiclass" else 1

    def flat_inputs(self, part: Subset) -> NDArray[np.float32]:
        """(rows, features), pixels brought to scale."""
        x, pixels = self.examples[part].x, self.spec.pixels
        x = x.reshape(len(x), int(np.prod(self.spec.shape))).astype(np.float32)
        return x * np.float32(pixels.scale) + np.float32(pixels.offset) if pixels else x

    def targets(self, part: Subset) -> NDArray[np.int64 | np.float32]:
        """(rows,): class index, or the value as the network learns it."""
        y, scales = self.examples[part].y, self.spec.target_scales
        return scales[0].learned(y[:, 0]).astype(np.float32) if scales else y

    def in_target_unit(self, predicted: NDArray) -> NDArray:
        if not self.spec.target_scales:
            return predicted
        scale = self.spec.target_scales[0]
        predicted = predicted.astype(np.float64) * scale.scale + scale.offset
        return np.expm1(predicted) if scale.log else predicted


@dataclass
class Watch:
    """The clock of a competitor with a loop of its own, and the rule that ends the loop and names the weights."""

    job: Job
    start_s: float = field(default_factory=time.perf_counter)
    ends_s: list[float] = field(default_factory=list)
    best: tuple[float, int, object] = (np.inf, 0, None)  # loss, epoch, weights

    def goes_on(self, loss: float, weights: Callable[[], object]) -> bool:
        """Called at the end of an epoch: whether there is another one."""
        plan, epoch = self.job.plan, len(self.ends_s) + 1
        if loss < self.best[0]:
            self.best = loss, epoch, weights() if plan.weights == "best" else None
        self.ends_s.append(time.perf_counter())
        stale = plan.patience is not None and epoch - self.best[1] >= plan.patience
        return epoch < plan.epochs and not stale

    def fitted(self, predict: Callable[[NDArray], NDArray]) -> Fitted:
        """Called when the fit is over."""
        whole_s = time.perf_counter() - self.start_s
        return Fitted(len(self.ends_s), median_ms(self.ends_s), whole_s, predict)


def median_ms(ends_s: Sequence[float]) -> float:
    """Of an epoch, from the ends of all: what is built in the first does not count."""
    return statistics.median(np.diff(ends_s)) * 1e3
