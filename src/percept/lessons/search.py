"""Lesson 12: settings found by trying, judged by the validation rows; the test rows are looked at once."""

from typing import TYPE_CHECKING

import numpy as np

from percept import paths
from percept.composition import composed, load_config
from percept.lessons.fits import fitted, prepare_data
from percept.lessons.made import Made, Table
from percept.params import plain_values
from percept.spaces.options import Search
from percept.spaces.parameters import Parameter
from percept.tuning.figure import BLUE, GREY, ORANGE, label, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from percept.tuning.search.space import Settings

BASE = ["task=digits", "model=mlp", "model.dropout=0", "fit.epochs=15"]
SPACE = {
    "optimizer.learning_rate": {"log": [1e-5, 1e-1]},
    "model.units": {"int": [8, 128], "log": True, "length": [1, 2]},
    "fit.batch_size": {"choice": [16, 64, 256]},
}
TRIALS = 12
Tried = list[tuple["Settings", float]]


def make() -> Made:
    found = tried()
    scores = np.array([score for _, score in found])
    settings = found[int(scores.argmax())][0]
    best = fitted([*BASE, *overrides_of(settings)])
    rows = [(str(number), *_cells(each), f"{score:.2f}") for number, (each, score) in enumerate(found, 1)]
    last = [(str(int(scores.argmax()) + 1), f"{scores.max():.2f}", f"{best.scores('test')['accuracy']:.2f}")]
    header = ("trial", "learning rate", "units", "batch size", "validation accuracy")
    tables = {
        "trials": Table(header, rows),
        "best": Table(("best trial", "validation accuracy", "test accuracy"), last),
    }
    return Made(tables, {"12_search": draw(found)})


def tried() -> Tried:
    """Run the trials one after the other; each begins where a study of `search.py` would."""
    from percept.tuning.search.outcome import Outcome
    from percept.tuning.search.space import Space
    from percept.tuning.search.study import opened

    space = Space(plain_values(composed(BASE)), {key: Parameter.model_validate(each) for key, each in SPACE.items()})
    options = Search.model_validate({"sampler": "tpe", "pruner": "none", "trials": TRIALS})
    prepared = prepare_data(load_config(BASE))
    found: Tried = []
    with paths.scratch() as folder, opened(folder / "study", space, options) as study:
        for _ in range(TRIALS):
            number, settings = study.ask()
            score = fitted([*BASE, *overrides_of(settings)], prepared).scores("validation")["accuracy"]
            found.append((settings, score))
            study.end(number, Outcome("complete", (score,)))
    return found


def overrides_of(settings: "Settings") -> list[str]:
    return [f"{key}={value}" for key, value in settings.items()]


def _cells(settings: "Settings") -> tuple[str, str, str]:
    units = "-".join(map(str, settings["model.units"]))
    return f"{settings['optimizer.learning_rate']:.1g}", units, str(settings["fit.batch_size"])


def draw(found: Tried) -> "Figure":
    """Draw the score of each trial and the best so far, and the score by learning rate."""
    figure = new_figure(9, 3.4)
    left, right = figure.subplots(1, 2, sharey=True)
    numbers, scores = np.arange(1, len(found) + 1), np.array([score for _, score in found])
    rates = [settings["optimizer.learning_rate"] for settings, _ in found]
    left.step(numbers, np.maximum.accumulate(scores), where="post", color=ORANGE, linewidth=2, label="best so far")
    left.plot(numbers, scores, "o", color=BLUE, markersize=7, markeredgecolor="white", label="trial")
    left.legend(fontsize=9, loc="lower right")
    label(left, f"{len(found)} trials on digits", "trial", "validation accuracy")
    right.plot(rates, scores, "o", color=BLUE, markersize=7, markeredgecolor="white")
    right.axvline(0.001, color=GREY, linestyle="--", linewidth=1)
    right.set_xscale("log")
    label(right, "What mattered most", "learning rate (dashed: the default)")
    return figure
