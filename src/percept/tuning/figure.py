"""The picture of a learning-rate range test, drawn by matplotlib."""

from pathlib import Path

import numpy as np

from percept.tuning.range_test import LossCurve

SIZE_INCHES, DPI = (8.0, 4.8), 150
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#595959"  # colour-blind people tell them apart (Wong 2011)


def draw_range_test(
    path: Path, curve: LossCurve, suggested: float | None, current: float, *, what: str, loss: str
) -> None:
    """Write a PNG of the loss against the learning rate, with the suggested and the current rate marked.

    what: what was tested, for the title; loss: the name of the loss, for the axis.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(SIZE_INCHES, DPI, layout="constrained")
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
    axes.set_title(f"Learning-rate range test: {what}", fontsize=15)
    axes.set_xlabel("learning rate (no unit, logarithmic)", fontsize=13)
    axes.set_ylabel(f"loss ({loss})", fontsize=13)
    axes.tick_params(labelsize=12)
    axes.grid(color="0.9")
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(fontsize=12, loc="best")
    FigureCanvasAgg(figure).print_png(path)


def _limits(curve: LossCurve) -> tuple[float, float]:
    """Return the limits of the vertical axis: the range of the loss until it grows, with some room."""
    low, high = np.percentile(curve.losses[: curve.lowest + 1], (1, 99))
    span = (high - low) or abs(high) or 1.0
    return low - 0.1 * span, high + 0.4 * span
