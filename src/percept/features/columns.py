"""Which columns of a table are inputs, and as what: numbers, categories, free texts or parts of dates."""

from collections.abc import Sequence

from percept.dataset.cells import DATE_PARTS, date_parts
from percept.dataset.table import Table
from percept.errors import UserError, listed, nearest
from percept.features.table import TASK_FILE, TableFeatures
from percept.prepared.spec import RawInput

ORDER = ("numeric", "category", "text")  # of the kinds of inputs


def category_columns(features: TableFeatures, table: Table, not_features: Sequence[str]) -> tuple[str, ...]:
    """Return the columns of the table that are categories and have no other use."""
    others = {*not_features, *(features.named() if features.category == "rest" else ())}
    names = table.columns if features.category == "rest" else features.category
    return tuple(name for name in names if name in table.columns and name not in others)


def assign_columns(features: TableFeatures, table: Table, not_features: Sequence[str]) -> tuple[RawInput, ...]:
    """Return the raw inputs: numeric columns, categories, texts, each in the order given, parts of dates behind others.

    not_features: columns with another use, such as the target. Raises `UserError` for a column that is unknown,
    named twice, or named nowhere.
    """
    for name in features.derive:
        if name in table.columns:
            found = f"{table.file} already has a column {name!r}"
            raise UserError(f"features.derive.{name}", found, "a new name", TASK_FILE)
    known = [*table.columns, *features.derive]
    lists = _with_rest(features, table.file, known, not_features)
    inputs = [RawInput(name=name, kind="numeric") for name in lists["numeric"]]
    inputs += [RawInput(name=name, kind="category") for name in lists["category"]]
    inputs += [RawInput(name=name, kind="text") for name in lists["text"]]
    inputs += _parts_of_dates(features, known)
    if not inputs:
        raise UserError("features", "no column is left to learn from", "one in a list but drop", TASK_FILE)
    inputs.sort(key=lambda column: ORDER.index(column.kind))  # stable
    for column in inputs:
        _check_input(column, features, table)
    _check_cyclic(features, [column.name for column in inputs if column.kind == "numeric" and not column.date])
    return tuple(inputs)


def _with_rest(
    features: TableFeatures, file: str, known: Sequence[str], not_features: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """Return the columns of each list, with the columns that no list names in place of `rest`. Raises `UserError`."""
    lists = features.lists()
    rests = [name for name, columns in lists.items() if columns == "rest"]
    if len(rests) > 1:
        raise UserError("features", f"{' and '.join(rests)} both say rest", "one of them at most", TASK_FILE)
    named = {name: columns for name, columns in lists.items() if columns != "rest"}
    _check_named_once(named, file, known, not_features)
    used = {*not_features, *features.named()}
    left = tuple(column for column in known if column not in used)
    if left and not rests:
        found = f"{file} has columns that no list names: {listed(left)}"
        advice = f"{TASK_FILE}; drop: rest leaves out all that are not named"
        raise UserError("features", found, "each in numeric, category, date, text or drop", advice)
    return named | dict.fromkeys(rests, left)


def _check_named_once(
    named: dict[str, tuple[str, ...]], file: str, known: Sequence[str], not_features: Sequence[str]
) -> None:
    use = dict.fromkeys(not_features, "another use (target or split)")
    for name, columns in named.items():
        for column in columns:
            if column not in known:
                found = f"{file} has no column {column!r}{nearest(column, known)}"
                raise UserError(f"features.{name}", found, f"one of {listed(known)}", TASK_FILE)
            if column in use:
                found = f"{column!r} already stands in {use[column]}"
                raise UserError(f"features.{name}", found, "one place", TASK_FILE)
            use[column] = name


def _parts_of_dates(features: TableFeatures, known: Sequence[str]) -> list[RawInput]:
    inputs = [
        RawInput(name=f"{column}.{part}", kind=DATE_PARTS[part], date=column, part=part)
        for column, form in features.date.items()
        for part in date_parts(form)
    ]
    for part in inputs:
        if part.name in known:
            found = f"its part {part.name!r} is the name of another column"
            raise UserError(f"features.date.{part.date}", found, "a new name", "rename one of the two columns")
    return inputs


def _check_input(column: RawInput, features: TableFeatures, table: Table) -> None:
    if column.kind != "numeric" and column.name in features.derive:
        where = f"features.{column.kind}"
        raise UserError(where, f"{column.name!r} is derived, so a number", "columns of the file", TASK_FILE)
    if column.name in ("", "prediction", "decision", "auxiliary"):  # these are what the shipped file gives
        found = f"{table.file}: no input can be named {column.name!r}"
        advice = f"put {column.name!r} into features.drop (a column without a name is often row numbers), or rename it"
        raise UserError(f"features.{column.kind}", found, "another name", advice)


def _check_cyclic(features: TableFeatures, numeric: Sequence[str]) -> None:
    for name in features.cyclic:
        if name not in numeric:
            advice = f"{TASK_FILE}; cyclic_dates: true is for columns in features.date"
            found = f"{name!r} is no numeric column{nearest(name, numeric)}"
            raise UserError("features.cyclic", found, f"one of {listed(numeric) or 'none'}", advice)
