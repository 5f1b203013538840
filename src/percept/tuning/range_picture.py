"""The picture of a learning-rate range test."""

from pathlib import Path

import numpy as np

from percept.tuning.figure import BLUE, GREY, NAME, ORANGE, label, new_figure, save
from percept.tuning.range_test import LossCurve


def draw_range_test(
    path: Path, curve: LossCurve, suggested: float | None, current: float, *, what: str, loss: str
) -> None:
    """Write a PNG of the loss against the learning rate, with the suggested and the current rate marked.

    what: what was tested, for the title; loss: the name of the loss, for the axis.
    """
    figure = new_figure(height=5.4)
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
    axes.legend(fontsize=NAME, loc="best")
    save(figure, path)


def _limits(curve: LossCurve) -> tuple[float, float]:
    """Return the limits of the vertical axis: the range of the loss until it grows, with some room."""
    low, high = np.percentile(curve.losses[: curve.lowest + 1], (1, 99))
    span = (high - low) or abs(high) or 1.0
    return low - 0.1 * span, high + 0.4 * span
