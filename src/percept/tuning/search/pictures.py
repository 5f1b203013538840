"""Pictures of a study, drawn by matplotlib: its course, what matters, and what an objective costs in another one."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from percept.tuning.figure import BLUE, GREY, NAME, ORANGE, SMALL, TITLE, label, new_figure, save
from percept.tuning.search.outcome import Trial
from percept.tuning.search.parallel import counted, draw_parallel, in_lines
from percept.tuning.search.results import Results
from percept.tuning.search.scale import score_scale
from percept.tuning.search.space import LENGTH, Space

if TYPE_CHECKING:
    import optuna
    from matplotlib.axes import Axes

LINE = 32  # characters of a name
HEIGHT = 5.4  # inches
MIN_TRIALS = 5  # complete ones, before importance means something
SEEN: dict[str, Any] = {"markersize": 7, "markeredgecolor": "white", "markeredgewidth": 0.7}
STAR: dict[str, Any] = {"marker": "*", "color": ORANGE, "markersize": 19, "markeredgecolor": "white", "linestyle": ""}


def draw_all(folder: Path, study: "optuna.Study", results: Results, space: Space) -> None:
    """Write the pictures of a study that its trials suffice for, as PNG files."""
    draw_history(folder / "history.png", results)
    draw_parallel(folder / "parallel_coordinates.png", results, space)
    if shares := importance(study, results):
        draw_importance(folder / "importance.png", results, shares)
    if len(results.objectives) > 1:
        draw_pareto(folder / "pareto.png", results)


def draw_history(path: Path, results: Results) -> None:
    """Write a PNG of the first objective of each trial, and the best so far."""
    from matplotlib.ticker import MaxNLocator

    figure = new_figure(height=HEIGHT)
    axes = figure.subplots()
    objective = results.objectives[0]
    trials = results.complete
    numbers, values = [trial.number for trial in trials], np.array([trial.outcome.values[0] for trial in trials])
    scale = score_scale(results)
    best = results.signs[0] * np.minimum.accumulate(results.signs[0] * values)
    last = results.trials[-1].number
    axes.step(
        [*numbers, last], [*best, best[-1]], where="post", color=ORANGE, linewidth=2.5, label="best so far", zorder=1
    )
    inside = (values >= scale.low) & (values <= scale.high)
    _points(axes, np.array(numbers)[inside], values[inside], "complete", color=BLUE, marker="o", alpha=0.75)
    if not inside.all():
        edge, marker = (scale.high, "^") if results.signs[0] > 0 else (scale.low, "v")
        _points(axes, np.array(numbers)[~inside], edge, "complete, off the scale", color=BLUE, marker=marker)
    room = 0.06 * (scale.high - scale.low)
    for state, marker, colour in (("pruned", "|", GREY), ("failed", "x", GREY)):
        stopped = [trial.number for trial in results.trials if trial.outcome.state == state]
        if stopped:
            axes.plot(stopped, [scale.low - 2 * room] * len(stopped), marker, color=colour, label=state, markersize=9)
    axes.plot(results.best.number, results.best.outcome.values[0], **STAR, label="best")
    axes.set_ylim(scale.low - (1 if len(trials) == len(results.trials) else 3) * room, scale.high + room)
    axes.set_xlim(-0.5, max(last, 1) + 0.5)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    found = f"{results.name(objective)} ({results.unit(objective)})"
    title = f"Search on {results.task}: {counted(results.trials, 'trial')}"
    label(axes, title, "trial (number)", f"{found}\n{results.judge}")
    figure.legend(
        fontsize=SMALL, loc="outside lower center", ncols=6, frameon=False, columnspacing=1.2, handletextpad=0.4
    )
    save(figure, path)


def importance(study: "optuna.Study", results: Results) -> dict[str, float]:
    """Return the share that each parameter has in how the first objective varies, the largest first; they sum to 1.

    By PED-ANOVA (Watanabe et al. 2023), which compares the better trials with all. Empty where nothing can be said:
    of few complete trials, of parameters that did not vary, of a score that is always the same.
    """
    import optuna

    trials = [trial for trial in study.get_trials(deepcopy=False) if trial.number in _numbers(results.complete)]
    some = optuna.create_study(direction="minimize")  # complete trials alone, so that infinite values take no part
    for trial in trials:
        varied = {name: it for name, it in trial.distributions.items() if not it.single()}
        values = {name: trial.params[name] for name in varied}
        cost = results.signs[0] * trial.values[0]
        some.add_trial(optuna.trial.create_trial(params=values, distributions=varied, value=cost))
    names = {name for trial in some.trials for name in trial.params}
    if len(trials) < MIN_TRIALS or not names or len({trial.value for trial in some.trials}) == 1:
        return {}
    shares = optuna.importance.get_param_importances(some)
    return dict(shares) if any(shares.values()) and np.isfinite(list(shares.values())).all() else {}


def draw_importance(path: Path, results: Results, shares: dict[str, float]) -> None:
    """Write a PNG of what `importance` returns."""
    figure = new_figure(height=max(2.4, 1.5 + 0.45 * len(shares)))
    axes = figure.subplots()
    names = [name if not name.endswith(LENGTH) else f"number of {name.removesuffix(LENGTH)}" for name in shares]
    bars = axes.barh([in_lines(name, LINE) for name in names], list(shares.values()), color=BLUE, height=0.65)
    axes.bar_label(bars, [_percent(share) for share in shares.values()], padding=4, fontsize=SMALL)
    axes.invert_yaxis()
    axes.set_xlim(0, 1.12 * max(shares.values()))
    axes.xaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    trials = counted(results.complete, "trial")
    figure.suptitle(
        f"What {results.name(results.objectives[0])} depended on: {trials} on {results.task}", fontsize=TITLE
    )
    figure.supxlabel("importance (share of what all parameters explain)", fontsize=NAME)
    label(axes, "", "", "")
    axes.grid(visible=False, axis="y")
    save(figure, path)


def draw_pareto(path: Path, results: Results) -> None:
    """Write a PNG of the first objective against each other one, with the trials that no other one beats."""
    from matplotlib.ticker import LogFormatter

    others = results.objectives[1:]
    figure = new_figure(9.0 if len(others) == 1 else 13.0, HEIGHT)
    front, scale = results.pareto, score_scale(results)
    shown = [trial for trial in results.complete if scale.low <= trial.outcome.values[0] <= scale.high]
    for axes, objective in zip(np.atleast_1d(figure.subplots(1, len(others), sharey=True)), others, strict=True):
        at = results.objectives.index(objective)
        beaten = [trial for trial in shown if trial not in front]
        _points(axes, _values(beaten, at), _values(beaten, 0), "beaten", color=GREY, marker="o", alpha=0.4)
        _points(axes, _values(front, at), _values(front, 0), "not beaten by any other", color=BLUE, marker="o")
        if len(others) == 1:
            line = sorted(front, key=lambda trial: trial.outcome.values[at])
            axes.step(_values(line, at), _values(line, 0), where="post", color=BLUE, linewidth=1.5, zorder=1)
        axes.plot(results.best.outcome.values[at], results.best.outcome.values[0], **STAR, label="best by the first")
        if _values(results.complete, at).min() > 0:
            axes.set_xscale("log")
            axes.xaxis.set_major_formatter(LogFormatter())
            axes.xaxis.set_minor_formatter(LogFormatter())
        y_name = f"{results.name(results.objectives[0])} ({results.unit(results.objectives[0])})"
        label(axes, "", f"{results.name(objective)} ({results.unit(objective)})", y_name if at == 1 else "")
    axes.legend(fontsize=SMALL, loc="best")
    figure.suptitle(
        f"Search on {results.task}: {len(front)} of {len(results.complete)} trials unbeaten", fontsize=TITLE
    )
    save(figure, path)


def _points(axes: "Axes", x: np.ndarray, y: np.ndarray | float, words: str, **style: Any) -> None:
    if len(x):
        axes.plot(x, np.broadcast_to(y, len(x)), label=words, linestyle="", **{**SEEN, **style})


def _values(trials: list[Trial], objective: int) -> np.ndarray:
    return np.array([trial.outcome.values[objective] for trial in trials])


def _numbers(trials: list[Trial]) -> set[int]:
    return {trial.number for trial in trials}


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.005 else "<1%"
