"""Choose what suits the rows and columns of a table: objective, split, model, fit, and the contract of new rows."""

from typing import Any

from percept.errors import UserError, listed
from percept.profiling.columns import NO, SHOWN_VALUES, YES, ColumnProfile
from percept.profiling.phrases import percent, shorten
from percept.yaml_file import OPEN

RARE = 0.2  # a class is rare that has less than this fraction of an equal share
UNEVEN = 4  # rows of the one class of two for a row of the other; from more on, accuracy says little
FEW_TO_SPLIT = 3  # rows of a class; fewer cannot be in each subset
FEW_ROWS = 200
TEST, VALIDATION = 0.2, 0.25  # VALIDATION is a fraction of what TEST leaves: 60, 20 and 20 %

Option = tuple[Any, str]  # a value and what to say about it
Classes = tuple[tuple[str, int], ...]  # labels and their rows, the most frequent first


def has_rare_class(classes: Classes) -> bool:
    """Tell whether the last class is so rare that accuracy would say little about it."""
    return classes[-1][1] * len(classes) < RARE * sum(count for _, count in classes)


def are_uneven(classes: Classes) -> bool:
    """Tell whether one of two classes is so frequent that naming it for each row already has a high accuracy."""
    return len(classes) == 2 and classes[0][1] > UNEVEN * classes[1][1]


def macro_f1_of_largest(classes: Classes) -> float:
    """Return the macro F1 of always predicting the first class: its precision is its share, its recall 1."""
    precision = classes[0][1] / sum(count for _, count in classes)
    return 2 * precision / (1 + precision) / len(classes)


def can_stratify(classes: Classes) -> bool:
    """Tell whether each class has enough rows for each subset."""
    return classes[-1][1] >= FEW_TO_SPLIT and int(sum(count for _, count in classes) * TEST) >= len(classes)


def choose_objective(target: ColumnProfile, kind: str, classes: Classes) -> dict[str, Option]:
    """Choose the options of objective, with the reason for each."""
    if kind == "regression":
        wide = target.low > 0 and target.high / target.low >= 100
        log = {"log_target": (True, f"from {target.low:g} to {target.high:g}: over powers of ten")} if wide else {}
        return {
            "target": (target.name, ""),
            "primary": ("r2", "1 is perfect, 0 is no better than the mean; or mse, rmse, mae"),
            "scale_target": (True, "learn the standardised value; scores stay in the target's own unit"),
            **log,
        }
    label, count = classes[-1]
    is_rare = has_rare_class(classes)
    share = percent(count / sum(rows for _, rows in classes))
    rarest = f"{shorten(label)} is {f'rare ({share})' if is_rare else share}"
    options: dict[str, Option] = {"target": (target.name, "")}
    if kind == "binary":
        label, why = _positive(classes)
        options["positive"] = (label, why)
        if are_uneven(classes):
            options["primary"] = ("roc_auc", f"{rarest}: accuracy would hide it")
        if is_rare:
            options["threshold"] = ("f1", "yes above the probability that has the highest f1 on the validation rows")
    elif is_rare:
        options["primary"] = ("macro_f1", f"{rarest}: each class counts the same")
    if is_rare:
        options["calibration"] = ("temperature", "keeps probabilities true, which class_weights would distort")
    return options


def _positive(classes: Classes) -> tuple[str, str]:
    """Return the class that counts as 1, and why."""
    for label, _ in classes:
        if label.lower() in YES:
            return label, "counts as 1"
    for (label, _), (other, _) in zip(classes, reversed(classes), strict=True):
        if label.lower() in NO:
            return other, f"counts as 1, as {label} says no"
    return classes[-1][0], "counts as 1: the rarer one; it is a choice, look at it"


