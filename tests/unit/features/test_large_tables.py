"""A table that goes through files is prepared to the byte as one in memory."""

from pathlib import Path

import numpy as np
import pytest

from percept.dataset import stored
from percept.dataset.contract import Contract
from percept.dataset.stored import StoredColumns
from percept.features.prepare import Preparation, prepare
from percept.features.split import Split
from percept.features.table import TableFeatures
from percept.files.limits import SourceLimits
from percept.objective import Binary, Objective, Regression
from percept.sources.csv import Csv

NUM_ROWS = 240
COLUMNS = {"numeric": ("size", "price"), "category": ("town", "rank"), "date": {"day": "%Y-%m-%d"}}
SPLIT = {
    "test": {"kind": "fraction", "fraction": 0.2, "stratify": True},
    "validation": {"kind": "fraction", "fraction": 0.2, "stratify": True},
}
BY_GROUP = {
    "test": {"kind": "fraction", "fraction": 0.2, "group": "shop"},
    "validation": {"kind": "folds", "num": 3, "group": "shop"},
}
BY_TIME = {"test": {"kind": "latest", "column": "shop", "fraction": 0.2}, "validation": {"kind": "none"}}
BOUGHT = Binary(kind="binary", target="bought", positive="yes", weight="weight")
PRICE = Regression(kind="regression", target="price")
RULES = {"size": {"type": "number", "max": 2.5}, "town": {"type": "category", "missing": True}}


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> Path:
    random = np.random.default_rng(0)
    file = tmp_path_factory.mktemp("table") / "data" / "raw" / "own.csv"
    file.parent.mkdir(parents=True)
    rows = ["size,price,town,rank,day,note,shop,weight,bought"]
    for row, size in enumerate(random.standard_normal(NUM_ROWS)):
        number = "" if row % 11 == 0 else f"{size:.6f}"
        town = random.choice(["Oslo", "OSLO ", "Rome", "Łódź", "", *(f"town {level}" for level in range(30))])
        day = "" if row % 50 == 9 else np.datetime64("2024-01-01") + row
        note = random.choice(['"red, wide"', "wide", "blue", ""])
        label = "yes" if size + random.standard_normal() > 0 else "no"
        rows.append(
            f"{number},{16_000_000 + row}.{row % 10},{town},{row % 3}.0,{day},{note},{row % 9},{row % 4},{label}"
        )
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return file


def prepared(file: Path, cells: int, features: TableFeatures, split: dict, objective: Objective, folder: Path) -> Path:
    """Prepare the table where memory may hold so many cells."""
    fold = ("town",) if "town" in features.named() else ()
    files = [{"path": file.name, "sha256": "0" * 64}]
    source = Csv(kind="csv", files=files, fold=fold, limits=SourceLimits(cells=cells))
    table = source.read(file.parent)
    assert isinstance(table.columns, StoredColumns) == (cells < 10)
    contract = Contract(violation="drop", columns=RULES)
    options = Preparation("own", features, Split.model_validate(split), objective, seed=3, contract=contract)
    folder.mkdir()
    prepare(table, options).save(folder)
    return folder


@pytest.mark.parametrize(
    ("features", "split", "objective"),
    [
        (COLUMNS | {"text": ("note",), "drop": "rest", "target_mean": 4, "min_frequency": 3}, SPLIT, BOUGHT),
        (COLUMNS | {"drop": "rest", "target_mean": 4, "bins": 5, "scaling": "robust"}, BY_GROUP, BOUGHT),
        (
            {
                "numeric": ("weight", "relative"),
                "category": "rest",
                "derive": {"relative": "price / weight"},
                "scaling": "asinh",
                "missing": {"category": "most_frequent", "numeric": "mean", "indicator": True},
            },
            BY_TIME,
            PRICE,
        ),
    ],
)
def test_every_file_is_the_same(file, tmp_path, monkeypatch, features, split, objective):
    monkeypatch.setattr(stored, "BLOCK_ROWS", 50)
    monkeypatch.setattr(stored, "MOST_TEXTS", 8)
    monkeypatch.setattr(stored, "COLUMNS_BYTES", 2000)
    options = TableFeatures(kind="table", **features)
    one, other = (prepared(file, cells, options, split, objective, tmp_path / str(cells)) for cells in (10_000_000, 1))
    names = sorted(path.name for path in one.iterdir())
    assert "violations.csv" in names and sorted(path.name for path in other.iterdir()) == names
    for name in names:
        assert (one / name).read_bytes() == (other / name).read_bytes(), name


def test_what_is_wrong_with_a_column_is_said_as_of_a_table_in_memory(file, tmp_path):
    options = TableFeatures(kind="table", numeric=("size", "town"), drop="rest")
    found = []
    for cells in (10_000_000, 1):
        with pytest.raises(Exception, match=r"line 2: .* cells are not numbers|not numbers") as refused:
            prepared(file, cells, options, SPLIT, BOUGHT, tmp_path / str(cells))
        found.append(str(refused.value))
    assert found[0] == found[1]
