"""How long and in what steps to train; apart from the code it configures, because that loads TensorFlow."""

from typing import Literal

from pydantic import PositiveInt

from percept.params import Section


class Fit(Section):
    """One fit."""

    epochs: PositiveInt  # at most
    batch_size: PositiveInt  # rows
    patience: PositiveInt | None  # stop after so many epochs without a lower loss; null: never
    engine: Literal["auto", "compiled", "graph", "keras"]  # who runs the epochs; auto takes the fastest for the data
    weights: Literal["last", "best"]  # which epoch's weights become the model
    # "best" and "lower" mean the validation loss, or the training loss where no rows validate.
