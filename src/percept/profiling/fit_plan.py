"""How long and in what batches to train: planned by steps, not by epochs alone.

What a network learns depends on its steps, each an update of the weights from one batch. Few rows make few steps in an
epoch: with a fixed number of epochs such a fit ends while it still improves, and the averages of batch normalisation,
which need hundreds of steps, are not there yet. So a fit has a least number of steps beside a least number of epochs,
and patience too: few rows get more epochs, many rows no more time. The best epoch on the validation rows is kept.
"""

import math

from percept.profiling.choices import TEST, VALIDATION, Classes, Option

FEW_OF_A_CLASS = 10  # rows, on average
TRAINING = (1 - TEST) * (1 - VALIDATION)  # the share of the rows
TABLE_STEPS, TABLE_PATIENCE = 4000, 400  # steps
PICTURE_STEPS, PICTURE_EPOCHS = 1000, 40  # at least


def planned_epochs(num_steps: int, least: int, num_rows: int, batch_size: int) -> int:
    """Return the fewest epochs that have so many steps, and not less than `least`; rows: of all subsets together."""
    steps_per_epoch = max(1, math.ceil(round(num_rows * TRAINING) / batch_size))
    return max(least, math.ceil(num_steps / steps_per_epoch))


def choose_table_fit(num_rows: int, classes: Classes) -> dict[str, Option]:
    """Choose the options of fit for a table, with the reason for each."""
    few = {"monitor": ("accuracy", "so few rows of each class that the loss of the validation rows soon grows")}
    plans = ((1000, 300, 16, 30), (10_000, 200, 32, 20), (100_000, 100, 128, 10), (math.inf, 50, 512, 5))
    _, epochs, batch_size, patience = next(plan for plan in plans if num_rows < plan[0])
    patience = planned_epochs(TABLE_PATIENCE, patience, num_rows, batch_size)
    return {
        "epochs": (planned_epochs(TABLE_STEPS, epochs, num_rows, batch_size), "at most"),
        "batch_size": (batch_size, ""),
        **(few if len(classes) > num_rows / FEW_OF_A_CLASS else {}),
        "patience": (patience, "epochs without a better one on the validation rows, then it stops"),
    }


def choose_picture_fit(num_pictures: int) -> dict[str, Option]:
    """Choose the options of fit for pictures, with the reason for each.

    There is no patience: the learning rate falls until the last epoch, and small rates find the best epochs.
    """
    batch_size = 32 if num_pictures < 20_000 else 128
    epochs = planned_epochs(PICTURE_STEPS, PICTURE_EPOCHS, num_pictures, batch_size)
    is_few = epochs > PICTURE_EPOCHS
    why = f"few pictures: in {PICTURE_STEPS} steps or a few more" if is_few else ""
    monitor = ("loss", "on few pictures many epochs are equal in accuracy") if is_few else ("accuracy", "")
    return {"epochs": (epochs, why), "batch_size": (batch_size, ""), "monitor": monitor}
