"""Lesson 2: activations, their gradients, and what is left of a gradient after many layers."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from percept.composition import load_config
from percept.lessons.drawing import DASHES, draw_lines
from percept.lessons.fits import Fitted, fitted, prepare_data
from percept.lessons.made import Made, Table
from percept.tuning.figure import BLUE, COLOURS, ORANGE, label, new_figure

if TYPE_CHECKING:
    import keras
    from matplotlib.figure import Figure

CURVES = ("step", "sigmoid", "tanh", "relu", "leaky_relu", "swish", "gelu", "softmax")
DEEP = ("sigmoid", "tanh", "relu")
NUM_LAYERS, UNITS, EPOCHS = 8, 32, 20
POINTS = (-2.0, 0.0, 2.0)


def make() -> Made:
    fits = {name: deep(name) for name in DEEP}
    tables = {"curves": _curves_table(), "vanishing": _vanishing_table(fits)}
    return Made(tables, {"02_activations": draw_curves(), "02_vanishing": draw_vanishing(fits)})


def _curves_table() -> Table:
    from percept.lessons.inside import slopes

    rows = []
    for name in CURVES:
        values, gradients = slopes(name, np.array(POINTS))
        largest = slopes(name, np.linspace(-6, 6, 1201))[1].max()
        rows.append((name, *(f"{value:.3f}" for value in (*values, *gradients, largest))))
    at = [f"{what} at {point:.0f}" for what in ("value", "gradient") for point in POINTS]
    return Table(("activation", *at, "largest gradient"), rows)


def draw_curves() -> "Figure":
    """Draw each activation and its gradient."""
    from percept.lessons.inside import slopes

    figure = new_figure(10, 4.6)
    x = np.linspace(-6, 6, 601)
    for axes, name in zip(figure.subplots(2, 4, sharex=True).flat, CURVES, strict=True):
        values, gradients = slopes(name, x)
        axes.plot(x, values, color=BLUE, linewidth=2, label="value")
        axes.plot(x, gradients, color=ORANGE, linewidth=1.6, linestyle="--", label="gradient")
        label(axes, name)
        axes.set_ylim(-1.2, 2.2 if values.max() > 1.5 else 1.2)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2, fontsize=10, frameon=False)
    return figure


def deep(activation: str) -> tuple[Fitted, NDArray[np.float64]]:
    """Train many layers on digits; return the gradient of each layer's weights before the first epoch, (layers,)."""
    from percept.lessons.inside import Look, gradient_norms

    overrides = ["task=digits", "model=mlp", f"model.units={[UNITS] * NUM_LAYERS}", "model.dropout=0"]
    overrides += [f"fit.epochs={EPOCHS}", "fit.patience=null"]
    seen: list[NDArray] = []

    def look(network: "keras.Model") -> None:
        if not seen:
            train = prepared.examples["train"]
            seen.append(gradient_norms(network, np.asarray(train.x), train.y[:, np.newaxis]))

    prepared = prepare_data(load_config(overrides))
    fit = fitted([*overrides, f"model.activation={activation}"], prepared, Look(look))
    return fit, seen[0]


def _vanishing_table(fits: dict[str, tuple[Fitted, NDArray]]) -> Table:
    rows = []
    for name, (fit, norms) in fits.items():
        hidden = norms[:NUM_LAYERS]
        accuracy = fit.history("val_accuracy")[-1]
        first, last = hidden[[0, -1]]
        rows.append((name, f"{first:.0e}", f"{last:.0e}", _times(last / first), f"{accuracy:.2f}"))
    header = ("activation", "gradient of layer 1", f"gradient of layer {NUM_LAYERS}", "ratio")
    return Table((*header, f"validation accuracy after {EPOCHS} epochs"), rows)


def _times(ratio: float) -> str:
    return f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.1f}"


def draw_vanishing(fits: dict[str, tuple[Fitted, NDArray]]) -> "Figure":
    """Draw the gradient of each layer, and what that means for learning."""
    figure = new_figure(9, 3.4)
    left, right = figure.subplots(1, 2)
    for number, (name, (_, norms)) in enumerate(fits.items()):
        style = {"color": COLOURS[number], "linestyle": DASHES[number], "marker": "o", "markersize": 4}
        left.plot(np.arange(1, NUM_LAYERS + 1), norms[:NUM_LAYERS], label=name, **style)
    left.set_yscale("log")
    label(left, "Gradient before training", "hidden layer (1 is next to the input)", "root mean square")
    draw_lines(right, {name: fit.history("val_accuracy") for name, (fit, _) in fits.items()})
    label(right, f"{NUM_LAYERS} hidden layers on digits", "epoch", "validation accuracy")
    right.legend(fontsize=9)
    return figure
