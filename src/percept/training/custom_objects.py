"""What training adds to the objects of Keras, registered with it: import this before loading a file that names them."""

import math
from typing import Any

import keras
from keras import ops

PACKAGE = "percept"
BIASES = ("bias", "beta")  # names of Keras: of layers, and of batch normalisation


class _Refined(keras.optimizers.Optimizer):
    """A Keras optimizer that clips each stack by a norm of its own, and lets some weights learn faster than others."""

    def __init__(
        self,
        *args: Any,
        stacks: int = 1,
        clip_norm: float = 0.0,
        rate_factors: dict[str, float] | None = None,
        **options: Any,
    ) -> None:
        """clip_norm: the largest norm of a stack's gradients, of the mean loss of its own rows; 0: any.

        stacks: the first axis of all weights, where they are clipped so; rate_factors: of groups of `groups_of`.
        """
        super().__init__(*args, **options)
        self.stacks, self.clip_norm, self.rate_factors = stacks, clip_norm, dict(rate_factors or {})

    def build(self, variables: list[Any]) -> None:
        super().build(variables)
        self._factors = [self.rate_factors.get(group, 1.0) for group in groups_of(variables)]

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        factor = self._factors[self._get_variable_index(variable)]
        super().update_step(gradient, variable, learning_rate * factor)

    def apply(self, grads: list[Any], trainable_variables: list[Any] | None = None) -> None:
        if self.clip_norm:
            # The loss is the mean over stacks, so that each stack's gradients are a share of its own.
            grads = clipped_by_stack(grads, self.clip_norm / self.stacks, self.stacks)
        super().apply(grads, trainable_variables)

    def get_config(self) -> dict[str, Any]:
        settings = {"stacks": self.stacks, "clip_norm": self.clip_norm, "rate_factors": dict(self.rate_factors)}
        return super().get_config() | settings


@keras.saving.register_keras_serializable(PACKAGE)
class CosineCycles(keras.optimizers.schedules.LearningRateSchedule):
    """The rate peak / 2 (1 - cos(2 pi log2(1 + (2^cycles - 1) t))), t from 0 to 1 over so many steps.

    This is coslog of Holzmüller et al. 2024 (arXiv 2407.04491), who have four cycles.
    """

    def __init__(self, peak: float, steps: int, cycles: int) -> None:
        super().__init__()
        self.peak, self.steps, self.cycles = peak, steps, cycles

    def __call__(self, step: Any) -> Any:
        t = ops.minimum(ops.cast(step, "float32") / self.steps, 1.0)
        begun = ops.log2(1 + (2**self.cycles - 1) * t)  # cycles so far
        return self.peak * (1 - ops.cos(2 * math.pi * begun)) / 2

    def get_config(self) -> dict[str, Any]:
        return {"peak": self.peak, "steps": self.steps, "cycles": self.cycles}


@keras.saving.register_keras_serializable(PACKAGE)
class SmoothedAccuracy(keras.metrics.BinaryAccuracy):
    """The accuracy of probabilities of labels that may be smoothed: yes above one half, and not 1 alone."""

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        y_true = ops.cast(ops.greater(y_true, 0.5), y_pred.dtype)
        super().update_state(y_true, y_pred, sample_weight)


def groups_of(variables: list[Any]) -> list[str]:
    """Name the group of each trainable weight of a network, in their order: biases, first_layer or others."""
    groups = ["biases" if variable.name in BIASES else "others" for variable in variables]
    if "others" in groups:
        groups[groups.index("others")] = "first_layer"
    return groups


def clipped_by_stack(gradients: list[Any], norm: float, stacks: int) -> list[Any]:
    """Shrink the gradients of each stack, all its arrays together, to at most this norm; arrays are (stacks, ...)."""
    squares = [ops.sum(ops.square(ops.reshape(gradient, (stacks, -1))), axis=1) for gradient in gradients]
    scale = norm / ops.maximum(ops.sqrt(sum(squares)), norm)  # (stacks,)
    return [gradient * ops.reshape(scale, (stacks,) + (1,) * (len(gradient.shape) - 1)) for gradient in gradients]


def _refined(optimizer: type[keras.optimizers.Optimizer]) -> type[keras.optimizers.Optimizer]:
    refined = type(f"Refined{optimizer.__name__}", (_Refined, optimizer), {"__module__": __name__})
    return keras.saving.register_keras_serializable(PACKAGE)(refined)


REFINED = {
    name: _refined(type(keras.optimizers.get(name)))
    for name in ("sgd", "adagrad", "adadelta", "rmsprop", "adam", "adamw")
}
