"""Lesson 9: a number to predict; a straight line, hidden layers, and both of them side by side."""

from typing import TYPE_CHECKING

from percept.lessons.drawing import draw_lines
from percept.lessons.fits import Fitted, fitted
from percept.lessons.made import Made, Table
from percept.tuning.figure import BLUE, GREY, label, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BASE = ["features.scaling=robust", "optimizer=adam", "optimizer.learning_rate=0.003", "fit.batch_size=128"]
SETTINGS = {
    "straight line": ["task=california", "model=perceptron"],
    "deep": ["task=california", "model=mlp", "model.units=[30,30]", "model.dropout=0"],
    "wide and deep": ["task=california", "model=wide_deep"],
    "columns shared out": ["task=california_wide_deep"],
}


def make() -> Made:
    fits = {name: fitted([*overrides, *BASE]) for name, overrides in SETTINGS.items()}
    rows = []
    for name, fit in fits.items():
        test, weights = fit.scores("test"), fit.trained.network.count_params()
        rows.append((name, f"{weights:,}", *(f"{test[metric]:.2f}" for metric in ("mse", "mae", "r2"))))
    return Made({"networks": Table(("network", "weights", "mse", "mae", "r2"), rows)}, {"09_wide_deep": draw(fits)})


def draw(fits: dict[str, Fitted]) -> "Figure":
    """Draw predicted against true values of the first network and the third, and the validation loss of all."""
    figure = new_figure(10, 3.5)
    *left, right = figure.subplots(1, 3)
    for axes, name in zip(left, ("straight line", "wide and deep"), strict=True):
        fit = fits[name]
        axes.plot(fit.examples("test")[1][:, 0], fit.predicted("test")[:, 0], ".", color=BLUE, markersize=2)
        axes.plot([0, 5], [0, 5], color=GREY, linewidth=1, linestyle="--")
        axes.set_xlim(0, 5.2)
        axes.set_ylim(-1, 7)
        label(axes, name, "true value (100,000 dollars)", "predicted value")
    draw_lines(right, {name: fit.history(loss_name(fit)) for name, fit in fits.items()})
    right.set_ylim(0.25, 1)
    label(right, "Loss on the validation rows", "epoch", "mean squared error")
    right.legend(fontsize=8)
    return figure


def loss_name(fit: Fitted) -> str:
    """Return the validation loss of the main output; a network with two outputs names it."""
    names = [name for name in fit.trained.history.rows[0] if name.startswith("val_") and name.endswith("loss")]
    return next((name for name in names if "value" in name), "val_loss")
