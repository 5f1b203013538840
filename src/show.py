"""show: results/metrics.json as a short table, and what to try next. It loads next to nothing, to answer at once."""

import json
import os
import shlex
from pathlib import Path

from percept.command import option_parser

from tabulate import tabulate

from percept.errors import run
from percept.tuning import comparison

METRICS = Path("results/metrics.json")
NEXT = (
    ("dvc exp run -S task={other}", "another task; conf/task/ has them all"),
    ("dvc exp run -S task={task} -S fit.epochs=50", "another setting of this one"),
    ("python src/compare.py", "the runs side by side; curves: tensorboard --logdir logs"),
)


def main() -> None:
    report = json.loads(METRICS.read_text(encoding="utf-8"))
    parts = [part for part in ("validation", "test") if report[part]]
    print(f"\n{report['task']} ({report['kind']}), models/model.onnx on rows it was not trained on:\n")
    scores = {part: flat(report[part], report["primary"]) for part in parts}
    rows = [
        [f"  {name}", *(_number(scores[part][name]) for part in parts), "<- primary" * (name == report["primary"])]
        for name in scores["test"]
    ]
    align = ["left", *["right"] * len(parts), "left"]
    print(tabulate(rows, ["", *parts, ""], tablefmt="plain", disable_numparse=True, colalign=align))
    if line := _beside_others(report):
        print(f"\n{line}")
    for warning in report.get("warnings", []):
        print(f"\nwarning: {warning}")
    print("\nTry next:")
    if not os.environ.get("VIRTUAL_ENV"):
        print("  source .venv/bin/activate")
    other = "churn" if report["task"] != "churn" else "digits"
    for command, purpose in NEXT:
        print(f"  {command.format(task=shlex.quote(report['task']), other=other):50}  # {purpose}")


def flat(scores: dict, primary: str) -> dict[str, float | None]:
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


def _beside_others(report: dict) -> str | None:
    """Say whether the network beats the models of `baselines`, where these have learned from the same rows."""
    if not comparison.FILE.is_file():
        return None
    found = json.loads(comparison.FILE.read_text(encoding="utf-8"))
    return comparison.verdict(report, found, comparison.digest_of_rows())


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


if __name__ == "__main__":
    option_parser(__doc__).parse_args()
    run(main)
