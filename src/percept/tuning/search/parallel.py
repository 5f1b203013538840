"""Parallel coordinates of a study: an axis for each parameter, a line for each trial."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from percept.spaces.parameters import Parameter
from percept.tuning.figure import GREY, ORANGE, SMALL, label, new_figure, save
from percept.tuning.search.outcome import Trial
from percept.tuning.search.results import Results
from percept.tuning.search.scale import Scale, score_scale
from percept.tuning.search.space import Space

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NOT_TRIED = -0.16  # height of a parameter whose condition did not hold
WORST, BEST = "#C6DBEF", "#08306B"  # light to dark blue: told apart without colours, too
NUM_TICKS = 5
NEAR = 0.1  # a value so near an end of its axis is not named
LONGEST = 20  # characters of a value
LINE = 16  # characters of a name


@dataclass(frozen=True)
class Axis:
    """Where the values of a parameter stand, from 0 to 1, and the ones that are named."""

    name: str
    places: tuple[float | None, ...]  # of each trial
    ticks: tuple[tuple[float, str], ...]


def draw_parallel(path: Path, results: Results, space: Space) -> None:
    """Write a PNG with an axis for each parameter that varies, and one for the score; the best trial is bold."""
    scale = score_scale(results)
    trials = sorted(results.complete, key=lambda trial: scale.quality(trial.outcome.values[0]))
    trials = [trial for trial in trials if trial is not results.best] + [results.best]
    axes_of = [*parameter_axes(space, trials), _score_axis(results, scale, trials)]
    figure = new_figure(width=max(9.0, 1.0 + 1.45 * len(axes_of)), height=5.4)
    axes = figure.subplots()
    title = f"Search on {results.task}: {counted(trials, 'complete trial')}\nthe better, the darker; the best in orange"
    label(axes, title, "", "")
    _draw_axes(axes, axes_of)
    for number, trial in enumerate(trials):
        heights = [NOT_TRIED if place is None else place for place in (axis.places[number] for axis in axes_of)]
        is_best = trial is results.best
        colour = ORANGE if is_best else _between(scale.quality(trial.outcome.values[0]))
        style: dict[str, Any] = {"linewidth": 1.4, "zorder": 2, "alpha": 0.85}
        if is_best:
            style = {"linewidth": 3.5, "zorder": 4}
        axes.plot(range(len(heights)), heights, color=colour, solid_joinstyle="round", **style)
    save(figure, path)


def counted(found: Sequence[object], what: str) -> str:
    """Return such as "1 trial" or "2 trials"."""
    return f"{len(found)} {what}{'' if len(found) == 1 else 's'}"


def parameter_axes(space: Space, trials: Sequence[Trial]) -> list[Axis]:
    """Return an axis for each parameter that has more than one value; a list has two: its length, and of what it is."""
    found = []
    for key, parameter in space.parameters.items():
        values = [trial.settings.get(key) for trial in trials]
        tried = [key in trial.settings for trial in trials]
        if parameter.length and parameter.length[0] < parameter.length[1]:
            lengths = Parameter(int=parameter.length)
            found.append(_axis(f"number of {key}", lengths, [len(value) if value else None for value in values], tried))
        values = [value[0] if parameter.length and value else value for value in values]
        if not parameter.choice or len(parameter.choice) > 1:
            found.append(_axis(key, parameter, values, tried))
    return found


def _axis(name: str, parameter: Parameter, values: list[Any], tried: list[bool]) -> Axis:
    """Place values: numbers by their size or its logarithm, choices one above the other."""
    if parameter.choice:
        texts = [json.dumps(choice) for choice in parameter.choice]
        last = max(len(texts) - 1, 1)
        places = [
            texts.index(json.dumps(value)) / last if there else None for value, there in zip(values, tried, strict=True)
        ]
        ticks = [(number / last, _shown(choice)) for number, choice in enumerate(parameter.choice)]
        return Axis(name, tuple(places), tuple(ticks))
    low, high = parameter.bounds or (0.0, 1.0)
    bend = np.log if parameter.is_log else float

    def place(value: float) -> float:
        return float((bend(value) - bend(low)) / (bend(high) - bend(low)))

    places = [place(value) if there else None for value, there in zip(values, tried, strict=True)]
    inner = [tick for tick in _inner_ticks(low, high, parameter) if NEAR < place(tick) < 1 - NEAR]
    return Axis(name, tuple(places), tuple((place(tick), _shown(tick)) for tick in (low, *inner, high)))


def _inner_ticks(low: float, high: float, parameter: Parameter) -> list[float]:
    if parameter.is_log:
        decades = 10.0 ** np.arange(np.floor(np.log10(low)), np.log10(high) + 1)
        each = (1,) if high / low > 100 else (1, 2, 5)
        return sorted(float(decade * times) for decade in decades for times in each)
    from matplotlib.ticker import MaxNLocator

    return [float(tick) for tick in MaxNLocator(NUM_TICKS, integer=parameter.int_ is not None).tick_values(low, high)]


def _score_axis(results: Results, scale: Scale, trials: Sequence[Trial]) -> Axis:
    name = results.name(results.objectives[0])
    places = [scale.quality(trial.outcome.values[0]) for trial in trials]
    bounds = Parameter(float=(scale.low, scale.high))
    inner = [tick for tick in _inner_ticks(scale.low, scale.high, bounds) if NEAR < scale.quality(tick) < 1 - NEAR]
    ticks = [(scale.quality(tick), _shown(tick)) for tick in (scale.low, *inner, scale.high)]
    return Axis(name, tuple(places), tuple(ticks))


def _draw_axes(axes: "Axes", found: Sequence[Axis]) -> None:
    """Draw what lines run over: the axes, their values, and where parameters stand that were not tried."""
    for number, axis in enumerate(found):
        axes.plot([number, number], [0, 1], color=GREY, linewidth=1.2, zorder=3)
        for place, text in (*axis.ticks, *([(NOT_TRIED, "not tried")] if None in axis.places else [])):
            axes.plot([number - 0.02, number + 0.02], [place, place], color=GREY, linewidth=1.2, zorder=3)
            box = {"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 0.8}
            axes.text(number + 0.05, place, text, fontsize=SMALL, va="center", zorder=5, bbox=box)
    axes.set_xticks(range(len(found)), [in_lines(axis.name, LINE) for axis in found], fontsize=SMALL)
    axes.set_yticks([])
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    axes.set_xlim(-0.15, len(found) - 0.4)
    axes.set_ylim(NOT_TRIED - 0.08 if any(None in axis.places for axis in found) else -0.06, 1.06)


def in_lines(name: str, width: int) -> str:
    """Break a long name after blanks, dots and underscores."""
    lines = [""]
    for part in re.findall(r"[^._ ]+[._ ]?", name):
        if lines[-1] and len(lines[-1] + part) > width:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)


def _shown(value: Any) -> str:
    text = f"{value:.3g}" if isinstance(value, float) else json.dumps(value, ensure_ascii=False).replace('"', "")
    if isinstance(value, str):
        text = value.rpartition("/")[2]  # of a file in conf/
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _between(quality: float) -> tuple[float, ...]:
    """Return the colour of a trial."""
    from matplotlib.colors import to_rgb

    return tuple((1 - quality) * np.array(to_rgb(WORST)) + quality * np.array(to_rgb(BEST)))
