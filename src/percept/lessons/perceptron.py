"""Lesson 1: a perceptron on four gates; its weights, and the line that they draw, as training moves them."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from percept.lessons.drawing import draw_lines
from percept.lessons.fits import Fitted, fitted
from percept.lessons.made import Made, Table
from percept.tuning.figure import BLUE, GREY, ORANGE, label, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

GATES = {"AND": "and_gate", "OR": "or_gate", "NAND": "nand_gate", "XOR": "xor_gate"}
RATE, EPOCHS = 0.5, 100
SHOWN = (1, 5, 20, EPOCHS)  # epochs after which the line is drawn
SETTING = ["model=perceptron", f"optimizer.learning_rate={RATE}", f"fit.epochs={EPOCHS}", "fit.shuffle=false"]
NAMES = ("w_a", "w_b", "bias")


def make() -> Made:
    found = {gate: trained(task) for gate, task in GATES.items()}
    fit, weights = found["AND"]
    updates = Table(("a", "b", "wanted", "said", "error", *NAMES), first_updates(fit, weights[0]))
    header = ("gate", *NAMES, "rows right", "all right from epoch")
    gates = Table(header, [_row(gate, *each) for gate, each in found.items()])
    return Made({"updates": updates, "gates": gates}, {"01_perceptron": draw(found)})


def trained(task: str) -> tuple[Fitted, NDArray[np.float32]]:
    """Train on a gate; return the weights before the first epoch and after each, (epochs + 1, 3)."""
    from percept.lessons.inside import Look

    seen: list[NDArray] = []
    look = Look(lambda network: seen.append(np.concatenate([each.ravel() for each in network.get_weights()])))
    return fitted([f"task={task}", *SETTING], look=look), np.array(seen)


def first_updates(fit: Fitted, weights: NDArray[np.float32]) -> list[tuple[str, ...]]:
    """Apply the rule, weight += rate * error * input, to each row once, and say what it did."""
    rows = []
    weights = weights.astype(np.float64)
    for inputs, wanted in zip(*fit.examples("train"), strict=True):
        said = probability(inputs, weights)
        weights = weights + RATE * (wanted - said) * np.append(inputs, 1)
        figures = (said, wanted - said, *weights)
        rows.append((*(f"{value:.0f}" for value in (*inputs, wanted)), *(f"{value:.2f}" for value in figures)))
    return rows


def probability(inputs: NDArray, weights: NDArray) -> NDArray[np.float64]:
    """Return what a perceptron with weights w_a, w_b, bias says of inputs (..., 2)."""
    return 1 / (1 + np.exp(-(inputs @ weights[:2] + weights[2])))


def _row(gate: str, fit: Fitted, weights: NDArray) -> tuple[str, ...]:
    x, y = fit.examples("train")
    right = np.array([((probability(x, each) > 0.5) == y).sum() for each in weights])
    wrong = np.flatnonzero(right < len(y))
    since = "never" if wrong.size and wrong[-1] == len(right) - 1 else str(wrong[-1] + 1 if wrong.size else 0)
    return (gate, *(f"{value:.2f}" for value in weights[-1]), f"{right[-1]}/{len(y)}", since)


def draw(found: dict[str, tuple[Fitted, NDArray]]) -> "Figure":
    """Draw the line of each gate as it moves, and below it the weights by epoch."""
    figure = new_figure(10, 5.2)
    top, bottom = figure.subplots(2, len(found))
    for number, (gate, (fit, weights)) in enumerate(found.items()):
        draw_line(top[number], gate, fit, weights)
        draw_lines(bottom[number], dict(zip(NAMES, weights.T, strict=True)), first=0)
        label(bottom[number], "", "epoch", "weight" if number == 0 else "")
    bottom[0].legend(fontsize=9)
    epochs = ", ".join(map(str, SHOWN))
    top[0].plot([], [], color=GREY, linewidth=2, label=f"the line after epoch {epochs}: the thicker, the later")
    figure.legend(*top[0].get_legend_handles_labels(), loc="outside upper center", ncols=3, fontsize=10, frameon=False)
    return figure


def draw_line(axes: "Axes", gate: str, fit: Fitted, weights: NDArray) -> None:
    """Draw the four rows, and where the perceptron changes its mind, after some epochs."""
    sides = np.linspace(-0.5, 1.5, 101)
    grid = np.stack(np.meshgrid(sides, sides), axis=-1)
    for number, epoch in enumerate(SHOWN):
        said = probability(grid, weights[epoch])
        if epoch == EPOCHS:
            axes.contourf(sides, sides, said, levels=[0, 0.5, 1], colors=["#FBE3D6", "#D9EAF7"])
        shade = 0.25 + 0.75 * number / (len(SHOWN) - 1)
        axes.contour(sides, sides, said, levels=[0.5], colors=[GREY], alpha=shade, linewidths=0.8 + number * 0.6)
    x, y = fit.examples("train")
    for wanted, marker, colour in ((0, "o", ORANGE), (1, "s", BLUE)):
        place = x[y == wanted]
        axes.plot(*place.T, marker, color=colour, markersize=10, markeredgecolor="white", label=f"wanted {wanted}")
    label(axes, gate, "a", "b")
    axes.grid(visible=False)
    axes.set_aspect("equal")
    axes.set_xticks([0, 1])
    axes.set_yticks([0, 1])
