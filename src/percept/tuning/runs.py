"""The runs that DVC keeps: of the workspace, of commits and of their experiments, and in what they differ."""

import json
import math
import sys
from pathlib import Path
from typing import Any

from percept.errors import UserError
from percept.evaluation.metrics import METRICS
from percept.programs import output_of

SHOWN = ("task", "model.kind", "model.units", "optimizer.kind", "optimizer.learning_rate", "fit.epochs")
MAX_VALUE = 30  # characters of a setting that are shown
LOCK = "dvc.lock"


def entries(words: list[str]) -> list[tuple[str, dict]]:
    """Return what DVC keeps of the workspace, of commits and of their experiments, each with the commit it is from."""
    found = []
    for commit in json.loads(output_of(sys.executable, "-m", "dvc", "exp", "show", "--json", *words)):
        found.append((commit["rev"], commit))
        for experiment in commit.get("experiments") or []:
            found.append((commit["rev"], experiment["revs"][0]))
    return found


def name_of(entry: dict) -> str:
    return entry.get("name") or short(entry["rev"])


def short(rev: str) -> str:
    return rev if rev == "workspace" else rev[:7]


def contents(commit: str, entry: dict) -> dict | None:
    """Return name, revision, commit, parameters and metrics of a run; None where its metrics are not of its parameters.

    A run that failed has left new parameters beside the metrics of the run before it.
    """
    data = entry.get("data") or {}
    params = (data.get("params") or {}).get("params.yaml", {}).get("data") or {}
    metrics = (data.get("metrics") or {}).get("results/metrics.json", {}).get("data") or {}
    if not (metrics and metrics.get("task") == params.get("task") and is_of(params, lock(entry["rev"]))):
        return None
    return {
        "name": name_of(entry),
        "rev": entry["rev"],
        "commit": short(commit),
        "is_commit": entry["rev"] == commit != "workspace",
        "params": params,
        "metrics": metrics,
    }


def lock(rev: str) -> dict[str, Any]:
    """Read dvc.lock, which keeps the parameters that each stage had when it last ran; {} where none can be read."""
    from dvc.utils.serialize import YAMLFileCorruptedError, parse_yaml

    try:
        text = Path(LOCK).read_text("utf-8") if rev == "workspace" else output_of("git", "show", f"{rev}:{LOCK}")
        return parse_yaml(text, LOCK) or {}  # 1e-07 is a number for DVC, and none for PyYAML
    except (UserError, FileNotFoundError, YAMLFileCorruptedError):
        return {}


def is_of(params: dict[str, Any], locked: dict[str, Any]) -> bool:
    """Tell whether the stages, evaluate among them, ran with these parameters."""
    stages = locked.get("stages", {})
    read = [stage.get("params", {}).get("params.yaml", {}) for stage in stages.values()]
    return "evaluate" in stages and all(params.get(key) == value for part in read for key, value in part.items())


def without_repeats(runs: list[dict]) -> list[dict]:
    """Leave out commits that only carry the run of a later one."""
    kept: list[dict] = []
    seen: list[tuple[dict, dict]] = []
    for found in runs:
        if found["is_commit"]:
            what = ({**found["params"], "conf": None}, found["metrics"])
            if what in seen:
                continue
            seen.append(what)
        kept.append(found)
    return kept


def flat(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return values by dotted name."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        found |= flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value}
    return found


def settings(group: list[dict]) -> list[str]:
    """Say of each run how it differs from the others that have the same setting, what other columns show aside."""
    all_values = [flat({**run["params"], "conf": None}) for run in group]
    values_of: dict[str, set[str]] = {}
    for values in all_values:
        for name, value in values.items():
            values_of.setdefault(name, set()).add(_shown(value))
    differing = [name for name, found in values_of.items() if len(found) > 1 and name not in SHOWN]
    return [" ".join(f"{name}={_shown(values[name])}" for name in differing if name in values) for values in all_values]


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).strip('"')
    return text if len(text) <= MAX_VALUE else f"{text[:MAX_VALUE]}..."


def score_of(found: dict, part: str) -> float | None:
    metrics = found["metrics"]
    return metrics.get(part, {}).get(metrics["primary"])


def order(found: dict, part: str) -> float:
    """Return the sorting key among runs of one task and metric: the best score of a part first.

    part: "validation" or "test". A run without that score stands last, and so does a run of other code whose metric
    this code does not have.
    """
    metric, score = METRICS.get(found["metrics"]["primary"]), score_of(found, part)
    if metric is None or score is None:
        return math.inf
    return -score if metric.higher_is_better else score
