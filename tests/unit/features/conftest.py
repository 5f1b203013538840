"""Small tables, and what preprocess makes of them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from omegaconf import OmegaConf

import preprocess
from percept.dataset.contract import Contract
from percept.dataset.table import Table
from percept.features.prepare import Preparation, prepare
from percept.features.split import Split
from percept.features.table import TableFeatures
from percept.objective import Binary, Objective
from percept.prepared.examples import Examples, load_examples
from percept.prepared.spec import SUBSETS, DatasetSpec

LAST_TWO = {"test": {"kind": "last", "rows": 2}, "validation": {"kind": "none"}}


@dataclass(frozen=True)
class Prepared:
    """The contents of data/prepared."""

    folder: Path
    spec: DatasetSpec
    train: Examples
    validation: Examples
    test: Examples

    @property
    def encoder(self) -> bytes:
        return (self.folder / "encoder.onnx").read_bytes()


@pytest.fixture
def preprocess_rows(tmp_path, monkeypatch) -> Callable[..., DatasetSpec]:
    """Run the stage on a CSV file, in a folder of its own: target y, positive label 1, and the last two rows test."""
    monkeypatch.chdir(tmp_path)

    def run(rows: str, contract: dict | None = None, split: dict | None = None, **features) -> DatasetSpec:
        Path("data/raw").mkdir(parents=True, exist_ok=True)
        Path("data/raw/own.csv").write_text(rows, encoding="utf-8")
        sections = {
            "source": {"kind": "csv", "files": [{"path": "own.csv", "sha256": "0" * 64}]},
            "features": {"kind": "table", **features},
            "split": split or LAST_TWO,
            "objective": {"kind": "binary", "target": "y", "positive": "1"},
            "contract": contract or {},
        }
        Path("params.yaml").write_text(OmegaConf.to_yaml({"task": "own", "seed": 0, **sections}), encoding="utf-8")
        preprocess.main()
        return DatasetSpec.load(Path("data/prepared/spec.json"))

    return run


@pytest.fixture(scope="session")
def make_table() -> Callable[..., Table]:
    """Columns of values as the text cells of a file with a header; None is a missing cell."""

    def make(columns: dict[str, list]) -> Table:
        cells = {
            name: np.array(["" if value is None else str(value) for value in values], dtype=object)
            for name, values in columns.items()
        }
        num_rows = len(next(iter(cells.values())))
        return Table(file="data.csv", columns=cells, lines=np.arange(num_rows) + 2)

    return make


@pytest.fixture(scope="session")
def prepare_table(tmp_path_factory) -> Callable[..., Prepared]:
    """Run preprocess on a table: the target is y, its positive label 1, and the last two rows test."""

    def run(
        table: Table,
        objective: Objective | None = None,
        split: dict | None = None,
        contract: Contract | None = None,
        **features,
    ) -> Prepared:
        folder = tmp_path_factory.mktemp("prepared")
        options = TableFeatures(kind="table", **features)
        target = objective or Binary(kind="binary", target="y", positive="1")
        found = prepare(
            table, Preparation("task", options, Split(**(split or LAST_TWO)), target, 0, contract or Contract())
        )
        found.save(folder)
        return Prepared(folder, found.spec, *(load_examples(subset, folder) for subset in SUBSETS))

    return run
