"""summary: the metrics against the commit, and the plots, as Markdown that GitHub draws in a job's summary."""

import csv
import json
import subprocess
from pathlib import Path

PLOTS = Path("results/plots")


def rows(name: str) -> list[dict[str, str]]:
    with (PLOTS / name).open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def line_chart(title: str, points: list[dict[str, str]]) -> str:
    """A Mermaid chart of at most 50 points."""
    thinned = points[:: max(1, len(points) // 50)]
    values = ", ".join(f"{float(point['value']):.4f}" for point in thinned)
    ends = f"{float(thinned[0]['epoch']):g} --> {float(thinned[-1]['epoch']):g}"
    return (
        f'```mermaid\nxychart-beta\n  title "{title}"\n  x-axis "epoch" {ends}\n  y-axis "loss"\n  line [{values}]\n```'
    )


def confusion(pairs: list[dict[str, str]]) -> str:
    """Counts of actual (down) by predicted (across)."""
    counts = {(pair["actual"], pair["predicted"]): int(pair["count"]) for pair in pairs}
    names = list(dict.fromkeys(pair["actual"] for pair in pairs))
    lines = [f"| actual, predicted | {' | '.join(names)} |", "|-" * (len(names) + 1) + "|"]
    lines += [f"| **{actual}** | {' | '.join(str(counts[actual, name] or '') for name in names)} |" for actual in names]
    return "\n".join(lines)


def main() -> None:
    metrics = json.loads(Path("results/metrics.json").read_text(encoding="utf-8"))
    difference = subprocess.run(["dvc", "metrics", "diff", "--all", "--md"], capture_output=True, text=True, check=True)
    print(f"# {metrics['task']}\n\n## Metrics against the commit\n\n{difference.stdout}")
    for part in ("training", "validation"):
        if points := [point for point in rows("loss.csv") if point["rows"] == part]:
            print(line_chart(f"loss, {part} rows", points))
    if rows("confusion.csv"):
        print(f"\n## Confusion matrix, test rows\n\n{confusion(rows('confusion.csv'))}")


if __name__ == "__main__":
    main()
