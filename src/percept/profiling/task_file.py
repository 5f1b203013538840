"""The text of the task file of a table, with comments on what was seen in it."""

from typing import Any

from percept.dataset.formats import CsvFormat
from percept.errors import listed
from percept.names import fits_key
from percept.profiling.choices import contract_rule, macro_f1_of_largest
from percept.profiling.columns import ColumnProfile
from percept.profiling.phrases import contents, percent, shorten
from percept.profiling.structure import OddRows
from percept.profiling.task import INPUT_USES, Task
from percept.profiling.units import read_as
from percept.profiling.yaml_text import Block, Draft, Leaf, Quoted, draft
from percept.sources.arff import TEXT as ARFF_TEXT

MANY_COLUMNS = 200  # more are not listed one by one


def render(task: Task, name: str, file: dict[str, Any], command: str) -> Draft:
    """Write the task file; file: options of the source; command: what was typed to get it."""
    choices = [
        Block({"override /features": ("table", "")}),
        Block({"override /objective": (task.kind, "")}),
        Block({"override /model": task.network.model}),
    ]
    if task.network.optimizer:
        choices.append(Block({"override /optimizer": task.network.optimizer}))
    sections: dict[str, Block | Leaf] = {
        "task": (name, ""),
        "source": _source(task, file),
        "features": _features(task),
        "split": Block(task.split),
        "objective": Block(task.objective),
        **({"model": Block(task.network.options)} if task.network.options else {}),
        **({"optimizer": Block(task.network.averages)} if task.network.averages else {}),
        "fit": Block(task.network.fit),
        "contract": _contract(task),
    }
    return draft(_head(task, name, command), choices, sections)


def _head(task: Task, name: str, command: str) -> list[str]:
    num_used = sum(use in INPUT_USES for use in task.uses.values())
    seen = f"{task.reading.num_rows} rows, {num_used} of {len(task.uses)} columns used"
    lines = [f"{name[:1].upper()}{name[1:]}: {seen}; {shorten(task.target.name)} is {_target_values(task)}."]
    lines += [f"Expected: {_expected(task)}, on the test rows.", *task.notes]
    return [
        *lines,
        f"Written by `{shorten(command, 200)}`.",
        "The comments say what was found in the data; you know what the data mean.",
    ]


def _target_values(task: Task) -> str:
    """Describe the values of the target, classes with their shares."""
    if task.kind == "regression":
        return contents(task.target)
    total = sum(count for _, count in task.classes)
    return listed((f"{shorten(label)} ({percent(count / total)})" for label, count in task.classes), 5)


def _expected(task: Task) -> str:
    """State the score of the simplest guess, which any use of the columns should exceed."""
    if task.kind == "regression":
        return "r2 above 0, that of the mean"
    largest, count = task.classes[0]
    match task.objective.get("primary", ("accuracy",))[0]:
        case "roc_auc":
            return "roc_auc above 0.5, that of chance"
        case "macro_f1":
            return f"macro_f1 above {macro_f1_of_largest(task.classes):.3f}, that of {shorten(largest)} for each row"
    return f"an accuracy above {count / sum(rows for _, rows in task.classes):.3f}, the share of {shorten(largest)}"


def _source(task: Task, file: dict[str, Any]) -> Block:
    text, remarks = task.reading.text, task.reading.remarks
    is_arff = task.reading.kind == "arff"
    defaults = ARFF_TEXT if is_arff else CsvFormat()
    stored = {
        "path": (file["path"], ""),
        "urls": (file["urls"], "where the file is on this machine"),
        "sha256": (Quoted(file["sha256"]), "of the file: write the new one here when you edit it"),
    }
    options = {option: (value, remarks.get(option, "")) for option, value in text if value != getattr(defaults, option)}
    if text.units:
        options["units"] = _units(text)
    found = {**options, **_left_out(task.reading.odd)}
    if "limits" in file:
        found["limits"] = (file["limits"], "as asked")
    files = Block({"train": Block(stored)}) if is_arff else Block([Block(stored)])
    return Block({"kind": (task.reading.kind, ""), "files": files, **found})


