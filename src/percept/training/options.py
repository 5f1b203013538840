"""The options of a fit; they stand apart from the code they configure, because that loads TensorFlow."""

from typing import Literal

from pydantic import PositiveInt

from percept.params import Section


class Fit(Section):
    """How long and in what steps to train. Where there are no validation rows, training rows tell the better epoch."""

    epochs: PositiveInt = 100  # at most
    batch_size: PositiveInt = 32  # rows
    shuffle: bool = True  # the training rows, anew for each epoch
    monitor: str = "loss"  # what tells the better epoch: loss, or a metric that training shows, such as accuracy or mae
    patience: PositiveInt | None = None  # stop after so many epochs without a better one; null: never
    # Which epoch's weights become the model. Of epochs with equal best values best is the first, last_best the last;
    # both stop alike, as an equal value is none better.
    weights: Literal["last", "best", "last_best"] = "best"
    checkpoints: bool = False  # keep the network of every epoch that was the best so far, beside the logs
    watch_layers: bool = True  # write weights, gradients and dead units of the layers, on some epochs, for TensorBoard
    threads: PositiveInt = 2  # that compute; with another number convolutions round in another way, on any machine
    engine: Literal["auto", "compiled", "graph", "keras"] = "auto"  # runs the epochs; auto: the fastest for the data

    def steps_per_epoch(self, num_rows: int) -> int:
        """Return the number of batches in an epoch of so many rows, the last short one included."""
        return -(-num_rows // self.batch_size)
