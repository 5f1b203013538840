"""show: results/metrics.json as a short table, and what to try next. Standard library alone, to answer at once."""

import json
import os
from pathlib import Path

METRICS = Path("results/metrics.json")
NEXT = (
    ("dvc exp run -S task=churn", "another task; conf/task/ has them all"),
    ("dvc exp run -S model.dropout=0.1 -S fit.epochs=50", "another setting of this one"),
    ("python src/compare.py", "the runs side by side; curves: tensorboard --logdir logs"),
)


def main() -> None:
    report = json.loads(METRICS.read_text(encoding="utf-8"))
    parts = [part for part in ("validation", "test") if report[part]]
    print(f"\n{report['task']} ({report['kind']}), models/model.onnx on rows it was not trained on:\n")
    print("  " + f"{'':14}" + "".join(f"{part:>12}" for part in parts))
    scores = {part: _flat(report[part]) for part in parts}
    for name in scores["test"]:
        cells = "".join(f"{_number(scores[part][name]):>12}" for part in parts)
        print(f"  {name:14}{cells}" + ("  <- primary" if name == report["primary"] else ""))
    print("\nTry next:")
    if not os.environ.get("VIRTUAL_ENV"):
        print("  source .venv/bin/activate")
    for command, meaning in NEXT:
        print(f"  {command:50}  # {meaning}")


def _flat(scores: dict) -> dict[str, float | None]:
    """With the metrics of an auxiliary output at the end, under names such as `auxiliary mse`."""
    single = {name: value for name, value in scores.items() if not isinstance(value, dict)}
    nested = {name: values for name, values in scores.items() if isinstance(values, dict)}
    return single | {f"{output} {name}": value for output, values in nested.items() for name, value in values.items()}


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


if __name__ == "__main__":
    main()