def choose_split(
    classes: Classes, target: ColumnProfile, time: ColumnProfile | None, group: ColumnProfile | None
) -> tuple[dict[str, Option], tuple[str, ...]]:
    """Choose the options of split, and return them with notes for the person. Raises `UserError`.

    time: the test rows are the latest by this column; group: rows that share a value of it stay in one subset.
    """
    num_rows = target.num_present
    notes = []
    if target.num_missing:
        notes.append(f"{target.num_missing} rows without a target are dropped.")
    if num_rows < FEW_ROWS:
        known = f"{round(num_rows * TEST)} test rows"
        error = f"on {known} an accuracy is known to about ±{1 / max(num_rows * TEST, 1) ** 0.5:.2f}"
        notes.append(f"Few rows: {error if classes else f'{known} say little'}.")
    if time:
        _check_time(time)
        latest: dict[str, Any] = {"kind": "latest", "column": time.name, "form": time.form}
        comment = f"the latest rows; {shorten(time.name)} is not a feature"
        validation = (latest | {"fraction": VALIDATION}, "of the rest: 60, 20 and 20 %")
        return {"test": (latest | {"fraction": TEST}, comment), "validation": validation}, tuple(notes)
    part: dict[str, Any] = {"kind": "fraction", "fraction": TEST, "stratify": bool(classes), "random_state": 0}
    comment = "keeps the share of each class" if classes else ""
    if group:
        _check_group(group)
        part |= {"stratify": False, "group": group.name}
        comment = f"rows of one {shorten(group.name)} stay together; it is not a feature"
    elif classes and not can_stratify(classes):
        part["stratify"] = False
        small = [f"{label} ({count})" for label, count in classes if count < FEW_TO_SPLIT]
        comment = f"classes with too few rows to keep shares: {listed(small or [f'{len(classes)} in all'], 5)}"
        notes.append(f"Classes with too few rows: {listed(small or [f'{len(classes)} classes'], 5)}; merge some.")
    rest = {"test": (part, comment), "validation": (part | {"fraction": VALIDATION}, "of the rest: 60, 20 and 20 %")}
    return rest, tuple(notes)


def _check_time(column: ColumnProfile) -> None:
    where, expected = f"--time {column.name}", "a date or a number in each row"
    if column.kind == "mixed":
        raise UserError(where, f"it holds {column.mixture}", expected, "correct them, or remove such rows")
    if column.form is None and not column.is_number:
        raise UserError(where, f"it is of kind {column.kind}", expected, "name another column")
    if column.num_missing:
        raise UserError(where, _missing(column), expected, "fill them, or remove such rows")


def _check_group(column: ColumnProfile) -> None:
    where = f"--group {column.name}"
    if column.num_missing:
        expected = "a value in each row"
        raise UserError(where, _missing(column), expected, "fill them, or remove such rows")
    if column.num_values < 5:
        raise UserError(where, f"{column.num_values} different values", "at least 5", "name another column")


def _missing(column: ColumnProfile) -> str:
    return f"{column.num_missing} cell{' is' if column.num_missing == 1 else 's are'} missing"


def choose_model(num_rows: int, num_inputs: int) -> Option:
    """Choose a file of conf/model by the number of rows and inputs, with the reason."""
    what = f"for {num_rows} rows and about {num_inputs} inputs"
    if num_inputs > num_rows / 10:
        return "mlp_dropout", f"{what}; much dropout"
    if num_rows < 300:
        return "mlp_small", what
    return ("mlp_large" if num_rows >= 50_000 else "mlp"), what


def contract_rule(column: ColumnProfile, use: str, labels: tuple[str, ...] = ()) -> dict[str, Any]:
    """Choose the rule that new rows must keep to. For numbers it allows more than these rows hold.

    labels: all values of a column of classes.
    """
    missing = {} if column.num_missing else {"missing": False}
    if use == "date":
        return {"type": "date", "format": column.form, **missing}
    if use == "text":
        return {"type": "category", **missing}
    if use == "numeric":
        whole = {"whole": True} if column.whole else {}
        ends = {"min": 0} if column.low >= 0 else {}
        ends |= {"max": 1} if column.kind == "yes/no" else {}
        return {"type": "number", **whole, **ends, **missing}
    values = sorted(labels or (value for value, _ in column.values))
    listed_all = labels or column.num_values <= SHOWN_VALUES
    return {"type": "category", **({"values": values} if listed_all and OPEN not in values else {}), **missing}
