"""A raw dataset to data/prepared: targets, rows to drop, split, encoding, in this order."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from percept import paths
from percept.errors import UserError, listed, nearest
from percept.features import Features
from percept.features.encoder import encode, encoder_to_onnx
from percept.features.image import ImageFeatures, fit_pixels
from percept.features.split import Parts, Split, split_rows
from percept.features.table import (
    TASK_FILE,
    TableFeatures,
    assign_columns,
    derived_columns,
    feature_sources,
    fit_encoder,
    raw_columns,
    read_numbers,
    rows_to_drop,
)
from percept.objective import Binary, Multiclass, Objective, Regression
from percept.prepared import Examples, save_examples, save_raw
from percept.sources.dataset import Images, Table
from percept.spec import PARTS, DatasetSpec, RawInput, Rows, TargetScale


def prepare(
    task: str, raw: Images | Table, features: Features, split: Split, objective: Objective, seed: int, folder: Path
) -> DatasetSpec:
    """Write the arrays of each part and spec.json into `folder`. Raises `UserError`."""
    match raw, features:
        case Images(), ImageFeatures():
            spec = _prepare_images(task, raw, features, split, objective, seed, folder)
        case Table(), TableFeatures():
            spec = _prepare_table(task, raw, features, split, objective, seed, folder)
        case _:
            kind = "image" if isinstance(raw, Images) else "table"
            raise UserError("features.kind", features.kind, kind, f"the source gives a{'n' * (kind == 'image')} {kind}")
    spec.save(folder / paths.SPEC)
    return spec


def _prepare_images(
    task: str, raw: Images, features: ImageFeatures, split: Split, objective: Objective, seed: int, folder: Path
) -> DatasetSpec:
    if not isinstance(objective, Multiclass):
        raise UserError("objective.kind", objective.kind, "multiclass for pictures with classes", TASK_FILE)
    parts = split_rows(split, raw.labels, {}, raw.is_test, seed)
    for name in PARTS:
        rows = getattr(parts, name)
        save_examples(name, Examples(raw.pixels[rows], raw.labels[rows]), folder)
    return DatasetSpec(
        task=task,
        raw_inputs=(RawInput(name="pixels", kind="pixels"),),
        shape=raw.pixels.shape[1:],
        pixels=fit_pixels(features, raw.pixels[parts.train]),
        classes=raw.classes,
        rows=_account(raw.num_rows + sum(raw.dropped.values()), raw.dropped, parts, split),
    )


def _prepare_table(
    task: str, raw: Table, features: TableFeatures, split: Split, objective: Objective, seed: int, folder: Path
) -> DatasetSpec:
    labels = _target(raw, features, objective)
    inputs = assign_columns(features, raw, not_features=(objective.target, *split.columns()))
    columns = raw_columns(features, raw, inputs)
    kept, dropped = _kept_rows(raw, features, objective, columns, inputs, labels)
    y, classes = _encode_target(labels[kept], objective, raw)
    values = {name: column[kept] for name, column in raw.columns.items()}
    parts = split_rows(split, y, values, None, seed)
    train = {name: column[kept][parts.train] for name, column in columns.items()}
    fitted = fit_encoder(features, inputs, train)
    encoder = encoder_to_onnx(fitted, inputs)
    (folder / paths.ENCODER).write_bytes(encoder)
    for name in PARTS:
        rows = kept[getattr(parts, name)]
        part = {column: values[rows] for column, values in columns.items()}
        # Training eats what the shipped encoder gives, so that the two cannot differ.
        save_examples(name, Examples(encode(encoder, part), y[getattr(parts, name)]), folder)
        save_raw(name, part, folder)
    feature_names = tuple(name.partition("__")[2] for name in fitted.get_feature_names_out())
    return DatasetSpec(
        task=task,
        raw_inputs=inputs,
        shape=(len(feature_names),),
        feature_names=feature_names,
        feature_sources=feature_sources(fitted, inputs),
        classes=classes,
        target=objective.target,
        target_scale=_target_scale(y[parts.train], objective),
        rows=_account(raw.num_rows, dropped, parts, split),
    )


def _target(raw: Table, features: TableFeatures, objective: Objective) -> NDArray:
    """(rows,) text, or float64 for regression; "" or NaN where it is missing."""
    if objective.target in features.derive:
        if not isinstance(objective, Regression):
            found = f"{objective.target!r} is derived, so a number, and objective.kind is {objective.kind}"
            raise UserError("objective.target", found, "a column of the file", f"{TASK_FILE}, or use kind: regression")
        return derived_columns(features, raw, [objective.target])[objective.target].astype(np.float64)
    if objective.target not in raw.columns:
        hint = nearest(objective.target, raw.columns)
        raise UserError(
            "objective.target",
            f"{raw.file} has no column {objective.target!r}{hint}",
            f"one of {listed(raw.columns)}",
            f"{TASK_FILE}, or bring the column back into the file",
        )
    return read_numbers(raw, objective.target) if isinstance(objective, Regression) else raw.columns[objective.target]


def _kept_rows(
    raw: Table,
    features: TableFeatures,
    objective: Objective,
    columns: dict[str, NDArray],
    inputs: tuple[RawInput, ...],
    labels: NDArray,
) -> tuple[NDArray[np.int64], dict[str, int]]:
    """Row numbers that stay, and how many went for each reason; a row counts for its first reason."""
    no_target = np.isnan(labels) if isinstance(objective, Regression) else labels == ""
    reasons = {f"{objective.target} is missing": no_target} if no_target.any() else {}
    reasons |= rows_to_drop(features, raw, columns, inputs)
    gone = np.zeros(raw.num_rows, dtype=bool)
    dropped = {}
    for reason, rows in reasons.items():
        dropped[reason] = int((rows & ~gone).sum())
        gone |= rows
    if gone.all():
        raise UserError(
            raw.file, f"no row is left; dropped: {dropped}", "rows to learn from", "change features.missing"
        )
    return np.flatnonzero(~gone), dropped


def _encode_target(labels: NDArray, objective: Objective, raw: Table) -> tuple[NDArray, tuple[str, ...]]:
    """Class index by sorted label (the positive class is 1), or the values."""
    if isinstance(objective, Regression):
        if objective.log_target and labels.min() <= -1:
            raise UserError(
                "objective.log_target",
                f"{objective.target} goes down to {labels.min()}",
                "values above -1",
                "set it to false",
            )
        return labels.astype(np.float64), ()
    found, y = np.unique(labels.astype(str), return_inverse=True)
    found = tuple(found.tolist())
    where = f"{raw.file}, target {objective.target!r}"
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


def _target_scale(train: NDArray, objective: Objective) -> TargetScale | None:
    if not isinstance(objective, Regression):
        return None
    values = np.log1p(train) if objective.log_target else train
    if not objective.scale_target:
        return TargetScale(log=objective.log_target)
    return TargetScale(log=objective.log_target, mean=float(values.mean()), deviation=float(values.std()) or 1.0)


def _account(source: int, dropped: dict[str, int], parts: Parts, split: Split) -> Rows:
    return Rows(
        source=source,
        dropped=dropped,
        train=len(parts.train),
        validation=len(parts.validation),
        test=len(parts.test),
        test_is_train=split.test.kind == "same",
    )
