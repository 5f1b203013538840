"""Lesson 10: convolutions on MNIST; their filters, and what they make of a picture."""

from typing import TYPE_CHECKING

from percept.lessons.drawing import draw_grey
from percept.lessons.fits import Fitted, fitted
from percept.lessons.made import Made, Table
from percept.tuning.figure import new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FILTERS, EPOCHS = [8, 16], 2


def make() -> Made:
    fit = fitted(["task=mnist_cnn", f"model.filters={FILTERS}", f"fit.epochs={EPOCHS}", "fit.checkpoints=false"])
    network = fit.trained.network
    rows = []
    for layer in network.layers:
        shape = " x ".join(str(size) for size in layer.output.shape[1:])
        rows.append((type(layer).__name__, shape, f"{layer.count_params():,}"))
    test = fit.scores("test")
    scores = [(str(EPOCHS), f"{network.count_params():,}", f"{test['accuracy']:.2f}")]
    header = ("epochs", "weights", "test accuracy")
    tables = {"layers": Table(("layer", "output", "weights"), rows), "scores": Table(header, scores)}
    return Made(tables, {"10_convolutions": draw(fit)})


def draw(fit: Fitted) -> "Figure":
    """Draw filters of the first convolution, and what both convolutions say of the first test picture."""
    from percept.lessons.inside import feature_maps

    network, picture = fit.trained.network, fit.examples("test")[0][:1]
    (first, maps), (_, later) = feature_maps(network, picture).items()
    filters = network.get_layer(first).kernel.numpy()  # (height, width, channels, filters)
    figure = new_figure(10, 4.0)
    panels = figure.subplots(3, FILTERS[0] + 1)
    for axes in panels[:, 0]:
        axes.axis("off")
    draw_grey(panels[1, 0], picture[0, :, :, 0], "test picture")
    furthest = abs(filters).max()
    for number in range(FILTERS[0]):
        style = {"cmap": "RdBu", "vmin": -furthest, "vmax": furthest}
        draw_grey(panels[0, number + 1], filters[:, :, 0, number], f"filter {number + 1}", **style)
        draw_grey(panels[1, number + 1], maps[0, :, :, number], f"map {number + 1}")
        draw_grey(panels[2, number + 1], later[0, :, :, number], f"2nd layer, {number + 1}")
    return figure
