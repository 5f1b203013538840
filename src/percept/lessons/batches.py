"""Lesson 11: batch size and learning rate, which belong together."""

from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from percept.composition import load_config
from percept.lessons.drawing import draw_lines, draw_numbers
from percept.lessons.fits import Fitted, fitted, prepare_data
from percept.lessons.made import Made, Table
from percept.tuning.figure import label, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RATES, SIZES, EPOCHS = (0.003, 0.03, 0.3, 3.0), (8, 32, 128, 512), 10
BASE = ["task=digits", "model=mlp_small", "model.units=[64]", "optimizer=sgd"]
BASE += [f"fit.epochs={EPOCHS}", "fit.patience=null"]
SHOWN = 32  # the batch size whose curves are drawn
Fits = dict[tuple[float, int], Fitted]


def make() -> Made:
    prepared = prepare_data(load_config(BASE))
    fits: Fits = {}
    for rate, size in product(RATES, SIZES):
        fits[rate, size] = fitted([*BASE, f"optimizer.learning_rate={rate}", f"fit.batch_size={size}"], prepared)
    rows = [(f"{rate:g}", *(f"{last_accuracy(fits[rate, size]):.2f}" for size in SIZES)) for rate in RATES]
    steps = (fits[RATES[0], size].config.fit.steps_per_epoch(prepared.spec.rows.train) for size in SIZES)
    rows.append(("steps in an epoch", *map(str, steps)))
    header = ("learning rate", *(f"batch size {size}" for size in SIZES))
    return Made({"batches": Table(header, rows)}, {"11_batch_size": draw(fits)})


def last_accuracy(fit: Fitted) -> float:
    """Return the validation accuracy after the last epoch."""
    return float(fit.history("val_accuracy")[-1])


def draw(fits: Fits) -> "Figure":
    """Draw the accuracies as a map, and the training loss of each rate for one batch size."""
    figure = new_figure(9, 3.6)
    left, right = figure.subplots(1, 2)
    found = np.array([[last_accuracy(fits[rate, size]) for size in SIZES] for rate in RATES])
    shown = [[f"{value:.2f}" for value in row] for row in found]
    draw_numbers(left, found, shown, [str(size) for size in SIZES], [f"{rate:g}" for rate in RATES])
    label(left, f"Validation accuracy after {EPOCHS} epochs", "batch size", "learning rate")
    left.grid(visible=False)
    draw_lines(right, {f"{rate:g}": fits[rate, SHOWN].history("loss") for rate in RATES})
    right.set_ylim(0, 2.6)
    label(right, f"Batch size {SHOWN}", "epoch", "training loss")
    right.legend(fontsize=9, title="learning rate", title_fontsize=9)
    return figure
