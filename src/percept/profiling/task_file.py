"""The text of the task file of a table, with comments on what was seen in it."""

import json
from typing import Any

from percept.dataset.formats import CsvFormat
from percept.errors import listed
from percept.profiling.choices import Option, contract_rule, macro_f1_of_largest
from percept.profiling.columns import MANY_VALUES, ColumnProfile
from percept.profiling.phrases import contents, percent, shorten
from percept.profiling.task import Task
from percept.profiling.yaml_text import Line, aligned, commented, flow, quoted

MANY_COLUMNS = 200  # more are not listed one by one


def render(task: Task, name: str, file: dict[str, Any], command: str) -> str:
    """Write the text of the task file; file: path, urls and sha256 of the source; command: what was typed to get it."""
    choices = [
        ("defaults:", ""),
        ("  - override /features: table", ""),
        (f"  - override /objective: {task.kind}", ""),
        (f"  - override /model: {task.model[0]}", task.model[1]),
    ]
    blocks = [
        ["# @package _global_", *commented(_head(task, name, command))],
        [*aligned(choices), "", f"task: {name}"],
        aligned(_source(task, file)),
        aligned(_features(task)),
        *(aligned([(f"{name}:", ""), *_options(getattr(task, name))]) for name in ("split", "objective", "fit")),
        _contract(task),
    ]
    return "\n".join(line for block in blocks for line in block) + "\n"


def _head(task: Task, name: str, command: str) -> list[str]:
    num_used = sum(use in ("numeric", "category", "date") for use in task.uses.values())
    seen = f"{task.target.num_rows} rows, {num_used} of {len(task.uses)} columns used"
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


def _source(task: Task, file: dict[str, Any]) -> list[Line]:
    text, remarks = task.reading.text, task.reading.remarks
    lines = [
        ("source:", ""),
        (f"  kind: {task.reading.kind}", ""),
        ("  files:", ""),
        (f"    - path: {quoted(file['path'])}", ""),
        (f"      urls: {flow(file['urls'])}", "where the file is on this machine"),
        (f"      sha256: {json.dumps(file['sha256'])}", "of the file: write the new one here when you edit it"),
    ]
    defaults = CsvFormat()
    for option, value in text:
        if value != getattr(defaults, option):
            lines.append((f"  {option}: {flow(value)}", remarks.get(option, "")))
    return lines


def _features(task: Task) -> list[Line]:
    lines: list[Line] = [("features:", "")]
    uses = ("numeric", "category", "drop")
    rest = max(uses, key=lambda use: len(task.used(use))) if len(task.uses) > MANY_COLUMNS else ""
    for use in uses:
        columns = task.used(use)
        if use == rest:
            lines.append((f"  {use}: rest", f"{len(columns)} columns that no list names"))
        elif columns:
            lines.append((f"  {use}:", ""))
            lines += [(f"    - {quoted(column.name)}", _remark(column, task)) for column in columns]
        if use == "category" and task.used("date"):
            lines.append(("  date:", "each becomes days since 1970, month and weekday"))
            lines += [
                (
                    f"    {quoted(column.name, is_key=True)}: {json.dumps(column.form, ensure_ascii=False)}",
                    _remark(column, task),
                )
                for column in task.used("date")
            ]
    if any(column.num_values > MANY_VALUES for column in task.used("category")):
        lines.append((f"  max_categories: {MANY_VALUES}", "of each column; rarer ones count as unseen ones"))
    lines.append(("  scaling: asinh", "of numeric columns: outliers are pulled in; or standard, min_max, none"))
    lines.append(("  missing:", "what to do about empty cells"))
    lines.append(("    numeric: median", "or mean, drop (the row), error"))
    lines.append(("    category: own_category", "or most_frequent, drop, error"))
    return lines


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


def _options(options: dict[str, Option]) -> list[Line]:
    return [(f"  {name}: {flow(value)}", comment) for name, (value, comment) in options.items()]


def _contract(task: Task) -> list[str]:
    rules = {}
    if len(task.uses) <= MANY_COLUMNS:
        rules = {
            column.name: contract_rule(column, use)
            for use in ("numeric", "category", "date")
            for column in task.used(use)
        }
    use, labels = "numeric" if task.kind == "regression" else "category", tuple(label for label, _ in task.classes)
    rules[task.target.name] = contract_rule(task.target, use, labels)
    return [
        "contract:  # what new rows must keep to; a broken rule stops the run, `violation: drop` leaves such rows out",
        "  columns:",
        *(f"    {quoted(name, is_key=True)}: {flow(rule)}" for name, rule in rules.items()),
    ]
