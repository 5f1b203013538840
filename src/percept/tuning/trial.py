"""One whole run in memory, from configuration to scores: what search, verification and the table of tasks repeat.

It calls the cores that the stages call, and judges the same shipped file, so that its report is what metrics.json has.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from percept.composition import Config
from percept.evaluation.predictions import Predictions, report
from percept.features.prepare import Preparation, prepare
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


def prepare_data(config: Config) -> Prepared:
    """Fetch the source into a temporary folder, and prepare it. Raises `UserError`."""
    with tempfile.TemporaryDirectory(prefix="percept-") as name:
        folder = Path(name)
        config.source.fetch(folder, None)
        raw, sha256 = config.source.read(folder), config.source.digests(folder)
    options = Preparation(
        task=config.task,
        features=config.features,
        split=config.split,
        objective=config.objective,
        seed=config.seed,
        contract=config.contract,
        sha256=sha256,
    )
    return prepare(raw, options)


def run_trial(config: Config, prepared: Prepared | None = None) -> Trial:
    """Prepare the data where it is not given, train, ship and judge. Raises `UserError`."""
    prepared = prepare_data(config) if prepared is None else prepared
    load_tensorflow()
    from percept.model_file import export
    from percept.training import run

    options = run.Training(config.model, config.optimizer, config.fit, config.objective, config.seed)
    trained = run.run(prepared.examples["train"], prepared.examples["validation"], prepared.spec, options)
    network = trained.as_shipped(prepared.spec)
    shipped = export.to_onnx(network, prepared.encoder, prepared.spec, config.objective, trained.decision)
    validation = _judged(shipped, prepared, "validation", config) if prepared.spec.rows.validation else None
    metadata = Metadata.from_texts(read_metadata(shipped))
    return Trial(prepared, shipped, report(validation, _judged(shipped, prepared, "test", config), metadata))


def _judged(shipped: bytes, prepared: Prepared, subset: Subset, config: Config) -> Predictions:
    raw = prepared.raw_inputs(subset)
    return Predictions.of(predict(shipped, raw), raw, prepared.examples[subset].y, prepared.spec, config.objective)
