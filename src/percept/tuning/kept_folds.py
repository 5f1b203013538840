"""results/cross_validation: NAME.json, the scores of the folds and what was run; NAME.csv, the predictions."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from percept import paths
from percept.composition import Config
from percept.errors import UserError, listed, nearest
from percept.evaluation.metrics import METRICS
from percept.evaluation.prediction_table import ACTUAL, ROW, Columns, save_table
from percept.features.resampling import CrossValidation
from percept.tuning.cross_validation import CrossValidated
from percept.tuning.difference import Difference
from percept.tuning.resampled_t import p_value, summarize


def scores_file(name: str) -> Path:
    return paths.CROSS_VALIDATION / f"{name}.json"


def predictions_file(name: str) -> Path:
    return paths.CROSS_VALIDATION / f"{name}.csv"


@contextmanager
def replaced(
    name: str, config: Config, cross_validation: CrossValidation
) -> Iterator[Callable[[CrossValidated], dict[str, Any]]]:
    """Give what saves the folds and returns what NAME.json holds; both files are replaced if all goes well.

    Enter it before the work begins.
    """
    with paths.replaced(predictions_file(name)) as table, paths.replaced(scores_file(name)) as scores:

        def save(found: CrossValidated) -> dict[str, Any]:
            columns = predictions_of(found)
            report = report_of(config, cross_validation, found, columns)
            save_table(table, columns)
            scores.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
            return report

        yield save


def predictions_of(found: CrossValidated) -> Columns:
    """Return the predictions of all folds as one table, each row as the run said that had not seen it."""
    parts = [
        {"repeat": np.full(len(fold), fold.repeat), "fold": np.full(len(fold), fold.number)} | fold.table
        for fold in found.folds
    ]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def report_of(
    config: Config, cross_validation: CrossValidation, found: CrossValidated, columns: Columns
) -> dict[str, Any]:
    """Return what NAME.json holds."""
    scores = {}
    for metric, summary in found.summaries().items():
        values: dict[str, Any] = {"folds": [fold.scores[metric] for fold in found.folds]}
        if summary is not None:
            values |= {"mean": summary.mean, "deviation": summary.deviation, "interval": summary.interval}
        scores[metric] = values
    return {
        "task": config.task,
        "kind": config.objective.kind,
        "primary": config.objective.primary,
        "num_folds": cross_validation.num_folds,
        "repeats": cross_validation.repeats,
        "rows": len(np.unique(columns[ROW])),
        "tested_by_learned": found.tested_by_learned,
        "digest": digest_of(columns),
        "scores": scores,
        "beside": _beside(found),
        "params": config.model_dump(mode="json", exclude={"conf"}),
    }


def of_what(report: Mapping[str, Any]) -> str:
    """Return such as "5 folds of 142 rows"."""
    return f"{len(report['scores'][report['primary']]['folds'])} folds of {report['rows']:,} rows"


def digest_of(columns: Columns) -> str:
    """Return what tells the same rows, with the same targets in the same folds, from others."""
    names = ["repeat", "fold", *(name for name in columns if name == ROW or name.startswith(ACTUAL))]
    texts = json.dumps({name: columns[name].tolist() for name in names}, ensure_ascii=False)
    return hashlib.sha256(texts.encode()).hexdigest()


def load(name: str) -> dict[str, Any]:
    """Read the scores of a cross-validation. Raises `UserError`."""
    file, known = scores_file(name), kept()
    if name not in known:
        found = f"there is no such cross-validation{nearest(name, known)}"
        raise UserError(str(file), found, f"one of {listed(known) or 'none yet'}", "run `python src/cross_validate.py`")
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UserError(str(file), str(error), "what cross_validate wrote", "run it again, or check it out") from None


def kept() -> list[str]:
    """Return the names of the cross-validations that are kept."""
    return sorted(file.stem for file in paths.CROSS_VALIDATION.glob("*.json"))


def differences(names: tuple[str, str], first: Mapping[str, Any], second: Mapping[str, Any]) -> list[Difference]:
    """Compare two reports by the scores of the same folds, the primary metric first. Raises `UserError` for others."""
    for key, what in (("kind", "kind of task"), ("primary", "metric"), ("digest", "folds")):
        if first[key] != second[key]:
            found = f"{first[key]} and {second[key]}" if key != "digest" else "their rows, targets or folds differ"
            advice = "cross-validate both with the same data, --folds, --repeats, seed and split.test"
            raise UserError(" and ".join(names), found, f"the same {what}", advice)
    compared = []
    for metric in sorted(first["scores"], key=lambda name: name != first["primary"]):
        one, other = (report["scores"][metric]["folds"] for report in (first, second))
        difference = _difference(metric, one, other, first["tested_by_learned"]) if metric in METRICS else None
        if difference is not None:
            compared.append(difference)
    return compared


def differences_beside(report: Mapping[str, Any]) -> dict[str, Difference]:
    """Compare, by the primary metric, what was cross-validated with each model that was measured beside it."""
    metric, compared = report["primary"], {}
    for name, scores in report["beside"].items():
        found = _difference(metric, scores[metric], report["scores"][metric]["folds"], report["tested_by_learned"])
        if found is not None:
            compared[name] = found
    return compared


def _difference(
    metric: str, first: Sequence[float | None], second: Sequence[float | None], tested_by_learned: float
) -> Difference | None:
    """Compare scores of the same folds; None where none of them is defined for both."""
    one, other = (np.array(values, np.float64) for values in (first, second))
    both = ~np.isnan(one + other)
    gains = (other - one)[both]
    summary = summarize(gains, tested_by_learned)
    if summary is None:
        return None
    p = p_value(gains, tested_by_learned)
    return Difference(metric, float(one[both].mean()), float(other[both].mean()), summary.interval, p)


def _beside(found: CrossValidated) -> dict[str, dict[str, list[float | None]]]:
    """Return the scores, by model and metric, of those that were measured in every fold."""
    first, *others = (fold.beside for fold in found.folds)
    names = [name for name in first if all(name in other for other in others)]
    return {
        name: {metric: [fold.beside[name][metric] for fold in found.folds] for metric in first[name]} for name in names
    }
