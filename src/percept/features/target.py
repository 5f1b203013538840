"""What is to be predicted: columns of a table to class numbers, labels that apply or not, or values and their scale."""

import numpy as np
from numpy.typing import NDArray

from percept.dataset.table import Table
from percept.errors import UserError, listed, nearest
from percept.features.precision import lost_share
from percept.features.table import TASK_FILE, TableFeatures, check_lengths, derived_columns, read_numbers
from percept.objective import Binary, Multiclass, Multilabel, Objective, Regression
from percept.prepared.raw_inputs import SMALLEST
from percept.prepared.spec import TargetScale

TOLERANCE = 0.01  # of how far values lie from their median: so little of a score is lost with it


def read_targets(raw: Table, features: TableFeatures, objective: Objective) -> dict[str, NDArray]:
    """Return (rows,) for each target: text, or float64 for regression; "" or NaN where missing. Raises `UserError`."""
    return {name: _read_target(name, raw, features, objective) for name in objective.targets}


def _read_target(name: str, raw: Table, features: TableFeatures, objective: Objective) -> NDArray:
    if name in features.derive:
        if not isinstance(objective, Regression):
            found = f"{name!r} is derived, so a number, and objective.kind is {objective.kind}"
            raise UserError("objective.target", found, "a column of the file", f"{TASK_FILE}, or use kind: regression")
        return derived_columns(features, raw, [name])[name].astype(np.float64)
    _check_is_column("objective.target", name, raw)
    if isinstance(objective, Regression):
        return read_numbers(raw, name)
    check_lengths(raw, name)
    return raw.columns[name]


def read_weights(raw: Table, objective: Objective) -> NDArray[np.float64] | None:
    """Return (rows,) how much each row counts, NaN where missing; None where all count the same. Raises `UserError`."""
    if objective.weight is None:
        return None
    _check_is_column("objective.weight", objective.weight, raw)
    weights = read_numbers(raw, objective.weight)
    negative = np.flatnonzero(weights < 0)
    if len(negative) or not np.nansum(weights):
        found = f"{raw.place(negative[0])}: {weights[negative[0]]:g}" if len(negative) else "nothing above 0"
        where = f"{raw.file}, column {objective.weight!r}"
        raise UserError(where, found, "0 or more in each row, and more than 0 in some", "correct the file")
    return weights


def _check_is_column(where: str, name: str, raw: Table) -> None:
    if name not in raw.columns:
        raise UserError(
            where,
            f"{raw.file} has no column {name!r}{nearest(name, raw.columns)}",
            f"one of {listed(raw.columns)}",
            f"{TASK_FILE}, or bring the column back into the file",
        )


def missing_targets(targets: dict[str, NDArray]) -> dict[str, NDArray[np.bool_]]:
    """Return the (rows,) masks of the rows without a target, by reason."""
    masks = {name: values == "" if values.dtype == object else np.isnan(values) for name, values in targets.items()}
    return {f"{name} is missing": mask for name, mask in masks.items() if mask.any()}


def encode_targets(targets: dict[str, NDArray], objective: Objective, file: str) -> tuple[NDArray, tuple[str, ...]]:
    """Return y and the names of its classes, where it has some. Raises `UserError`.

    y: (rows,) class index by sorted label (the positive class is 1); (rows, labels) 0 or 1; or (rows, targets) values.
    """
    match objective:
        case Regression():
            _check_values(targets, objective)
            return np.column_stack(list(targets.values())), ()
        case Multilabel():
            return _encode_labels(targets, objective, file), ()
        case _:
            return encode_classes(targets[objective.target], objective, f"{file}, target {objective.target!r}")


def _check_values(targets: dict[str, NDArray], objective: Regression) -> None:
    for name, values in targets.items():
        low, high = values.min(), values.max()
        found = f"{name} goes from {low:g} to {high:g}"
        if lost_share(values) > TOLERANCE:
            near = f"subtract {np.median(values):.15g}, say, in the file or by features.derive, and predict the result"
            expected = "values that keep their differences in 32 bits, in which a network predicts"
            raise UserError(f"objective.target, {name!r}", f"{found}, a small range far from 0", expected, near)
        if objective.log_target and low <= -1:
            raise UserError("objective.log_target", found, "values above -1", "set it to false")
        if objective.output in ("relu", "softplus") and low < 0:
            advice = "use output: linear"
            raise UserError(f"objective.output = {objective.output!r}", found, "values of 0 or more", advice)
        if objective.range and not objective.range[0] <= low <= high <= objective.range[1]:
            raise UserError(f"objective.range = {list(objective.range)}", found, "values inside it", "widen it")