def _units(text: CsvFormat) -> Block:
    entries = [(entry.model_dump(exclude_none=True), f"numbers {read_as(entry)}") for entry in text.units]
    return Block(entries, "what is taken off the numbers of a column; --category COLUMN keeps its texts")


def _left_out(odd: OddRows) -> dict[str, Block | Leaf]:
    """Return the options of the source that say which rows are left out."""
    options: dict[str, Block | Leaf] = {}
    if odd.beginnings:
        first = {row.beginning: f"{row.place} {row.why}".strip() for row in reversed(odd.rows)}
        rows = [(beginning, shorten(first[beginning], 100)) for beginning in odd.beginnings]
        options["leave_out"] = Block(rows, "how rows begin that are no rows of the table")
    if odd.repeated_header:
        places = [row.place for row in odd.rows if not row.beginning]
        options["repeated_header"] = (True, f"the header again is no row: {listed(places, 5)}")
    return options


def _features(task: Task) -> Block:
    options: dict[str, Block | Leaf] = {}
    derived, remark_of_derived = task.network.features.get("derive", ({}, ""))
    longest = max(("numeric", "category", "drop"), key=lambda use: len(task.used(use)))
    rest = longest if len(task.uses) > MANY_COLUMNS else ""
    for use in ("numeric", "category", "text", "drop"):
        columns = task.used(use)
        if use == rest:
            options[use] = ("rest", f"{len(columns)} columns that no list names")
        elif columns:
            remark = "an input for each frequent word: whether the text has it" if use == "text" else ""
            lines = [(column.name, _remark(column, task)) for column in columns]
            lines += [(name, "derived") for name in derived if use == "numeric"]
            options[use] = Block(lines, remark)
        if use == "category" and task.used("date"):
            dates = {}
            for column in task.used("date"):
                form = Quoted(column.form or "")
                key, value = _by_key(task, column.name, form, {"format": form})
                dates[key] = (value, _remark(column, task))
            options["date"] = Block(dates, "each becomes days since 1970, month and weekday")
    options |= task.network.features
    if derived:
        options["derive"] = Block({name: (formula, "") for name, formula in derived.items()}, remark_of_derived)
    gaps = {"numeric": ("median", "or mean, drop (the row), error")}
    gaps["category"] = ("own_category", "or most_frequent, drop, error")
    options["missing"] = Block(gaps | task.network.missing, "what to do about empty cells")
    return Block(options)


def _by_key(task: Task, name: str, value: Any, options: dict[str, Any]) -> tuple[str, Any]:
    """Return the name of a column and a value, or a key and options with the name where it is none (`fits_key`)."""
    if fits_key(name):
        return name, value
    key = f"column_{list(task.uses).index(name) + 1}"
    while key in task.uses:
        key += "_"
    return key, {"name": name} | options


def _remark(column: ColumnProfile, task: Task) -> str:
    parts = [task.reasons[column.name]] if column.name in task.reasons else []
    if column.kind == "yes/no" and not parts:
        parts.append("yes or no")
    parts.append(contents(column))
    if column.num_missing and column.num_values:
        parts.append(f"{percent(column.missing_share)} missing")
    if column.remark and column.name not in task.reasons:
        parts.append(column.remark)
    return "; ".join(parts)


def _contract(task: Task) -> Block:
    rules = {}
    if len(task.uses) <= MANY_COLUMNS and task.reading.sampled_from is None:
        rules = {column.name: contract_rule(column, use) for use in INPUT_USES for column in task.used(use)}
    use, labels = "numeric" if task.kind == "regression" else "category", tuple(label for label, _ in task.classes)
    target = contract_rule(task.target, use, labels)
    if task.reading.sampled_from is None:
        rules[task.target.name] = target
    elif labels:  # of all else the training rows say what new rows must keep to
        rules[task.target.name] = target | {"missing": True}
    what = "what new rows must keep to; a broken rule stops the run, `violation: drop` leaves such rows out"
    by_key = dict(_by_key(task, name, rule, rule) for name, rule in rules.items())
    return Block({"columns": Block({key: (rule, "") for key, rule in by_key.items()})}, what)
