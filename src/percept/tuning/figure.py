"""Pictures drawn by matplotlib: what they have in common, and that of a learning-rate range test."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from percept.tuning.range_test import LossCurve

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SIZE_INCHES, DPI = (8.0, 4.8), 150
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#595959"  # colour-blind people tell them apart (Wong 2011)


def draw_range_test(
    path: Path, curve: LossCurve, suggested: float | None, current: float, *, what: str, loss: str
) -> None:
    """Write a PNG of the loss against the learning rate, with the suggested and the current rate marked.

    what: what was tested, for the title; loss: the name of the loss, for the axis.
    """
    figure = new_figure()
    axes = figure.subplots()
    axes.plot(curve.rates, curve.losses, color=BLUE, alpha=0.35, linewidth=1, label="loss of each batch")
    axes.plot(curve.rates, curve.smoothed, color=BLUE, linewidth=2.5, label="smoothed")
    axes.axvline(current, color=GREY, linestyle="--", linewidth=1.5, label=f"params.yaml: {current:.2g}")
    if suggested is not None:
        height = np.interp(suggested, curve.rates, curve.smoothed)
        axes.axvline(suggested, color=ORANGE, linewidth=1.5, label=f"suggested: {suggested:.2g}")
        axes.plot(suggested, height, "o", color=ORANGE, markersize=9, markeredgecolor="white")
    axes.set_xscale("log")
    axes.set_ylim(*_limits(curve))
    label(axes, f"Learning-rate range test: {what}", "learning rate (no unit, logarithmic)", f"loss ({loss})")
    axes.legend(fontsize=12, loc="best")
    save(figure, path)


def new_figure(width: float = SIZE_INCHES[0], height: float = SIZE_INCHES[1]) -> "Figure":
    """Make a figure of a size in inches."""
    from matplotlib.figure import Figure

    return Figure((width, height), DPI, layout="constrained")


def label(axes: "Axes", title: str, x: str, y: str) -> None:
    """Give axes their title and names, with units, and a faint grid behind what is drawn."""
    axes.set_title(title, fontsize=15)
    axes.set_xlabel(x, fontsize=13)
    axes.set_ylabel(y, fontsize=13)
    axes.tick_params(labelsize=12)
    axes.grid(color="0.9")
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def counted(found: Sequence[object], what: str) -> str:
    """Return such as "1 trial" or "2 trials"."""
    return f"{len(found)} {what}{'' if len(found) == 1 else 's'}"


def save(figure: "Figure", path: Path) -> None:
    """Write a figure as a PNG, whatever the file is called."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    FigureCanvasAgg(figure).print_png(path)


def _limits(curve: LossCurve) -> tuple[float, float]:
    """Return the limits of the vertical axis: the range of the loss until it grows, with some room."""
    low, high = np.percentile(curve.losses[: curve.lowest + 1], (1, 99))
    span = (high - low) or abs(high) or 1.0
    return low - 0.1 * span, high + 0.4 * span
