"""What a run ends with in a terminal: its scores beside those of plain models, and what to do next."""

import os
import shlex
import sys
from collections.abc import Mapping
from typing import Any

from tabulate import tabulate

from percept import paths
from percept.reporting.scores import Scores, missing, score_table

BOLD, QUIET, PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"
NEXT = (
    ("python src/show.py --open", "the report: results/report.html"),
    ("dvc exp run -S task={other}", "another task; conf/task/ has them all"),
    ("dvc exp run -S task={task} -S fit.epochs=50", "another setting of this one"),
    ("python src/compare.py", "the runs side by side; curves: tensorboard --logdir logs"),
)


def has_colours() -> bool:
    """Tell whether the standard output shows colours, and nobody asked for none (no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def result(report: Mapping[str, Any], beside: Mapping[str, Scores]) -> str:
    """Return the scores as a table, and the next commands. Arguments as of `score_table`."""
    header, rows = score_table(report, beside)
    marked = [[f"  {name}", *cells, "<- primary" * (name == report["primary"])] for name, *cells in rows]
    align = ["left", *["right"] * (len(header) - 1), "left"]
    lines = tabulate(marked, [*header, ""], tablefmt="plain", disable_numparse=True, colalign=align).splitlines()
    title = f"{report['task']} ({report['kind']}), {paths.MODELS / paths.SHIPPED} on rows it was not trained on:"
    lacking = missing(beside, len(report["test"].get("by_target", {})) or 1)
    return "\n".join(
        [
            f"\n{title}\n",
            *(styled(line, BOLD) if "<- primary" in line else line for line in lines),
            *([f"\n  not yet: {lacking}"] if lacking else []),
            *(f"\nwarning: {warning}" for warning in report.get("warnings", [])),
            "\nTry next:",
            *_next(report["task"]),
        ]
    )


def _next(task: str) -> list[str]:
    other = "churn" if task != "churn" else "digits"
    lines = [] if os.environ.get("VIRTUAL_ENV") else ["  source .venv/bin/activate"]
    for command, purpose in NEXT:
        shown = command.format(task=shlex.quote(task), other=other)
        lines.append(f"  {shown:50}  {styled(f'# {purpose}', QUIET)}")
    return lines


def styled(words: str, style: str) -> str:
    return f"{style}{words}{PLAIN}" if has_colours() else words
