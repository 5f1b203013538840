"""Lesson 4: seven optimizers, in a valley and on the digits."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from percept.composition import load_config
from percept.lessons.drawing import draw_lines
from percept.lessons.fits import Fitted, fitted, prepare_data
from percept.lessons.made import Made, Table
from percept.tuning.figure import GREY, ORANGE, label, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

VALLEY = {  # learning rates that suit it
    "sgd": 0.95, "momentum": 0.1, "nesterov": 0.1, "adagrad": 1.5, "adadelta": 150.0, "rmsprop": 0.3, "adam": 0.5,
}  # fmt: skip
DIGITS = {
    "sgd": 0.05, "momentum": 0.05, "nesterov": 0.05, "adagrad": 0.05, "adadelta": 1.0, "rmsprop": 0.001, "adam": 0.001,
}  # fmt: skip
START, STEPS, EPOCHS = (-7.0, 2.0), 30, 20
LOOKED_AT = (1, 5, EPOCHS)  # epochs


def make() -> Made:
    setting = ["task=digits", "model=mlp", "model.dropout=0", f"fit.epochs={EPOCHS}", "fit.patience=null"]
    prepared = prepare_data(load_config(setting))
    fits = {name: fitted([*setting, *overrides_of(name, rate)], prepared) for name, rate in DIGITS.items()}
    rows = []
    for name, fit in fits.items():
        loss, accuracy = fit.history("loss"), fit.history("val_accuracy")[-1]
        losses = (f"{loss[epoch - 1]:.2f}" for epoch in LOOKED_AT)
        rows.append((name, f"{DIGITS[name]:g}", *losses, f"{accuracy:.2f}"))
    header = ("optimizer", "learning rate", *(f"training loss, epoch {epoch}" for epoch in LOOKED_AT))
    tables = {"optimizers": Table((*header, "validation accuracy"), rows)}
    return Made(tables, {"04_valley": draw_valley(), "04_optimizers": draw_digits(fits)})


def overrides_of(name: str, rate: float) -> list[str]:
    return [f"optimizer={name}", f"optimizer.learning_rate={rate}"]


def slope(place: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the gradient of x²/20 + y², a valley that falls gently along x and steeply along y."""
    return np.array([place[0] / 10, 2 * place[1]], np.float32)


def draw_valley() -> "Figure":
    """Draw the way of each optimizer down the same valley."""
    from percept.lessons.inside import descent

    figure = new_figure(10, 4.4)
    panels = figure.subplots(2, 4, sharex=True, sharey=True).flat
    x, y = np.meshgrid(np.linspace(-8.5, 8.5, 120), np.linspace(-3.2, 3.2, 80))
    *panels, last = panels
    for axes, (name, rate) in zip(panels, VALLEY.items(), strict=True):
        optimizer = load_config(overrides_of(name, rate)).optimizer.build()
        path = descent(optimizer, START, slope, STEPS)
        axes.contour(x, y, x**2 / 20 + y**2, levels=np.geomspace(0.05, 12, 9), colors=GREY, linewidths=0.5)
        axes.plot(*path.T, "o-", color=ORANGE, markersize=3, linewidth=1.2)
        axes.plot(0, 0, "k+", markersize=9)
        label(axes, f"{name}, rate {rate:g}")
        axes.grid(visible=False)
        axes.set_ylim(-3.2, 3.2)
    last.axis("off")
    last.text(0.5, 0.5, f"{STEPS} steps each,\nfrom the left end\nto the cross", ha="center", va="center", fontsize=10)
    return figure


def draw_digits(fits: dict[str, Fitted]) -> "Figure":
    """Draw the training loss of each optimizer by epoch."""
    figure = new_figure(8, 4.2)
    axes = figure.subplots()
    draw_lines(axes, {f"{name}, {DIGITS[name]:g}": fit.history("loss") for name, fit in fits.items()})
    axes.set_yscale("log")
    label(axes, "Seven optimizers on digits", "epoch", "training loss (logarithmic)")
    axes.legend(fontsize=9, title="optimizer, learning rate", title_fontsize=9)
    return figure
