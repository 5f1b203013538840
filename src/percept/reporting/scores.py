"""The table that each run ends with: every metric on validation and test rows, beside a guess and plain models."""

from collections.abc import Mapping
from typing import Any

from percept.errors import listed

Interval = tuple[float, float]

NAMES = {"guess": "guess", "linear": "line", "trees": "trees"}
Scores = Mapping[str, float | None]


def flat(scores: Mapping[str, Any], primary: str) -> dict[str, float | None]:
    """Return scores by name, then `auxiliary mse` of a second output and one score of each target, as `mse of Weight`.

    The score for each target is the primary metric where targets have it, else f1, else the first that they have.
    """
    flat = {name: value for name, value in scores.items() if not isinstance(value, dict)}
    second = scores.get("auxiliary", {}).items()
    flat |= {f"auxiliary {name}": value for name, value in second if not isinstance(value, dict)}
    for target, found in scores.get("by_target", {}).items():
        metric = next(name for name in (primary, "f1", *found) if name in found)
        flat[f"{metric} of {target}"] = found[metric]
    return flat


def score_table(report: Mapping[str, Any], beside: Mapping[str, Scores]) -> tuple[list[str], list[list[str]]]:
    """Return header and rows. report: what metrics.json holds; beside: test scores of other models, by name."""
    parts = [part for part in ("validation", "test") if report[part]]
    scores = {part: flat(report[part], report["primary"]) for part in parts}
    others = [name for name in NAMES if name in beside]
    rows = [
        [
            name,
            *(number(scores[part].get(name)) for part in parts),
            *(number(beside[other][name]) if name in beside[other] else "" for other in others),
        ]
        for name in scores["test"]
    ]
    return ["", *parts, *(NAMES[name] for name in others)], rows


def number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


def missing(beside: Mapping[str, Scores], num_targets: int) -> str:
    """Say which models are not in the table, and how to have them; "" where none is missing, or none could be had."""
    lacking = [NAMES[name] for name in ("linear", "trees") if name not in beside]
    if not lacking or num_targets > 1:
        return ""
    return f"{listed(lacking)}: `python src/baselines.py` (they take longer than a run should)"


def interval(ends: Interval | None) -> str:
    return "" if ends is None else " to ".join(map(number, ends))
