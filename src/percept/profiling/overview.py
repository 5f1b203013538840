"""The overview of a table and its task that new_task prints."""

from tabulate import tabulate

from percept.profiling.encoding import GUESS
from percept.profiling.phrases import contents, one_line, percent, shorten
from percept.profiling.task import Task
from percept.profiling.units import read_as

MANY_ROWS = 40
MANY_UNITS = 10
HEADER = ("column", "kind", "missing", "what it holds", "use")


def overview(task: Task) -> str:
    """Return a line for each column, and notes on what a person should look at."""
    table, text = task.reading.table, task.reading.text
    how = [f"{option}: {value!r}" for option, value in text if option in task.reading.remarks and option != "columns"]
    how += [f"{shorten(entry.column)} {read_as(entry)}" for entry in text.units[:MANY_UNITS]]
    title = f"{table.file}: {task.reading.num_rows} rows, {len(task.columns)} columns"
    lines = [", ".join([title, *how]), ""]
    rows = [_row(task, name) for name in list(task.columns)[:MANY_ROWS]]
    lines.append(tabulate(rows, HEADER, tablefmt="plain", disable_numparse=True))
    if len(task.columns) > MANY_ROWS:
        lines.append(f"... and {len(task.columns) - MANY_ROWS} more columns")
    notes = [*task.reading.odd.notes(), *task.notes]
    if "columns" in task.reading.remarks:
        notes.insert(0, f"The columns have no names of their own: {task.reading.remarks['columns']}.")
    if (doubt := task.reading.remarks.get("encoding", "")).startswith(GUESS):
        notes.insert(0, f"The encoding {text.encoding} is {doubt}; --encoding names another.")
    return "\n".join([*lines, *(["", *map(one_line, notes)] if notes else [])])


def _row(task: Task, name: str) -> tuple[str, ...]:
    column = task.columns[name]
    missing = percent(column.missing_share) if column.num_missing else "-"
    use = task.uses[name]
    use = f"left out: {task.reasons[name]}" if use == "drop" else use
    return (
        shorten(name, 30) or "(no name)",
        column.kind,
        missing,
        shorten(contents(column), 50),
        shorten(use, 100),
    )
