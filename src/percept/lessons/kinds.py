"""Lesson 3: output, loss and metric of each kind of task, and the loss of one row."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from percept.lessons.drawing import DASHES
from percept.lessons.fits import Fitted, fitted, of_truth
from percept.lessons.made import Made, Table
from percept.tuning.figure import BLUE, COLOURS, ORANGE, label, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TASKS = ("breast_cancer", "iris", "emotions", "california")
REGRESSION = ("mse", "mae", "huber")


def make() -> Made:
    kinds, rows = [], []
    for task in TASKS:
        fit = fitted([f"task={task}"])
        objective, layer = fit.config.objective, fit.trained.network.layers[-1]
        output, metric = f"{layer.units} x {layer.activation.__name__}", objective.primary
        kinds.append((objective.kind, task, output, objective.loss, metric, f"{fit.scores('test')[metric]:.2f}"))
        rows.append((task, *worst_row(fit)))
    tables = {
        "kinds": Table(("kind", "task", "output layer", "loss", "metric", "on the test rows"), kinds),
        "rows": Table(("task", "said", "true", "loss of this row"), rows),
    }
    return Made(tables, {"03_losses": draw()})


def worst_row(fit: Fitted) -> tuple[str, str, str]:
    """Return what the network says of the test row with the highest loss, what is true, and the loss."""
    said, y = fit.predicted("test").astype(np.float64), fit.examples("test")[1]
    losses = row_losses(fit.config.objective.kind, said, y)
    row = int(losses.argmax())
    true = ", ".join(f"{value:g}" for value in np.round(np.atleast_1d(y[row]), 2))
    names = fit.prepared.spec.classes
    return _listed(said[row]), f"{true} ({names[y[row]]})" if names else true, f"{losses[row]:.1f}"


def _listed(said: NDArray) -> str:
    return ", ".join(f"{value:.2f}" for value in said)


def row_losses(kind: str, said: NDArray[np.float64], y: NDArray) -> NDArray[np.float64]:
    """Return the loss of each row by hand, (rows,)."""
    match kind:
        case "regression":
            return ((said - y) ** 2).mean(axis=1)
        case "multiclass":
            return -np.log(said[np.arange(len(y)), y])
    return -np.log(of_truth(said, y.reshape(said.shape))).mean(axis=1)


def draw() -> "Figure":
    """Draw what the losses charge for being wrong."""
    from percept.lessons.inside import losses

    figure = new_figure(9, 3.6)
    left, right = figure.subplots(1, 2)
    probability = np.linspace(0.005, 1, 400)
    left.plot(probability, -np.log(probability), color=BLUE, linewidth=2, label="cross-entropy: -log(p)")
    left.plot(probability, 1 - probability, color=ORANGE, linestyle="--", label="1 - p")
    label(left, "Classes", "probability p that the network gives to the truth", "loss of the row")
    errors = np.linspace(-3, 3, 241)
    for number, loss in enumerate(REGRESSION):
        style = {"color": COLOURS[number], "linestyle": DASHES[number], "linewidth": 2}
        right.plot(errors, losses(loss, errors), label=loss, **style)
    right.set_ylim(0, 5)
    label(right, "Numbers", "error: what the network says - what is true", "loss of the row")
    for axes in (left, right):
        axes.legend(fontsize=9)
    return figure
