"""How long and in what steps to train; apart from the code it configures, because that loads TensorFlow."""

from typing import Literal

from pydantic import PositiveInt

from percept.params import Section


class Fit(Section):
    """One fit."""

    epochs: PositiveInt = 100  # at most
    batch_size: PositiveInt = 32  # rows
    shuffle: bool = True  # the training rows, anew for each epoch
    monitor: str = "loss"  # what "better" means: loss, or a metric that training shows, such as accuracy or mae
    patience: PositiveInt | None = None  # stop after so many epochs without a better one; null: never
    weights: Literal["last", "best"] = "best"  # which epoch's weights become the model
    checkpoints: bool = False  # keep the network of every epoch that was the best so far, beside the logs
    engine: Literal["auto", "compiled", "graph", "keras"] = (
        "auto"  # who runs the epochs; auto takes the fastest for the data
    )
    # Validation rows decide what is better, or the training rows where none validate.

    def steps_per_epoch(self, num_rows: int) -> int:
        """Batches of so many rows, the last short one too."""
        return -(-num_rows // self.batch_size)
