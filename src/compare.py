"""compare: the runs of the workspace, of commits and of their experiments as one table, best validation score first.

Runs stand by task and primary metric, as only such scores compare; `settings` are those in which they differ. A person
chooses by the validation score: the test score is there to look at once. Runs that failed or wait are named below.
"""

import argparse
import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

from percept.command import option_parser

from tabulate import tabulate

from percept.errors import UserError, listed, run
from percept.evaluation.metrics import METRICS

HEADER = ("run", "commit", "task", "model", "optimizer", "epochs", "metric", "validation", "test", "settings")
SHOWN = ("conf", "task", "model.kind", "model.units", "optimizer.kind", "optimizer.learning_rate", "fit.epochs")
MAX_VALUE = 30  # characters of a setting that are shown
NUM_COMMITS = 20
LOCK = "dvc.lock"


def entries(words: list[str]) -> list[tuple[str, dict]]:
    """Return what DVC keeps of the workspace, of commits and of their experiments, each with the commit it is from."""
    found = []
    for commit in json.loads(_output(sys.executable, "-m", "dvc", "exp", "show", "--json", *words)):
        found.append((commit["rev"], commit))
        for experiment in commit.get("experiments") or []:
            found.append((commit["rev"], experiment["revs"][0]))
    return found


def _output(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        found = (getattr(error, "stderr", None) or str(error)).strip()
        raise UserError(" ".join(command), found, "a Git repository with runs", "run it in the project") from None


def name_of(entry: dict) -> str:
    return entry.get("name") or short(entry["rev"])


def short(rev: str) -> str:
    return rev if rev == "workspace" else rev[:7]


def contents(commit: str, entry: dict) -> dict | None:
    """Return name, commit, parameters and metrics of a run; None where its metrics are not of its parameters.

    A run that failed has left new parameters beside the metrics of the run before it.
    """
    data = entry.get("data") or {}
    params = (data.get("params") or {}).get("params.yaml", {}).get("data") or {}
    metrics = (data.get("metrics") or {}).get("results/metrics.json", {}).get("data") or {}
    if not (metrics and metrics.get("task") == params.get("task") and is_of(params, lock(entry["rev"]))):
        return None
    return {
        "name": name_of(entry),
        "commit": short(commit),
        "is_commit": entry["rev"] == commit != "workspace",
        "params": params,
        "metrics": metrics,
    }


def lock(rev: str) -> dict[str, Any]:
    """Read dvc.lock, which keeps the parameters that each stage had when it last ran; {} where none can be read."""
    from dvc.utils.serialize import YAMLFileCorruptedError, parse_yaml

    try:
        text = Path(LOCK).read_text("utf-8") if rev == "workspace" else _output("git", "show", f"{rev}:{LOCK}")
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
    all_values = [flat(run["params"]) for run in group]
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


def row(found: dict, differs: str) -> tuple[str, ...]:
    """Return the cells of HEADER."""
    params, metrics = found["params"], found["metrics"]
    model, optimizer = params["model"], params["optimizer"]
    scores = [score_of(found, part) for part in ("validation", "test")]
    return (
        found["name"],
        found["commit"],
        metrics["task"],
        f"{model['kind']} {'-'.join(map(str, model.get('units', [])))}".strip(),
        f"{optimizer['kind']} {optimizer['learning_rate']:g}",
        str(params["fit"]["epochs"]),
        metrics["primary"],
        *("-" if score is None else f"{score:.4g}" for score in scores),
        differs,
    )


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


def table(runs: list[dict], part: str) -> list[tuple[str, ...]]:
    """Return the rows by task and primary metric, in each the best first."""
    groups: dict[tuple[str, str], list[dict]] = {}
    for found in runs:
        groups.setdefault((found["metrics"]["task"], found["metrics"]["primary"]), []).append(found)
    rows = []
    for _, group in sorted(groups.items()):
        group.sort(key=lambda found: order(found, part))
        rows += [row(found, differs) for found, differs in zip(group, settings(group), strict=True)]
    return rows


def main() -> None:
    options = _options()
    words = ["--all-commits"] if options.all else ["--num", str(options.num)]
    runs, left_out = [], []
    for commit, entry in entries(words):
        if found := contents(commit, entry):
            runs.append(found)
        elif commit == "workspace" or entry["rev"] != commit:  # commits need not hold a run
            left_out.append(name_of(entry))
    print(tabulate(table(without_repeats(runs), options.sort), HEADER, tablefmt="plain", disable_numparse=True))
    if left_out:
        print(f"\ncompare: left out, as they have no scores of their own (yet): {listed(left_out)}")


def _options() -> argparse.Namespace:
    parser = option_parser(__doc__)
    parser.add_argument("--sort", choices=("validation", "test"), default="validation", help="by which score")
    parser.add_argument("-n", "--num", type=int, default=NUM_COMMITS, help="how many commits back (%(default)d)")
    parser.add_argument("-A", "--all", action="store_true", help="all commits of all branches")
    return parser.parse_args()


if __name__ == "__main__":
    run(main)
