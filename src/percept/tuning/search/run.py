"""A whole search: from a space to what is written of it. It goes on where an earlier process was killed."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from percept import paths
from percept.errors import UserError
from percept.names import folder_name
from percept.sources import Source
from percept.spaces.options import OnValidation, Search
from percept.tuning.search import report
from percept.tuning.search.connect import workers
from percept.tuning.search.driver import Driver, best_of
from percept.tuning.search.outcome import Outcome, Trial
from percept.tuning.search.progress import Progress
from percept.tuning.search.space import Settings, Space
from percept.tuning.search.study import Study, digest_of, opened
from percept.tuning.search.tensorboard import write_trial

Tell = Callable[[str], None]


def run(space: Space, options: Search, source: Source, tell: Tell) -> dict[str, Any]:
    """Try settings until there are enough or the time is over, and write what is known then. Raises `UserError`.

    Return what best.json has. Stopped by a signal it writes the same, and goes on with `KeyboardInterrupt`.
    """
    _check_judge(space, options)
    name = folder_name(f"{space.config['task']}-{digest_of(space, options, source.digests(paths.RAW))}")
    folder = paths.logs() / "search" / name
    with opened(folder, space, options) as study:
        _tell_beginning(study, folder, tell)
        try:
            _run_trials(study, folder, tell)
        except KeyboardInterrupt:
            study.interrupt(study.mine())
            with suppress(UserError):  # no trial is complete
                report.write(study.optuna, space, options)
                tell(best_of(study))
            raise
        found = report.write(study.optuna, space, options)
        tell(best_of(study))
        return found


def _run_trials(study: Study, folder: Path, tell: Tell) -> None:
    """Run trials on workers; where a scheduler goes away, connect again once it is back."""
    options, threads = study.search, study.space.config["fit"]["threads"]
    until_s = time.monotonic() + 60 * options.minutes if options.minutes else float("inf")
    on_end = partial(_keep_logs, folder, options)
    ended = not study.wants_more
    with _progress(options, tell) as progress:
        while not ended:
            with workers(options, threads, paths.RAW) as cluster:
                ended = Driver(study, cluster, paths.RAW.resolve(), until_s, progress, on_end).run()
            if not ended:
                tell("the scheduler is gone; goes on once it is back")


@contextmanager
def _progress(options: Search, tell: Tell) -> Iterator[Progress]:
    progress = Progress(options.trials, options.minutes and 60 * options.minutes, tell)
    try:
        yield progress
    finally:
        progress.close()


def _check_judge(space: Space, options: Search) -> None:
    if isinstance(options.judge, OnValidation) and space.config["split"]["validation"]["kind"] == "none":
        advice = "set split.validation, or `-S search.judge.kind=cross_validation`"
        raise UserError("search.judge", "the task has no validation rows", "rows to judge by", advice)


def _tell_beginning(study: Study, folder: Path, tell: Tell) -> None:
    counts, options = study.counts(), study.search
    ended = counts["complete"] + counts["pruned"] + counts["fail"]
    before = f"; goes on after {ended} trials" if ended else ""
    tell(f"{options.sampler} over {', '.join(study.space.parameters)}{before}; {folder}")
    if len(options.objectives) > 1 and options.pruner != "none":
        tell(f"search.pruner={options.pruner} is left out: it takes one objective")


def _keep_logs(folder: Path, options: Search, number: int, settings: Settings, outcome: Outcome) -> None:
    others = zip(options.objectives, outcome.values, strict=False)
    values: dict[str, float] = {goal: value for goal, value in others if goal != "score"}
    write_trial(folder, Trial(number, settings, outcome), values)
