"""What training adds to the objects of Keras, registered with it: import this before loading a file that names them."""

from typing import Any

import keras
from keras import ops

PACKAGE = "percept"


class _Refined:
    """Before the update of a Keras optimizer: gradients whose first axis is that of stacks are clipped in each."""

    def __init__(self, *args: Any, stacks: int = 0, clip_norm: float = 0.0, **options: Any) -> None:
        """clip_norm: the largest norm of a stack's gradients, of the mean loss of its own rows; 0: any."""
        super().__init__(*args, **options)
        self.stacks, self.clip_norm = stacks, clip_norm

    def apply(self, grads: list[Any], trainable_variables: list[Any] | None = None) -> None:
        if self.clip_norm:
            # The loss is the mean over stacks, so that each stack's gradients are a share of its own.
            grads = clipped_by_stack(grads, self.clip_norm / self.stacks, self.stacks)
        super().apply(grads, trainable_variables)  # type: ignore[misc]

    def get_config(self) -> dict[str, Any]:
        settings = {"stacks": self.stacks, "clip_norm": self.clip_norm}
        return super().get_config() | settings  # type: ignore[misc]


@keras.saving.register_keras_serializable(PACKAGE)
class SmoothedAccuracy(keras.metrics.BinaryAccuracy):
    """The accuracy of probabilities of labels that may be smoothed: yes above one half, and not 1 alone."""

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        y_true = ops.cast(ops.greater(y_true, 0.5), y_pred.dtype)
        super().update_state(y_true, y_pred, sample_weight)


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
