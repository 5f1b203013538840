"""What the pictures of the lessons are drawn with, beside what every picture has: lines, pictures, numbers."""

from typing import TYPE_CHECKING, Any

import numpy as np

from percept.tuning.figure import COLOURS, SMALL

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)))  # so that colour is never alone
SHADES = "Blues"  # of numbers: darker is more


def draw_lines(axes: "Axes", lines: dict[str, Any], first: int = 1) -> None:
    """Draw values by epoch, counted from `first`; each line has a colour and a dash of its own."""
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    for number, (name, values) in enumerate(lines.items()):
        look: dict[str, Any] = {
            "color": COLOURS[number % len(COLOURS)],
            "linestyle": DASHES[number % len(DASHES)],
            "linewidth": 1.6,
        }
        axes.plot(first + np.arange(len(values)), values, label=name, **look)


def draw_grey(axes: "Axes", picture: np.ndarray, title: str = "", **style: Any) -> None:
    """Draw one channel, (height, width), without axes; large values are dark."""
    axes.imshow(picture, **{"cmap": "Greys", "interpolation": "nearest"} | style)
    axes.set_title(title, fontsize=SMALL)
    axes.set_xticks([])
    axes.set_yticks([])


def draw_numbers(axes: "Axes", numbers: np.ndarray, shown: list[list[str]], x: list[str], y: list[str]) -> None:
    """Draw a matrix, (rows, columns), as shades with its numbers in them."""
    axes.imshow(numbers, cmap=SHADES, aspect="auto")
    middle = (np.nanmin(numbers) + np.nanmax(numbers)) / 2
    for (row, column), value in np.ndenumerate(numbers):
        colour = "white" if value > middle else "black"
        axes.text(column, row, shown[row][column], ha="center", va="center", fontsize=SMALL, color=colour)
    axes.set_xticks(range(len(x)), x)
    axes.set_yticks(range(len(y)), y)
