"""Lesson 6: one-hot columns and scaling, on customers of a telephone company."""

from typing import TYPE_CHECKING

import numpy as np

from percept.lessons.drawing import draw_lines
from percept.lessons.fits import Fitted, fitted
from percept.lessons.made import Made, Table
from percept.tuning.figure import BLUE, label, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BASE = ["task=churn", "fit.epochs=30", "fit.patience=null"]
SETTINGS = {
    "numbers alone, as they are": ["features.category=[]", "features.drop=rest"],
    "and one-hot categories": [],
    "and numbers min_max": ["features.scaling=min_max"],
    "and numbers standard": ["features.scaling=standard"],
}
CATEGORY = "Contract"


def make() -> Made:
    fits = {name: fitted([*BASE, *overrides]) for name, overrides in SETTINGS.items()}
    rows = []
    for name, fit in fits.items():
        test = fit.scores("test")
        figures = (fit.history("val_loss").min(), test["log_loss"], test["accuracy"], test["roc_auc"])
        rows.append((name, str(fit.prepared.spec.shape[0]), *(f"{value:.2f}" for value in figures)))
    header = ("inputs", "columns", "lowest validation loss", "test loss", "test accuracy", "roc_auc")
    one_hot = list(fits.values())[-1]
    return Made({"one_hot": one_hot_table(one_hot), "encoding": Table(header, rows)}, {"06_encoding": draw(fits)})


def one_hot_table(fit: Fitted) -> Table:
    """Show one row of each level of a category, as text and as the network gets it."""
    spec, (x, _) = fit.prepared.spec, fit.examples("train")
    features = [index for index, source in enumerate(spec.feature_sources) if source == CATEGORY]
    cells = fit.prepared.columns["train"][CATEGORY][:, 0]
    rows = []
    for level in np.unique(cells):
        values = x[np.argmax(cells == level), features]
        rows.append((str(level), *(f"{value:.0f}" for value in values)))
    return Table(("text", *(spec.feature_names[index] for index in features)), rows)


def draw(fits: dict[str, Fitted]) -> "Figure":
    """Draw how far the numbers reach with each scaling, and the validation loss by epoch."""
    figure = new_figure(10, 3.6)
    left, right = figure.subplots(1, 2)
    names, reach = [], []
    for scaling, fit in zip(("none", "min_max", "standard"), list(fits.values())[1:], strict=True):
        spec, (x, _) = fit.prepared.spec, fit.examples("train")
        for feature in range(4):
            names.append(f"{spec.feature_names[feature]}, {scaling}")
            reach.append((x[:, feature].min(), x[:, feature].max()))
    low, high = np.array(reach).T
    left.barh(names, high - low, left=low, color=BLUE, height=0.6)
    left.set_xscale("symlog", linthresh=1)
    left.invert_yaxis()
    label(left, "Smallest to largest value of each number", "value (logarithmic beyond 1)")
    left.tick_params(labelsize=8)
    draw_lines(right, {name: fit.history("val_loss") for name, fit in fits.items()})
    right.set_yscale("log")
    label(right, "The same network on churn", "epoch", "validation loss (logarithmic)")
    right.legend(fontsize=8)
    return figure
