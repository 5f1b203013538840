"""How every picture of matplotlib looks: sizes of letters, colours that the colour-blind tell apart, small files."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DPI = 100
TITLE, NAME, SMALL = 11, 10, 9  # sizes of letters, in points
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")  # Wong 2011
BLUE, ORANGE, GREEN = COLOURS[:3]
GREY = "#595959"
NUM_COLOURS = 128  # of a file


def new_figure(width: float = 9.0, height: float = 3.6) -> "Figure":
    """Make a figure of a size in inches."""
    from matplotlib.figure import Figure

    return Figure((width, height), DPI, layout="constrained")


def label(axes: "Axes", title: str, x: str = "", y: str = "") -> None:
    """Give axes their title and names, with units, and a faint grid behind what is drawn."""
    axes.set_title(title, fontsize=TITLE)
    axes.set_xlabel(x, fontsize=NAME)
    axes.set_ylabel(y, fontsize=NAME)
    axes.tick_params(labelsize=SMALL)
    axes.grid(color="0.9")
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)


def save(figure: "Figure", path: Path) -> None:
    """Write a figure as a PNG of few colours, whatever the file is called."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    picture = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    picture.quantize(NUM_COLOURS, dither=Image.Dither.NONE).save(path, format="PNG", optimize=True)
