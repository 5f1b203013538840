"""Running means of the weights: a network is judged and kept with these, and trained with its weights themselves.

They are Keras' own (`use_ema` of an optimizer; Polyak & Juditsky 1992), which are updated at each step.
"""

import keras
import tensorflow as tf


class WeightAverages:
    """The weights of a model and their running means, which can change places."""

    def __init__(self, model: keras.Model) -> None:
        """model: compiled, and its optimizer built where `swap` is called."""
        self.model = model

    @property
    def in_use(self) -> bool:
        """Whether the optimizer keeps any."""
        return bool(self.model.optimizer.use_ema)

    def swap(self) -> None:
        """Let them change places, once a step has been made: before, there are no means."""
        optimizer = self.model.optimizer
        if not self.in_use:
            return
        made = optimizer.iterations.value > 0
        for weight, mean in zip(optimizer._trainable_variables, optimizer._model_variables_moving_average, strict=True):
            values = tf.identity(weight.value), tf.identity(mean.value)
            weight.assign(tf.where(made, values[1], values[0]))
            mean.assign(tf.where(made, values[0], values[1]))


class SwapWeightAverages(keras.callbacks.Callback):
    """Between epochs, and while validation rows are judged, the model has the running means for weights."""

    def on_train_begin(self, logs: dict | None = None) -> None:
        self.averages = WeightAverages(self.model)
        self.model.optimizer.use_ema = False  # where no epoch is left to run, as after the last one

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self.model.optimizer.use_ema = True
        if epoch:
            self.averages.swap()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self.averages.swap()
        # After the last epoch, whichever it is, Keras would write the means over the weights: they are there already.
        self.model.optimizer.use_ema = False

    def on_train_end(self, logs: dict | None = None) -> None:
        self.model.optimizer.use_ema = True

    def on_test_begin(self, logs: dict | None = None) -> None:
        self.averages.swap()

    def on_test_end(self, logs: dict | None = None) -> None:
        self.averages.swap()
