"""A raw dataset to data/prepared: targets, rows to drop, split, encoding, in this order."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from percept import paths
from percept.dataset.contract import Contract
from percept.dataset.formats import PictureFormat
from percept.dataset.table import Images, Table
from percept.errors import UserError, listed
from percept.features import Features
from percept.features.assess import assess_pictures, assess_table
from percept.features.checks import check_contract, fit_contract
from percept.features.encoder import encode, encoder_to_onnx, feature_sources, fit_encoder
from percept.features.image import ImageFeatures, fit_pixels
from percept.features.split import Split, SplitIndices, split_rows
from percept.features.table import TASK_FILE, TableFeatures, assign_columns, raw_columns, rows_to_drop
from percept.features.target import (
    encode_classes,
    encode_targets,
    fit_target_scales,
    missing_targets,
    read_targets,
    read_weights,
)
from percept.objective import Binary, Multiclass, Objective
from percept.prepared.examples import Examples, save_examples, save_raw
from percept.prepared.spec import SUBSETS, DatasetSpec, PictureInput, RawInput, RowCounts, TableInput


def prepare(
    task: str,
    raw: Images | Table,
    features: Features,
    split: Split,
    objective: Objective,
    seed: int,
    folder: Path,
    contract: Contract | None = None,
    sha256: dict[str, str] | None = None,
) -> DatasetSpec:
    """Write the arrays of each part and spec.json into `folder`. Raises `UserError`.

    sha256: of the raw files, which the shipped file carries.
    """
    contract = contract or Contract()
    if contract.columns and isinstance(raw, Images):
        raise UserError("contract.columns", listed(contract.columns), "none: pictures have no columns", TASK_FILE)
    match raw, features:
        case Images(), ImageFeatures():
            spec = _prepare_images(task, raw, features, split, objective, seed, folder)
        case Table(), TableFeatures():
            spec = _prepare_table(task, raw, features, split, objective, seed, folder, contract)
        case _:
            kind = "image" if isinstance(raw, Images) else "table"
            raise UserError("features.kind", features.kind, kind, f"the source gives a{'n' * (kind == 'image')} {kind}")
    spec = spec.model_copy(update={"sha256": sha256 or {}})
    spec.save(folder / paths.SPEC)
    return spec


def _prepare_images(
    task: str, raw: Images, features: ImageFeatures, split: Split, objective: Objective, seed: int, folder: Path
) -> DatasetSpec:
    y, classes = _encode_image_classes(raw, objective)
    parts = split_rows(split, y, {}, raw.is_test, seed)
    for name in SUBSETS:
        rows = getattr(parts, name)
        save_examples(name, Examples(raw.pixels[rows], y[rows]), folder)
    assess_pictures(raw.pixels, y, split, parts).save(folder)
    return DatasetSpec(
        task=task,
        raw_inputs=(RawInput(name="pixels", kind="pixels"),),
        shape=raw.pixels.shape[1:],
        pixels=fit_pixels(features, raw.pixels[parts.train]),
        picture=_picture_input(raw),
        targets=objective.targets,
        classes=classes,
        rows=_account(raw.num_rows + sum(raw.dropped.values()), raw.dropped, parts, split),
    )


def _picture_input(raw: Images) -> PictureInput:
    height, width, channels = raw.pixels.shape[1:]
    form = raw.form or PictureFormat(size=(height, width), color="rgb" if channels == 3 else "grey")
    return PictureInput(**form.model_dump(), white=raw.white)


def _encode_image_classes(raw: Images, objective: Objective) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    if not isinstance(objective, Binary | Multiclass):
        expected = "multiclass or binary for pictures with classes"
        raise UserError("objective.kind", objective.kind, expected, TASK_FILE)
    if objective.weight:
        raise UserError("objective.weight", repr(objective.weight), "null: pictures have no columns", TASK_FILE)
    if isinstance(objective, Multiclass):
        return raw.labels, raw.classes
    return encode_classes(np.array(raw.classes)[raw.labels], objective, "the classes of the pictures")


def _prepare_table(
    task: str,
    raw: Table,
    features: TableFeatures,
    split: Split,
    objective: Objective,
    seed: int,
    folder: Path,
    contract: Contract,
) -> DatasetSpec:
    source = raw.num_rows
    kept, broken = _kept_rows(raw, check_contract(contract, raw, folder))
    raw = raw.take(kept)
    targets, weights = read_targets(raw, features, objective), read_weights(raw, objective)
    for_split = [column for column in split.columns() if column not in features.named()]
    inputs = assign_columns(features, raw, not_features=(*objective.columns(), *for_split))
    columns = raw_columns(features, raw, inputs)
    reasons = missing_targets(targets | ({objective.weight: weights} if objective.weight else {}))
    kept, dropped = _kept_rows(raw, reasons | rows_to_drop(features, raw, columns, inputs))
    raw, columns = raw.take(kept), {name: column[kept] for name, column in columns.items()}
    y, classes = encode_targets({name: values[kept] for name, values in targets.items()}, objective, raw.file)
    parts = split_rows(split, y, raw.columns, raw.is_test, seed)
    fitted = fit_encoder(features, inputs, {name: column[parts.train] for name, column in columns.items()})
    encoder = encoder_to_onnx(fitted, inputs)
    (folder / paths.ENCODER).write_bytes(encoder)
    if weights is not None:
        # What counts is how rows compare: a loss of another size would want another learning rate.
        weights = (weights[kept] / weights[kept][parts.train].mean()).astype(np.float32)
    for name in SUBSETS:
        rows = getattr(parts, name)
        part = {column: values[rows] for column, values in columns.items()}
        # Training eats what the shipped encoder gives, so that the two cannot differ.
        save_examples(
            name, Examples(encode(encoder, part), y[rows], None if weights is None else weights[rows]), folder
        )
        save_raw(name, part, folder)
    assess_table(columns, inputs, y, raw, objective, split, parts).save(folder)
    feature_names = tuple(name.partition("__")[2] for name in fitted.get_feature_names_out())
    return DatasetSpec(
        task=task,
        raw_inputs=inputs,
        shape=(len(feature_names),),
        feature_names=feature_names,
        feature_sources=feature_sources(fitted, inputs),
        targets=objective.targets,
        classes=classes,
        table=_table_input(raw, features, inputs),
        target_scales=fit_target_scales(y[parts.train], objective),
        contract=fit_contract(contract, raw, features, inputs, parts.train),
        rows=_account(source, broken | dropped, parts, split),
    )


def _table_input(raw: Table, features: TableFeatures, inputs: tuple[RawInput, ...]) -> TableInput:
    names = {column.name for column in inputs}
    numbers = tuple(column.name for column in inputs if column.kind == "numeric")
    return TableInput(
        text=raw.text,
        date=features.date,
        derive={name: formula for name, formula in features.derive.items() if name in names},
        required=numbers if features.missing.numeric in ("drop", "error") else (),
    )


def _kept_rows(raw: Table, reasons: dict[str, NDArray[np.bool_]]) -> tuple[NDArray[np.int64], dict[str, int]]:
    """Row numbers that stay, and how many went for each reason; a row counts for its first reason."""
    gone = np.zeros(raw.num_rows, dtype=bool)
    dropped = {}
    for reason, rows in reasons.items():
        if (rows & ~gone).any():
            dropped[reason] = int((rows & ~gone).sum())
        gone |= rows
    if gone.all():
        advice = "change features.missing or the contract"
        raise UserError(raw.file, f"no row is left; dropped: {dropped}", "rows to learn from", advice)
    return np.flatnonzero(~gone), dropped


def _account(source: int, dropped: dict[str, int], parts: SplitIndices, split: Split) -> RowCounts:
    return RowCounts(
        source=source,
        dropped=dropped,
        train=len(parts.train),
        validation=len(parts.validation),
        test=len(parts.test),
        test_is_train=split.test.kind == "same",
    )
