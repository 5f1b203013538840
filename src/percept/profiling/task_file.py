"""The text of a task file, with a comment where a person should look."""

import difflib
import json
import re
import tempfile
import unicodedata
from pathlib import Path
from typing import Any

from percept import paths
from percept.composition import composed
from percept.dataset.formats import CsvFormat
from percept.errors import UserError, listed
from percept.profiling.choices import Option, contract_rule
from percept.profiling.columns import MANY_VALUES, ColumnProfile
from percept.profiling.task import Task
from percept.profiling.yaml_text import Line, aligned, commented, flow, holds, macro_f1_of_guess, quoted, share, shown
from percept.sources.download import inside

MANY_COLUMNS = 200  # more are not listed one by one


def render(task: Task, name: str, file: dict[str, Any], command: str) -> str:
    """The task file; file: path, urls and sha256 of the source; command: what was typed to get it."""
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
    lines = [f"{name[:1].upper()}{name[1:]}: {seen}; {shown(task.target.name)} is {_answers(task)}."]
    lines += [f"Expected: {_expected(task)}, on the test rows.", *task.notes]
    return [*lines, f"Written by `{shown(command, 200)}`.", "The comments say what was seen; you know what it means."]


def _answers(task: Task) -> str:
    if task.kind == "regression":
        return holds(task.target)
    total = sum(count for _, count in task.classes)
    return listed((f"{shown(label)} ({share(count / total)})" for label, count in task.classes), 5)


def _expected(task: Task) -> str:
    """What the simplest guess has, so any use of the columns should be better."""
    if task.kind == "regression":
        return "r2 above 0, that of the mean"
    largest, count = task.classes[0]
    match task.objective.get("primary", ("accuracy",))[0]:
        case "roc_auc":
            return "roc_auc above 0.5, that of chance"
        case "macro_f1":
            return f"macro_f1 above {macro_f1_of_guess(task.classes):.3f}, that of {shown(largest)} for each row"
    return f"an accuracy above {count / sum(rows for _, rows in task.classes):.3f}, the share of {shown(largest)}"


def _source(task: Task, file: dict[str, Any]) -> list[Line]:
    text, remarks = task.reading.text, task.reading.remarks
    lines = [
        ("source:", ""),
        (f"  kind: {task.reading.kind}", ""),
        ("  files:", ""),
        (f"    - path: {quoted(file['path'])}", ""),
        (f"      urls: {flow(file['urls'])}", "where it lies on this machine"),
        (f"      sha256: {json.dumps(file['sha256'])}", "of its bytes: an edited file needs the new one"),
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
            lines.append(("  date:", "become days since 1970, month and weekday"))
            lines += [
                (
                    f"    {quoted(column.name, is_key=True)}: {json.dumps(column.form, ensure_ascii=False)}",
                    _remark(column, task),
                )
                for column in task.used("date")
            ]
    if any(column.num_values > MANY_VALUES for column in task.used("category")):
        lines.append((f"  max_categories: {MANY_VALUES}", "of each column; rarer ones count as unseen ones"))
    lines.append(("  scaling: asinh", "of numeric columns: far values are drawn near; or standard, min_max, none"))
    lines.append(("  missing:", "what an empty cell means"))
    lines.append(("    numeric: median", "or mean, drop (the row), error"))
    lines.append(("    category: own_category", "or most_frequent, drop, error"))
    return lines


def _remark(column: ColumnProfile, task: Task) -> str:
    parts = [task.reasons[column.name]] if column.name in task.reasons else []
    if column.kind == "yes/no" and not parts:
        parts.append("yes or no")
    parts.append(holds(column))
    if column.num_missing and column.num_values:
        parts.append(f"{share(column.missing_share)} missing")
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


def safe_name(name: str) -> str:
    """A name that Hydra takes without quotes. Raises `UserError` where too little is left of it."""
    plain = unicodedata.normalize("NFKD", name)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    safe = re.sub(r"[^A-Za-z0-9]+", "_", plain).strip("_").lower()
    if not re.search("[a-z]", safe) or any(letter.isalpha() and not letter.isascii() for letter in plain):
        expected = "letters a to z, digits and _: Hydra takes no others"
        raise UserError("the task's name", f"{name!r}", expected, "give one: --name customers")
    return f"data_{safe}" if safe[0].isdigit() or safe in ("null", "true", "false", "nan", "inf") else safe


def stored_name(file: Path, name: str) -> str:
    try:
        return inside(file.name)
    except ValueError:
        return f"{name}{file.suffix}"


def address(file: Path) -> str:
    """The path from the repository, or from the root of the machine where it lies elsewhere."""
    absolute = file.resolve()
    return str(absolute.relative_to(paths.ROOT) if absolute.is_relative_to(paths.ROOT) else absolute)


def check_composes(text: str, name: str) -> None:
    """Compose the task from a folder of its own. Raises `UserError`."""
    with tempfile.TemporaryDirectory(prefix="percept-") as folder:
        draft = Path(folder) / "task" / f"{name}_draft.yaml"
        draft.parent.mkdir()
        draft.write_text(text, encoding="utf-8")
        composed([f"task={name}_draft", f"hydra.searchpath=[file://{folder}]"])


def write(target: Path, text: str, force: bool) -> None:
    shown = target.relative_to(paths.ROOT)
    former = target.read_text(encoding="utf-8") if target.exists() else None
    if former == text:
        print(f"\n{shown} says so already")
        return
    if former is not None and not force:
        changes = difflib.unified_diff(former.splitlines(), text.splitlines(), str(shown), "new", lineterm="", n=0)
        found = "\n    ".join(["it is there already; this would change:", *changes])
        raise UserError(str(shown), found, "a new file", "give another --name, or --force to replace it")
    with paths.replaced(target) as draft:
        draft.write_text(text, encoding="utf-8")
    print(f"\nwrote {shown}")
