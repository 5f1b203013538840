"""Propose the task that suits a table: what is predicted, from which columns, on which rows, with which model."""

from collections import Counter
from dataclasses import dataclass, field, replace

from percept.dataset.table import Table
from percept.errors import UserError, listed
from percept.profiling.after_event import filled_after_event
from percept.profiling.choices import FEW_TO_SPLIT, Classes, Option, choose_objective, choose_split
from percept.profiling.columns import ColumnProfile, profile_columns
from percept.profiling.identities import identities
from percept.profiling.leakage import leaking_columns
from percept.profiling.network import NETWORKS, Network
from percept.profiling.nonlinear import nonlinear_columns
from percept.profiling.phrases import quoted_names
from percept.profiling.questions import (
    are_counts,
    century_notes,
    kind_note,
    missing_code_notes,
    mixed_notes,
    nonlinear_note,
    pair_notes,
    total_notes,
    unit_notes,
)
from percept.profiling.reading import Reading
from percept.profiling.spelling import fold_spellings
from percept.profiling.task_options import TaskOptions, check_columns, with_single_names

RESERVED = ("", "prediction", "decision", "auxiliary")  # names that an input of the shipped file cannot have
MIN_ROWS = 10
INPUT_USES = ("numeric", "category", "date", "text")
MAX_CLASSES = 20  # whole numbers with more values are amounts


@dataclass(frozen=True)
class Task:
    """What the task file says."""

    reading: Reading
    columns: dict[str, ColumnProfile]
    uses: dict[str, str]  # column -> numeric, category, date, text, drop, target, split
    reasons: dict[str, str]  # of columns that are left out
    target: ColumnProfile
    kind: str  # binary, multiclass or regression
    classes: Classes  # the most frequent first; () for regression
    objective: dict[str, Option]
    split: dict[str, Option]
    network: Network
    notes: tuple[str, ...] = field(default=())  # for the head of the file

    def used(self, use: str) -> list[ColumnProfile]:
        return [column for name, column in self.columns.items() if self.uses[name] == use]


def propose_task(reading: Reading, options: TaskOptions) -> Task:
    """Propose a task for a table. Raises `UserError` for options that the table cannot meet."""
    known = list(reading.table.columns)
    name = _target_name(reading.table.file, options, known)
    wanted = with_single_names(options, known)
    check_columns(reading, known, wanted)
    columns = _profiled(reading, wanted)
    texts = [name for name, column in columns.items() if column.use == "category" and name not in wanted.exact]
    reading, asked = fold_spellings(reading, texts, wanted.fold)
    if reading.table.text.fold:
        columns = _profiled(reading, wanted)
    table, target = reading.table, columns[name]
    has_unit = any(entry.column == target.name for entry in table.text.units)
    kind = _task_kind(table.file, target, "regression" if has_unit and target.kind == "number" else wanted.kind)
    _check_num_rows(table.file, target)
    classes = () if kind == "regression" else _classes(table, target.name)
    _check_num_of_class(table.file, kind, classes)
    uses, reasons = _uses(table, columns, target.name, wanted, kind)
    inputs = {use: [columns[name] for name in columns if uses[name] == use] for use in INPUT_USES}
    used = [column for name, column in columns.items() if uses[name] in ("numeric", "category", "date")]
    time, group = (columns[name] if name else None for name in (wanted.time, wanted.group))
    split, notes = choose_split(classes, target, time, group)
    num_present = round(target.num_present / target.num_rows * reading.num_rows)
    network = NETWORKS[wanted.model](num_present, inputs, classes, split)
    in_bins = "bins" in network.features  # which can bend as they like
    nonlinear = [] if in_bins else nonlinear_columns(table, target.name, kind == "regression", inputs["numeric"])
    return Task(
        reading=reading,
        columns=columns,
        uses=uses,
        reasons=reasons,
        target=target,
        kind=kind,
        classes=classes,
        objective=choose_objective(target, kind, classes) | network.objective,
        split=split | {"validation": network.validation},
        network=network,
        notes=(
            *reading.notes(),
            *notes,
            *unit_notes(table.text, target.name, kind, inputs["category"]),
            *kind_note(target, kind, wanted.kind),
            *asked,
            *mixed_notes([columns[name] for name in reasons if name not in (*wanted.drop, *wanted.ids)]),
            *century_notes([column for name, column in columns.items() if uses[name] in ("date", "split")]),
            *missing_code_notes(table, [*inputs["numeric"], *([target] if kind == "regression" else [])]),
            *total_notes(table),
            *([] if kind == "regression" else pair_notes(table, target.name, used)),
            *([nonlinear_note(target.name, nonlinear)] if nonlinear else []),
        ),
    )


def _target_name(file: str, options: TaskOptions, known: list[str]) -> str:
    if options.target is None:
        found, advice = f"not given; {file} has {quoted_names(known)}", f"python src/new_task.py {file} --target ..."
        raise UserError("--target", found, "the column to predict", advice)
    return options.target


def _profiled(reading: Reading, options: TaskOptions) -> dict[str, ColumnProfile]:
    """Profile the columns; those that name something are categories."""
    day_first = reading.text.decimal == "," or reading.text.separator == ";"
    columns = profile_columns(reading.table, day_first, options.this_year)
    return columns | {name: replace(columns[name], kind="category", form=None) for name in options.category}


