"""Lesson 5: a network that learns its rows by heart, and four ways to keep it from that, on diabetes."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from percept.composition import load_config
from percept.lessons.fits import Fitted, fitted, of_truth, prepare_data
from percept.lessons.made import Made, Table
from percept.prepared.contents import Prepared
from percept.tuning.figure import BLUE, GREY, ORANGE, label, new_figure

if TYPE_CHECKING:
    import keras
    from matplotlib.figure import Figure

BASE = [
    "task=diabetes", "model=mlp", "model.units=[64,64]", "model.dropout=0", "features.scaling=standard",
    "fit.epochs=150", "fit.batch_size=32", "fit.weights=last",
]  # fmt: skip
SETTINGS = {
    "nothing": [],
    "L1": ["model.l1=0.002"],
    "L2": ["model.l2=0.01"],
    "dropout": ["model.dropout=0.5"],
    "early stopping": ["fit.patience=10", "fit.weights=best"],
}
Losses = NDArray[np.float64]  # (epochs, 2): of training rows and of validation rows


def make() -> Made:
    prepared = prepare_data(load_config(BASE))
    fits = {name: watched([*BASE, *overrides], prepared) for name, overrides in SETTINGS.items()}
    rows = []
    for name, (fit, losses) in fits.items():
        kept = (fit.trained.best_epoch if fit.config.fit.weights == "best" else len(losses)) - 1
        train, validation = losses[kept]
        test = fit.scores("test")
        figures = (train, validation, validation - train, test["log_loss"], test["accuracy"])
        changed = " ".join(SETTINGS[name]) or "-"
        rows.append((name, f"`{changed}`", str(kept + 1), *(f"{value:.2f}" for value in figures)))
    header = ("against over-fitting", "overrides", "epochs", "training loss", "validation loss", "gap")
    return Made({"overfitting": Table((*header, "test loss", "test accuracy"), rows)}, {"05_overfitting": draw(fits)})


def watched(overrides: list[str], prepared: Prepared) -> tuple[Fitted, Losses]:
    """Fit, and take both losses after each epoch: without the penalty of L1 and L2, and without dropout."""
    from percept.lessons.inside import Look

    subsets = [prepared.examples[name] for name in ("train", "validation")]
    seen: list[list[float]] = []

    def look(network: "keras.Model") -> None:
        said = [np.asarray(network(each.x, training=False), np.float64)[:, 0] for each in subsets]
        seen.append([float(-np.log(of_truth(p, each.y)).mean()) for p, each in zip(said, subsets, strict=True)])

    fit = fitted(overrides, prepared, Look(look))
    return fit, np.array(seen[1:])


def draw(fits: dict[str, tuple[Fitted, Losses]]) -> "Figure":
    """Draw both losses of each setting side by side."""
    figure = new_figure(10, 3.3)
    for axes, (name, (fit, losses)) in zip(figure.subplots(1, len(fits), sharey=True), fits.items(), strict=True):
        epochs = np.arange(1, len(losses) + 1)
        axes.plot(epochs, losses[:, 0], color=BLUE, linewidth=1.8, label="training rows")
        axes.plot(epochs, losses[:, 1], color=ORANGE, linewidth=1.8, linestyle="--", label="validation rows")
        if fit.config.fit.weights == "best":
            axes.axvline(fit.trained.best_epoch, color=GREY, linewidth=1, linestyle=":", label="best epoch")
        axes.set_xlim(0, 150)
        label(axes, name, "epoch")
    figure.axes[0].set_ylabel("loss (cross-entropy)")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=10, frameon=False)
    return figure
