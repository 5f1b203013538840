"""results/compare.html: all runs in one table that sorts, with the course of their validation loss."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from percept.reporting import charts
from percept.reporting.drawing import svg
from percept.reporting.page import page, paragraph, text

SORT = Path(__file__).with_name("sort.js")
MAX_POINTS = 100  # of a course
HEADER = ("run", "task", "model", "optimizer", "metric", "validation", "test", "95 % interval", "loss", "settings")
NUMBERS = ("validation", "test", "loss")


class Experiment(NamedTuple):
    """A run as a line of the table."""

    name: str
    commit: str
    task: str
    model: str
    optimizer: str
    metric: str
    validation: float | None
    test: float | None
    interval: tuple[float, float] | None  # of the test score
    losses: Sequence[float]  # of validation rows by epoch, of training rows where there are none
    settings: str  # in which it differs from the other runs of the task


def experiments_page(found: Sequence[Experiment]) -> str:
    """Return the page as HTML. found: in the order in which they stand at first."""
    head = "".join(f"<th{' class=number' if name in NUMBERS else ''}>{name}</th>" for name in HEADER)
    body = "\n".join(_line(each) for each in found)
    said = (
        "Choose by the validation score; the test score is there to look at once. Runs compare within one task and "
        "metric. A click on a heading sorts. The line is the validation loss by epoch, on a scale of its own; the "
        "number its lowest."
    )
    table = f'<div class="scroll runs"><table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table></div>'
    return page("runs", "<h1>Runs</h1>", paragraph(said), table, script=SORT.read_text(encoding="utf-8"))


def _line(each: Experiment) -> str:
    interval = "" if each.interval is None else " to ".join(f"{end:.4g}" for end in each.interval)
    lowest = min(each.losses, default=None)
    cells = [
        _cell(each.name if each.name == each.commit else f"{each.name} ({each.commit})", each.name),
        *(_cell(value) for value in (each.task, each.model, each.optimizer, each.metric)),
        *(_number(value) for value in (each.validation, each.test)),
        _cell(interval, "" if each.interval is None else f"{each.interval[0]}"),
        _number(lowest, svg(charts.course(each.losses)) if len(each.losses) > 1 else ""),
        _cell(each.settings),
    ]
    return f"<tr>{''.join(cells)}</tr>"


def _cell(value: str, key: str | None = None) -> str:
    return f'<td data-value="{text(value if key is None else key)}">{text(value)}</td>'


def _number(value: float | None, before: str = "") -> str:
    shown = "" if value is None else f"{value:.4g}"
    return f'<td class="number" data-value="{"" if value is None else value}">{before} {shown}</td>'
