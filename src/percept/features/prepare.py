"""A raw dataset to all that data/prepared holds, in memory: nothing is read from files, written or printed here."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from percept.dataset.contract import Contract
from percept.dataset.figures import fit_figures
from percept.dataset.stored import taken
from percept.dataset.table import Images, Table, with_codes
from percept.errors import UserError, listed
from percept.features import Features
from percept.features.assess import assess_pictures, assess_table
from percept.features.bins import Bins, fit_bins
from percept.features.columns import category_columns
from percept.features.contract import check_contract, contract_of_codes, fit_contract
from percept.features.encoder import FittedEncoder, encode
from percept.features.finite import check_finite
from percept.features.folds import Folds
from percept.features.image import ImageFeatures, fit_pixels
from percept.features.ordering import read_times
from percept.features.pictures import PictureRows, read_pictures
from percept.features.precision import in_double
from percept.features.rows import TableRows, read_rows, relative_weight
from percept.features.split import Latest, Split, SplitIndices, split_rows
from percept.features.table import TASK_FILE, TableFeatures, check_all_read
from percept.features.target import fit_target_scales, learned_values
from percept.features.target_mean import MAX_OUTPUTS, LearnedTarget, draw_folds
from percept.objective import Multiclass, Objective
from percept.prepared.contents import Prepared
from percept.prepared.examples import Examples
from percept.prepared.raw_inputs import as_shipped
from percept.prepared.spec import SUBSETS, DatasetSpec, RawInput, RowCounts, Subset, TableInput

T = TypeVar("T")
Rows = TableRows | PictureRows


@dataclass(frozen=True)
class Preparation:
    """The options of `prepare`."""

    task: str
    features: Features
    split: Split
    objective: Objective
    seed: int
    contract: Contract = field(default_factory=Contract)  # tables only
    sha256: dict[str, str] = field(default_factory=dict)  # of the raw files, which the shipped file carries


def prepare(raw: Images | Table, options: Preparation) -> Prepared:
    """Return the examples of each subset and all that is known of them. Raises `UserError`."""
    rows = read_raw(raw, options)
    return prepare_subsets(rows, divide(rows, options), options)


def read_raw(raw: Images | Table, options: Preparation) -> Rows:
    """Take a table through contract, targets and inputs, or give pictures their classes. Raises `UserError`."""
    features = options.features
    match raw, features:
        case Images(), _ if options.contract.columns:
            expected = "none: pictures have no columns"
            raise UserError("contract.columns", listed(options.contract.columns), expected, TASK_FILE)
        case Images(), ImageFeatures():
            return read_pictures(raw, features, options.objective)
        case Table(), TableFeatures():
            return _read_table(raw, features, options)
    kind = "an image" if isinstance(raw, Images) else "a table"
    raise UserError("features.kind", features.kind, kind.split()[1], f"the source gives {kind}")


def divide(rows: Rows, options: Preparation) -> SplitIndices:
    """Say which rows are in which subset. Raises `UserError`."""
    return split_rows(options.split, rows.y, rows.cells, rows.is_test, options.seed)


def prepare_subsets(rows: Rows, indices: SplitIndices, options: Preparation) -> Prepared:
    """Take rows, however they were split, through encoder or scaling, and quality. Raises `UserError`."""
    if isinstance(rows, PictureRows):
        return _prepare_pictures(rows, indices, options)
    return _prepare_table(rows, indices, options)


def _read_table(table: Table, features: TableFeatures, options: Preparation) -> TableRows:
    others = (*options.objective.columns(), *options.split.columns())
    table = with_codes(table, category_columns(features, table, others))
    violations = check_contract(contract_of_codes(options.contract, table.codes), table)
    rows = read_rows(table, violations, features, options.objective, options.split.columns())
    _check_times(rows.table, options.split)
    return rows


def _check_times(table: Table, split: Split) -> None:
    """Check that each cell of a column that orders the rows is a date or a number. Raises `UserError` with lines."""
    for cut in (split.test, split.validation):
        if isinstance(cut, Latest | Folds) and cut.column is not None and cut.column in table.columns:
            times = read_times(table.columns[cut.column], cut.form)
            what, wanted = ("dates", f"a date such as {cut.form} reads") if cut.form else ("numbers", "a number")
            advice = "correct them, or leave such rows out: see contract.violation: drop, and missing: false"
            check_all_read(table, cut.column, times, f"not {what}", wanted, advice)


def _prepare_table(rows: TableRows, indices: SplitIndices, options: Preparation) -> Prepared:
    columns = _by_subset(indices, lambda chosen: taken(rows.columns, chosen))
    if rows.features.scaling != "none":  # without it the network is given the values as they are, in 32 bits
        rows = replace(rows, inputs=in_double(rows.inputs, columns["train"]))
    columns = {subset: as_shipped(rows.inputs, raw) for subset, raw in columns.items()}
    target = _learned_target(rows, indices, options)
    encoder = FittedEncoder.fit(rows.features, rows.inputs, columns["train"], target)
    weight, group = relative_weight(rows.weight, indices, options.objective), options.split.group

    def examples(subset: Subset) -> Examples:
        chosen = getattr(indices, subset)
        # The network learns from what the shipped encoder gives, so that the two cannot differ.
        is_train = subset == "train"
        x = encoder.encode_training_rows(columns[subset]) if is_train else encode(encoder.onnx, columns[subset])
        return Examples(
            x,
            rows.y[chosen],
            None if weight is None else weight[chosen],
            indices.fold if is_train else None,
            rows.table.lines[chosen],
            None if group is None else rows.table.columns[group][chosen].astype(np.str_),
        )

    found = {subset: examples(subset) for subset in SUBSETS}
    spec = _table_spec(rows, encoder, indices, options, fit_bins(found["train"].x, rows.features.bins))
    check_finite(found, rows.table, spec, options.objective)
    return Prepared(
        spec=spec,
        examples=found,
        quality=assess_table(rows, options.objective, options.split, indices, found["train"].x),
        encoder=encoder.onnx,
        columns=columns,
        violations=rows.violations,
    )


def _learned_target(rows: TableRows, indices: SplitIndices, options: Preparation) -> LearnedTarget | None:
    """Return the targets of the training rows, and their folds: those of the split, or drawn as it keeps groups.

    None where no target means are asked for, or of too many classes.
    """
    names = rows.classes if isinstance(options.objective, Multiclass) else options.objective.targets
    if rows.features.target_mean is None or len(names) > MAX_OUTPUTS:
        return None
    folds = indices.fold
    if folds is None:
        group = options.split.group
        groups = rows.table.columns[group][indices.train] if group else None
        folds = draw_folds(len(indices.train), options.seed, groups)
    values = learned_values(rows.y[indices.train], rows.classes, options.objective)
    return LearnedTarget(values, names, folds, None if rows.weight is None else rows.weight[indices.train])


def _by_subset(indices: SplitIndices, take: Callable[[NDArray[np.int64]], T]) -> dict[Subset, T]:
    return {subset: take(getattr(indices, subset)) for subset in SUBSETS}


def _table_spec(
    rows: TableRows, encoder: FittedEncoder, indices: SplitIndices, options: Preparation, bins: Bins
) -> DatasetSpec:
    contract = contract_of_codes(options.contract, rows.table.codes)
    contract, ranges = fit_contract(contract, rows, indices.train)
    return DatasetSpec(
        task=options.task,
        raw_inputs=rows.inputs,
        shape=(len(encoder.feature_names),),
        feature_names=encoder.feature_names,
        feature_sources=encoder.feature_sources,
        bins=bins,
        targets=options.objective.targets,
        classes=rows.classes,
        table=_table_input(rows),
        target_scales=fit_target_scales(rows.y[indices.train], options.objective),
        contract=contract,
        ranges=ranges,
        num_folds=0 if indices.fold is None else int(indices.fold.max()) + 1,
        rows=_counts(rows, indices, options.split),
        sha256=options.sha256,
    )


def _table_input(rows: TableRows) -> TableInput:
    names = {column.name for column in rows.inputs}
    numbers = tuple(column.name for column in rows.inputs if column.kind == "numeric")
    return TableInput(
        text=rows.table.text,
        codes=rows.table.codes,
        date=rows.features.date,
        derive={name: formula for name, formula in rows.features.derive.items() if name in names},
        required=numbers if rows.features.missing.numeric in ("drop", "error") else (),
    )


def _prepare_pictures(rows: PictureRows, indices: SplitIndices, options: Preparation) -> Prepared:
    pixels, train = rows.pixels, rows.pixels[indices.train]
    spec = DatasetSpec(
        task=options.task,
        raw_inputs=(RawInput(name="pixels", kind="pixels"),),
        shape=pixels.shape[1:],
        pixels=fit_pixels(rows.features, train),
        picture=rows.picture,
        ranges=fit_figures(train, rows.picture.white),
        targets=options.objective.targets,
        classes=rows.classes,
        rows=_counts(rows, indices, options.split),
        sha256=options.sha256,
    )
    return Prepared(
        spec=spec,
        examples=_by_subset(indices, lambda chosen: Examples(pixels[chosen], rows.y[chosen], row=rows.numbers[chosen])),
        quality=assess_pictures(pixels, rows.y, options.split, indices),
    )


def _counts(rows: Rows, indices: SplitIndices, split: Split) -> RowCounts:
    """Account for every row of the source."""
    return RowCounts(
        source=rows.num_source,
        dropped=rows.dropped,
        train=len(indices.train),
        validation=len(indices.validation),
        test=len(indices.test),
        test_is_train=split.test.kind == "same",
    )