def _encode_labels(targets: dict[str, NDArray], objective: Multilabel, file: str) -> NDArray[np.int64]:
    y = np.column_stack([values == objective.positive for values in targets.values()]).astype(np.int64)
    for name, values in targets.items():
        found = np.unique(values.astype(str)).tolist()
        if len(set(found) - {objective.positive}) > 1:
            where = f"{file}, target {name!r}"
            expected = f"{objective.positive!r} (objective.positive) and one other"
            raise UserError(where, listed(map(repr, found)), expected, "correct objective.target or objective.positive")
    if not y.any():
        found = f"no label of any row is {objective.positive!r}"
        raise UserError(file, found, "rows to which some label applies", "set objective.positive")
    return y


def encode_classes(labels: NDArray, objective: Binary | Multiclass, where: str) -> tuple[NDArray, tuple[str, ...]]:
    """Return the (rows,) class index of each label, and the names of the classes. Raises `UserError`."""
    names, y = np.unique(labels.astype(str), return_inverse=True)
    found: tuple[str, ...] = tuple(names.tolist())
    if len(found) < 2:
        raise UserError(
            where,
            f"one class alone, {found[0]!r}, in {len(labels)} rows",
            "at least two",
            "check the file and objective.target",
        )
    if isinstance(objective, Multiclass):
        return y.astype(np.int64), found
    return _encode_binary(labels, found, objective, where)


def _encode_binary(
    labels: NDArray, found: tuple[str, ...], objective: Binary, where: str
) -> tuple[NDArray[np.int64], tuple[str, str]]:
    if objective.positive not in found:
        raise UserError(
            where,
            f"no row has the label {objective.positive!r}{nearest(objective.positive, found)}",
            f"one of {listed(found)}",
            "set objective.positive",
        )
    others = [label for label in found if label != objective.positive]
    if len(others) > 1 and not objective.one_vs_rest:
        raise UserError(
            where,
            f"{len(found)} classes: {listed(found)}",
            "two for objective.kind: binary",
            "use kind: multiclass, or one_vs_rest: true to tell objective.positive from all others",
        )
    other = others[0] if len(others) == 1 else f"not {objective.positive}"
    return (labels == objective.positive).astype(np.int64), (other, objective.positive)


def learned_values(y: NDArray, classes: tuple[str, ...], objective: Objective) -> NDArray[np.float64]:
    """Return (rows, outputs) numbers, their logarithm where it is learned, or 0 and 1 of each class or label.

    A binary target is one output.
    """
    match objective:
        case Multiclass():
            return (y[:, np.newaxis] == np.arange(len(classes))).astype(np.float64)
        case Regression(log_target=True):
            return np.log1p(y)
    return y.reshape(len(y), -1).astype(np.float64)


def fit_target_scales(train: NDArray, objective: Objective) -> tuple[TargetScale, ...]:
    """Fit a scale for each target on its training rows, (rows, targets); none where the target is no value."""
    if not isinstance(objective, Regression):
        return ()
    return tuple(_fit_scale(values, objective) for values in train.T)


def _fit_scale(values: NDArray, objective: Regression) -> TargetScale:
    lowest, highest = float(values.min()), float(values.max())
    ends = np.array(objective.range or (lowest, highest))
    if objective.log_target:
        values, ends = np.log1p(values), np.log1p(ends)
    low, span, deviation = float(ends[0]), _spread(ends[1] - ends[0]), _spread(values.std())
    match objective.output:
        case "sigmoid":
            offset, scale = low, span
        case "tanh":
            offset, scale = low + span / 2, span / 2
        case _ if not objective.scale_target:
            offset, scale = 0.0, 1.0
        case "linear":
            offset, scale = float(values.mean()), deviation
        case _:
            offset, scale = 0.0, deviation  # what is positive stays so
    clipped = (lowest, highest) if objective.clip else None
    return TargetScale(log=objective.log_target, offset=offset, scale=scale, ends=clipped)


def _spread(found: np.float64) -> float:
    return float(found) if found > SMALLEST else 1.0
