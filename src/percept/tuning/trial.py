"""One whole run in memory, from configuration to scores: what search, verification and the table of tasks repeat.

It calls the cores that the stages call, and evaluates the same shipped file, so its report is what metrics.json has.
"""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from percept import paths
from percept.composition import Config
from percept.dataset.table import Images, Table
from percept.evaluation.predictions import Predictions, predict_some, report
from percept.evaluation.warnings import Evidence, warnings
from percept.features.prepare import Preparation, prepare
from percept.logs.fit_warnings import slower_rate
from percept.model_file.metadata import Metadata
from percept.model_file.session import predict, read_metadata
from percept.prepared.contents import Prepared
from percept.prepared.spec import Subset
from percept.training.startup import load_tensorflow


@dataclass(frozen=True)
class Trial:
    """What a run leaves."""

    prepared: Prepared
    shipped: bytes  # model.onnx
    report: dict[str, Any]  # what metrics.json holds
    test: Predictions  # of the test rows, by that file


def prepare_data(config: Config, raw: Path | None = None) -> Prepared:
    """Prepare the data of a task as preprocess does. Raises `UserError`. raw: as for `read_source`."""
    return prepare(*read_source(config, raw))


def read_source(config: Config, raw: Path | None = None) -> tuple[Images | Table, Preparation]:
    """Read the rows of a task, and say how they are prepared. Raises `UserError`.

    raw: a folder such as data/raw, with what the source has fetched; without it, a temporary one is filled, with the
    files of data/raw where they are the same.
    """
    if raw is None:
        with paths.scratch() as folder:
            config.source.fetch(folder, paths.RAW)
            return read_source(config, folder)
    options = Preparation(
        task=config.task,
        features=config.features,
        split=config.split,
        objective=config.objective,
        seed=config.seed,
        contract=config.contract,
        sha256=config.source.digests(raw),
    )
    return config.source.read(raw), options


def run_trial(config: Config, prepared: Prepared | None = None) -> Trial:
    """Prepare the data where it is not given, train, make model.onnx and evaluate it. Raises `UserError`."""
    prepared = prepare_data(config) if prepared is None else prepared
    load_tensorflow(config.fit.threads)
    from percept.model_file import export
    from percept.training import run

    spec = prepared.spec
    options = run.Training(config.model, config.optimizer, config.fit, config.objective, config.seed)
    trained = run.run(prepared.examples["train"], prepared.examples["validation"], spec, options)
    network = trained.as_shipped(spec)
    shipped = export.to_onnx(network, prepared.encoder, spec, config.objective, trained.decision)
    metadata = Metadata.from_texts(read_metadata(shipped))
    validation = _predictions(shipped, prepared, "validation", config) if spec.rows.validation else None
    if trained.out_of_fold is not None:
        raw, y = prepared.raw_inputs("train"), prepared.examples["train"].y
        validation = Predictions.out_of_fold(trained.out_of_fold, raw, y, spec, config.objective, metadata)
    test = _predictions(shipped, prepared, "test", config)
    found = report(validation, test, metadata)
    examples = prepared.examples["train"], prepared.examples["test"]
    raw, answer = prepared.raw_inputs("train"), partial(predict, shipped)
    evidence = Evidence(
        test,
        validation,
        predict_some(raw, examples[0].y, spec, config.objective, answer),
        *examples,
        trained.history.rows,
        trained.dead_units,
        config.fit.monitor,
        config.fit.epochs,
        slower_rate(config.optimizer.learning_rate, config.optimizer.kind),
    )
    found |= warnings(evidence)
    return Trial(prepared, shipped, found, test)


def _predictions(shipped: bytes, prepared: Prepared, subset: Subset, config: Config) -> Predictions:
    raw = prepared.raw_inputs(subset)
    return Predictions.of(predict(shipped, raw), raw, prepared.examples[subset].y, prepared.spec, config.objective)