def _check_num_rows(file: str, target: ColumnProfile) -> None:
    if target.num_present < MIN_ROWS:
        found = f"{target.num_present} rows with a value of {target.name!r}"
        raise UserError(file, found, f"{MIN_ROWS} at least", "bring more rows: some learn, others judge")


def _check_num_of_class(file: str, kind: str, classes: Classes) -> None:
    if kind == "binary" and classes[-1][1] < FEW_TO_SPLIT:
        label, count = classes[-1]
        found = f"{count} row{'s' * (count > 1)} of {label!r}, of the other class {classes[0][1]}"
        expected = f"{FEW_TO_SPLIT} rows of each class at least: some learn, others judge"
        raise UserError(f"{file}, the target", found, expected, "bring more rows of it, or another --target")


def _classes(table: Table, target: str) -> Classes:
    """Count the rows of each class, the most frequent first."""
    counts = Counter(table.columns[target].tolist())
    counts.pop("", None)
    return tuple(sorted(counts.items(), key=lambda one: (-one[1], one[0])))


def _task_kind(file: str, target: ColumnProfile, wanted: str | None) -> str:
    """Return the kind that is wanted, or else the one that suits the target. Raises `UserError`."""
    where = f"{file}, target {target.name!r}"
    is_number = target.is_number
    num_rows = target.num_present
    if target.num_values < 2:
        found = "no value at all" if not target.values else f"one value alone, {target.values[0][0]!r}"
        raise UserError(where, found, "at least two", "check the file; an empty cell is no class, so write it out")
    if wanted == "regression" and not is_number:
        found = target.first_text or f"texts such as {target.values[0][0]!r}"
        raise UserError(where, found, "numbers for --kind regression", "correct the cells, or leave --kind out")
    if wanted == "binary" and target.num_values != 2:
        found = f"{target.num_values} different values"
        raise UserError(where, found, "two for --kind binary", "use --kind multiclass")
    if wanted:
        return wanted
    is_name = target.kind == "identifier" and not is_number
    if target.kind in ("date", "mixed", "free text") or (is_name and target.num_values > num_rows / 2):
        what = {"date": "dates", "mixed": target.mixture, "free text": "free text"}
        found = what.get(target.kind, f"{target.num_values} different texts in {num_rows} rows")
        advice = "correct the cells, or name another --target; --kind multiclass: each text is a class"
        raise UserError(where, found, "classes or numbers", advice)
    if target.num_values == 2:
        return "binary"
    is_text = target.kind == "category" or is_name
    few_values = target.whole and target.num_values <= min(MAX_CLASSES, num_rows // 5)
    is_class = is_text or (few_values and not are_counts(target))
    return "multiclass" if is_class else "regression"


def _uses(
    table: Table, columns: dict[str, ColumnProfile], target: str, options: TaskOptions, kind: str
) -> tuple[dict[str, str], dict[str, str]]:
    """Map each column to its use, and those that are left out to the reason."""
    uses: dict[str, str] = {name: column.use for name, column in columns.items()}
    reasons = {name: _drop_reason(column) for name, column in columns.items() if column.use == "drop"}
    reasons |= {name: "no input can have this name; rename it" for name in RESERVED if name in columns}
    reasons |= dict.fromkeys(options.ids, "identifier, as asked") | dict.fromkeys(options.drop, "as asked")
    candidates = [column for name, column in columns.items() if name not in (*reasons, *options.columns_with_a_role())]
    reasons |= leaking_columns(table, target, kind == "regression", candidates)
    candidates = [column for column in candidates if column.name not in reasons]
    reasons |= filled_after_event(table, target, kind == "regression", candidates)
    if kind == "regression":
        reasons |= identities(table, target, [column for column in candidates if column.name not in reasons])
    for name in options.keep:
        if name not in RESERVED:
            reasons.pop(name, None)
            uses[name] = _kept_use(columns[name])
    uses |= dict.fromkeys(reasons, "drop")
    uses |= {name: "split" for name in (options.time, options.group) if name} | {target: "target"}
    reasons = {name: reason for name, reason in reasons.items() if uses[name] == "drop"}
    if not {*INPUT_USES} & set(uses.values()):
        left_out = listed((f"{name!r} ({reason})" for name, reason in reasons.items()), 8)
        raise UserError(table.file, f"no column is left to learn from: {left_out}", "one", "see --keep COLUMN")
    return uses, reasons


def _drop_reason(column: ColumnProfile) -> str:
    """Say why a column is nothing to learn from."""
    match column.kind:
        case "identifier":
            what = "a different value in nearly every row" if not column.remark else column.remark
            return f"identifier: {what}"
        case "free text":
            return "free text: too few words come again"
        case "mixed":
            return f"{column.mixture}, {column.remark}: correct them, or name them in source.missing"
        case "constant":
            return "the same value in every row"
    return "no value at all"


def _kept_use(column: ColumnProfile) -> str:
    """Return the use of a column that a person wants to keep, whatever it looks like."""
    if column.use != "drop":
        return column.use
    return "numeric" if column.is_number else "date" if column.form else "category"
