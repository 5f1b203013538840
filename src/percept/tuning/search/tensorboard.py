"""Trials for TensorBoard's HPARAMS page, written without TensorFlow, which a driver does not load."""

from collections.abc import Mapping
from pathlib import Path

from percept.logs import hparams
from percept.logs.events import NAME, write_events
from percept.logs.run import VALIDATION
from percept.logs.summaries import scalar
from percept.tuning.search.outcome import Trial

FILE = f"{NAME}trial"


def write_trial(folder: Path, trial: Trial, objectives: Mapping[str, float]) -> None:
    """Write settings, scores and the curve of a trial that has ended into a folder of its own, such as trial-0007.

    folder: of the study; objectives: the value of each by name, beside all metrics. What is there already is replaced.
    """
    place, outcome = folder / name_of(trial), trial.outcome
    scores = {f"{VALIDATION}/{name}": value for name, value in outcome.scores.items()} | dict(objectives)
    numbers = [scalar(name, value) for name, value in scores.items() if isinstance(value, int | float)]
    found = numbers if outcome.state == "complete" else []
    started = hparams.start(name_of(trial), trial.settings, outcome.seconds)
    write_events(place / FILE, [(0, [*started, *found, hparams.end(outcome.state == "failed")])])
    if outcome.history:
        curve = [(epoch, [scalar("search/loss", loss)]) for epoch, loss in enumerate(outcome.history, 1)]
        write_events(place / VALIDATION / FILE, curve)


def name_of(trial: Trial) -> str:
    """Return the folder of a trial below that of its study."""
    return f"trial-{trial.number:04}"
