"""compare [words of `dvc exp show`]: all runs as one short table, by task, best test score first.

`dvc exp show` has every parameter and every hash as a column; this has what a person chooses by. `--all-commits` and
the like are passed on.
"""

import json
import math
import subprocess
import sys

from tabulate import tabulate

from percept.errors import UserError, run
from percept.evaluation.metrics import METRICS

HEADER = ("run", "task", "model", "optimizer", "epochs", "metric", "validation", "test")


def experiments(words: list[str]) -> list[dict]:
    """Return name, params and metrics of the workspace, the commits and their experiments, as DVC keeps them."""
    result = subprocess.run(["dvc", "exp", "show", "--json", *words], capture_output=True, text=True)
    if result.returncode:
        raise UserError(
            "dvc exp show", result.stderr.strip(), "a Git repository with runs", "see `dvc exp show --help`"
        )
    entries = []
    for commit in json.loads(result.stdout):
        entries.append(commit)
        entries += [experiment["revs"][0] for experiment in commit.get("experiments") or []]
    return [_contents(entry) for entry in entries]


def _contents(entry: dict) -> dict:
    """Return parameters and metrics, empty where a run failed or is still queued."""
    data = entry.get("data") or {}
    return {
        "name": entry.get("name") or entry["rev"][:9],
        "params": (data.get("params") or {}).get("params.yaml", {}).get("data") or {},
        "metrics": (data.get("metrics") or {}).get("results/metrics.json", {}).get("data") or {},
    }


def row(found: dict) -> tuple[str, ...]:
    """Return the cells of HEADER."""
    params, metrics = found["params"], found["metrics"]
    model, optimizer = params["model"], params["optimizer"]
    scores = [metrics.get(part, {}).get(metrics["primary"]) for part in ("validation", "test")]
    return (
        found["name"],
        metrics["task"],
        f"{model['kind']} {'-'.join(map(str, model.get('units', [])))}".strip(),
        f"{optimizer['kind']} {optimizer['learning_rate']:g}",
        str(params["fit"]["epochs"]),
        metrics["primary"],
        *("-" if score is None else f"{score:.4g}" for score in scores),
    )


def order(found: dict) -> tuple[str, float]:
    """Return the sorting key: by task, the best test score first.

    A run without that score stands last, and so does a run of other code whose metric this code does not have.
    """
    metrics = found["metrics"]
    metric, score = METRICS.get(metrics["primary"]), metrics["test"].get(metrics["primary"])
    if metric is None or score is None:
        return metrics["task"], math.inf
    return metrics["task"], -score if metric.higher_is_better else score


def main() -> None:
    finished = [found for found in experiments(sys.argv[1:]) if found["metrics"] and found["params"]]
    rows = [row(found) for found in sorted(finished, key=order)]
    print(tabulate(rows, HEADER, tablefmt="plain", disable_numparse=True))


if __name__ == "__main__":
    run(main)
