"""Lesson 7: MNIST, and what the network says of single pictures."""

from typing import TYPE_CHECKING

import numpy as np

from percept.lessons.drawing import draw_grey
from percept.lessons.fits import Fitted, fitted
from percept.lessons.made import Made, Table
from percept.tuning.figure import BLUE, GREY, ORANGE, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

EPOCHS, NUM_FIRST, NUM_WRONG = 3, 4, 4


def make() -> Made:
    fit = fitted(["task=mnist", f"fit.epochs={EPOCHS}"])
    loss, accuracy = fit.history("loss"), fit.history("accuracy")
    epochs = [(str(n), f"{loss[n - 1]:.2f}", f"{accuracy[n - 1]:.3f}") for n in range(1, EPOCHS + 1)]
    test = fit.scores("test")
    epochs.append(("test pictures", f"{test['log_loss']:.2f}", f"{test['accuracy']:.3f}"))
    said = fit.predicted("test")[0]
    order = said.argsort()[::-1][:3]
    classes = fit.prepared.spec.classes
    first = [(classes[index], _share(said[index])) for index in order]
    tables = {"epochs": Table(("epoch", "loss", "accuracy"), epochs), "first": Table(("digit", "probability"), first)}
    return Made(tables, {"07_mnist": draw(fit)})


def _share(probability: float) -> str:
    return f"{probability:.2f}" if probability >= 0.005 else "below 0.005"


def draw(fit: Fitted) -> "Figure":
    """Draw the first test pictures, and those that the network is surest of and wrong, with all probabilities."""
    said, (x, y) = fit.predicted("test"), fit.examples("test")
    wrong = np.flatnonzero(said.argmax(axis=1) != y)
    surest = wrong[said[wrong].max(axis=1).argsort()[::-1][:NUM_WRONG]]
    figure = new_figure(10, 3.2)
    panels = figure.subplots(2, NUM_FIRST + NUM_WRONG, height_ratios=(1.2, 1))
    for column, row in enumerate([*range(NUM_FIRST), *surest]):
        draw_grey(panels[0, column], x[row, :, :, 0], f"true: {y[row]}")
        draw_probabilities(panels[1, column], said[row], int(y[row]))
    return figure


def draw_probabilities(axes: "Axes", said: np.ndarray, true: int) -> None:
    """Draw a bar for each class, the decision orange where it is wrong."""
    colours = [GREY] * len(said)
    colours[said.argmax()] = BLUE if said.argmax() == true else ORANGE
    axes.bar(range(len(said)), said, color=colours)
    axes.set_ylim(0, 1)
    axes.set_xticks(range(0, len(said), 3))
    axes.set_yticks([])
    axes.set_title(f"said: {said.argmax()} ({said.max():.2f})", fontsize=9)
    axes.tick_params(labelsize=8)
    axes.spines[["top", "right", "left"]].set_visible(False)
