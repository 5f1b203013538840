"""Lesson 8: Fashion-MNIST, and which clothes a network takes for others."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from percept.lessons.drawing import draw_grey, draw_numbers
from percept.lessons.fits import Fitted, fitted
from percept.lessons.made import Made, Table
from percept.tuning.figure import label, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

EPOCHS = 5


def make() -> Made:
    fit = fitted(["task=fashion_mnist", f"fit.epochs={EPOCHS}"])
    shares = confusion(fit)
    test = fit.scores("test")
    rows = []
    for number, name in enumerate(fit.prepared.spec.classes):
        others = np.where(np.arange(len(shares)) == number, -1, shares[number])
        other = fit.prepared.spec.classes[others.argmax()]
        rows.append((name, f"{shares[number, number]:.2f}", other, f"{others.max():.2f}"))
    rows.append(("all", f"{test['accuracy']:.2f}", "", ""))
    header = ("clothing", "share that is right", "most often taken for", "share")
    return Made({"confusion": Table(header, rows)}, {"08_fashion_mnist": draw(fit, shares)})


def confusion(fit: Fitted) -> NDArray[np.float64]:
    """Return the share of the test pictures of each class (row) that are taken for each class (column)."""
    (_, y), decided = fit.examples("test"), fit.predicted("test").argmax(axis=1)
    classes = range(len(fit.prepared.spec.classes))
    return np.array([[np.mean(decided[y == true] == said) for said in classes] for true in classes])


def draw(fit: Fitted, shares: NDArray[np.float64]) -> "Figure":
    """Draw a picture of each class, and the confusion matrix."""
    figure = new_figure(10, 4.8)
    pictures, matrix = figure.subfigures(1, 2, width_ratios=(1, 1.5)).flat  # type: ignore[union-attr]
    (x, y), classes = fit.examples("test"), list(fit.prepared.spec.classes)
    for number, axes in enumerate(pictures.subplots(4, 3).flat):
        axes.axis("off")
        if number < len(classes):
            draw_grey(axes, x[np.argmax(y == number), :, :, 0], classes[number])
    axes = matrix.subplots()
    shown = [[f"{share:.2f}".removeprefix("0") if share >= 0.005 else "" for share in row] for row in shares]
    draw_numbers(axes, shares, shown, classes, classes)
    label(axes, "Test pictures: share of each row", "the network says", "it is")
    axes.grid(visible=False)
    axes.tick_params(axis="x", labelrotation=45)
    return figure
