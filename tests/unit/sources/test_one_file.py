"""csv and parquet: sources of one file, which they fetch, read, and name by its digest."""

import hashlib
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet
from pydantic import ValidationError

from percept.sources.csv import Csv
from percept.sources.parquet import Parquet


def fetched(source_type: type[Csv | Parquet], folder: Path, **options) -> tuple[dict[str, list[str]], dict[str, str]]:
    """The cells of the table that `mine` in this folder holds, and the digests of what was fetched."""
    file = {"path": "set/a", "urls": [str(folder / "mine")], "sha256": digest(folder / "mine")}
    source = source_type(files=[file], **options)
    source.fetch(folder / "raw", None)
    table = source.read(folder / "raw")
    return {name: cells.tolist() for name, cells in table.columns.items()}, source.digests(folder / "raw")


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_csv_source_fetches_its_file_and_reads_it(tmp_path, alone):
    (tmp_path / "mine").write_bytes(b"1;?\n")
    cells, digests = fetched(Csv, tmp_path, kind="csv", columns=["a", "b"], separator=";", missing=["?"])
    assert cells == {"a": ["1"], "b": [""]}
    assert digests == {"set/a": digest(tmp_path / "mine")}


def test_a_parquet_source_fetches_its_file_and_reads_it(tmp_path, alone):
    parquet.write_table(pa.table({"a": ["?", "1"]}), tmp_path / "mine")
    cells, digests = fetched(Parquet, tmp_path, kind="parquet", missing=["?"])
    assert cells == {"a": ["", "1"]}
    assert digests == {"set/a": digest(tmp_path / "mine")}


@pytest.mark.parametrize(("kind", "name"), [(Csv, "csv"), (Parquet, "parquet")])
@pytest.mark.parametrize("count", [0, 2])
def test_such_a_source_has_exactly_one_file(kind, name, count):
    with pytest.raises(ValidationError, match=f"{count} given; a {name} source has exactly one"):
        kind(kind=name, files=[{"path": "a", "sha256": "0" * 64}] * count)
