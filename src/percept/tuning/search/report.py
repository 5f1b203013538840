"""What is written of a study: a table of its trials, pictures, and the best trial for DVC's metrics."""

import csv
import json
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from percept import paths
from percept.errors import UserError
from percept.spaces.options import Search
from percept.tuning.search import experiment
from percept.tuning.search.outcome import STATES, Trial
from percept.tuning.search.pictures import draw_all
from percept.tuning.search.results import Results
from percept.tuning.search.space import Space

if TYPE_CHECKING:
    import optuna


def write(study: "optuna.Study", space: Space, options: Search) -> dict[str, Any]:
    """Write search/trials.csv, search/best.json, pictures and conf/experiment/<task>_tuned.yaml, all or none.

    Return what best.json has. Raises `UserError` where no trial is complete, and where the best setting cannot be a
    file of conf/experiment/; then the others are written.
    """
    results = Results.of(study, space, options)
    found, refused, draft = best(results), None, None
    try:
        draft = experiment.draft(results, space, options)
        found["run"] = draft.run
    except UserError as error:
        refused = error
    with ExitStack() as stack:
        table, metrics, plots = (
            stack.enter_context(paths.replaced(path)) for path in (paths.TRIALS, paths.BEST_TRIAL, paths.SEARCH_PLOTS)
        )
        _write_table(table, results, list(space.parameters))
        metrics.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        draw_all(plots, study, results, space)
        if draft:
            stack.enter_context(paths.replaced(draft.path)).write_text(draft.text, encoding="utf-8")
    if refused:
        raise refused
    return found


def best(results: Results) -> dict[str, Any]:
    """Return what best.json holds, but for the command that runs it. Raises `UserError` where no trial is complete."""
    trial = results.best
    summary = results.summary(trial)
    found: dict[str, Any] = {"task": results.task, "primary": results.primary, "score": results.score(trial)}
    found["judge"] = results.judge
    if summary:
        found |= {"deviation": summary.deviation, "interval": summary.interval, "folds": summary.num_folds}
    found["trials"] = {state: results.num(state) for state in STATES}
    found["best"] = _entry(results, trial)
    if len(results.objectives) > 1:
        found["pareto"] = [_entry(results, each) for each in results.pareto]
    return found


def _entry(results: Results, trial: Trial) -> dict[str, Any]:
    scores = results.values(trial) | dict(trial.outcome.scores)
    return {"trial": trial.number, **scores, "settings": trial.settings}


def _write_table(path: Path, results: Results, keys: list[str]) -> None:
    """Write a row for each trial; a key that was not tried is empty, lists and mappings are JSON."""
    rows = [_row(results, trial, keys) for trial in results.trials]
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _row(results: Results, trial: Trial, keys: list[str]) -> dict[str, Any]:
    outcome, summary = trial.outcome, results.summary(trial)
    row: dict[str, Any] = {"trial": trial.number, "state": outcome.state, results.primary: results.score(trial)}
    others = [results.name(objective) for objective in results.objectives if objective != "score"]
    row |= {name: results.values(trial).get(name) for name in others}
    if results.tested_by_learned is not None:
        row |= {"fold_mean": summary and summary.mean, "fold_deviation": summary and summary.deviation}
    row |= {"seconds": round(outcome.seconds, 3), "epochs": outcome.epochs, "parameters": outcome.parameters}
    row |= {key: _cell(trial.settings[key]) if key in trial.settings else None for key in keys}
    return row | {"reason": " ".join(outcome.reason.split()), "worker": outcome.worker}


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict | bool | None) else value
