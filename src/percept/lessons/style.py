"""How the pictures of the lessons look: sizes of letters, colours that the colour-blind tell apart, small files."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DPI = 100
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")  # Wong 2011
BLUE, ORANGE, GREEN = COLOURS[:3]
GREY = "#595959"
DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)))  # so that colour is never alone
NUM_COLOURS = 128  # of a file
SHADES = "Blues"  # of numbers: darker is more


def new_figure(width: float = 9.0, height: float = 3.6) -> "Figure":
    """Make a figure of a size in inches."""
    from matplotlib.figure import Figure

    return Figure((width, height), DPI, layout="constrained")


def label(axes: "Axes", title: str, x: str = "", y: str = "") -> None:
    """Give axes their title and names, and a faint grid behind what is drawn."""
    axes.set_title(title, fontsize=11)
    axes.set_xlabel(x, fontsize=10)
    axes.set_ylabel(y, fontsize=10)
    axes.tick_params(labelsize=9)
    axes.grid(color="0.9")
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


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
    axes.set_title(title, fontsize=9)
    axes.set_xticks([])
    axes.set_yticks([])


def draw_numbers(axes: "Axes", numbers: np.ndarray, shown: list[list[str]], x: list[str], y: list[str]) -> None:
    """Draw a matrix, (rows, columns), as shades with its numbers in them."""
    axes.imshow(numbers, cmap=SHADES, aspect="auto")
    middle = (np.nanmin(numbers) + np.nanmax(numbers)) / 2
    for (row, column), value in np.ndenumerate(numbers):
        colour = "white" if value > middle else "black"
        axes.text(column, row, shown[row][column], ha="center", va="center", fontsize=9, color=colour)
    axes.set_xticks(range(len(x)), x)
    axes.set_yticks(range(len(y)), y)


def save(figure: "Figure", path: Path) -> None:
    """Write a figure as a PNG of few colours, whatever the file is called."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    picture = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    picture.quantize(NUM_COLOURS, dither=Image.Dither.NONE).save(path, format="PNG", optimize=True)
