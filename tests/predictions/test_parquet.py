"""Parquet files through src/predict.py."""

from importlib.util import find_spec

import numpy as np
import pytest
from trained_models import as_csv, numbers, read


@pytest.mark.skipif(find_spec("pyarrow") is not None, reason="pyarrow is installed")
def test_parquet_without_pyarrow_says_how_to_install_it(binary):
    (binary.folder / "new.csv").write_text(binary.table(), encoding="utf-8")
    assert "pip install '.[parquet]'" in binary.refused("new.csv", "-o", "out.parquet")


def test_parquet_files_go_in_and_out(binary):
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    rows = read(binary.table((0, "plan", "gold"), (1, "income", "")))
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    columns["age"] = [int(cell) for cell in columns["age"]]
    columns["income"] = [float(cell) if cell else None for cell in columns["income"]]
    columns["joined"] = pa.array(columns["joined"]).cast(pa.date32())
    parquet.write_table(pa.table(columns), binary.folder / "new.parquet")
    (binary.folder / "new.csv").write_text(as_csv(rows), encoding="utf-8")
    expected = read(binary.predict("new.csv", "--id", "id").stdout)
    assert read(binary.predict("new.parquet", "--id", "id").stdout) == expected
    binary.predict("new.csv", "-o", "out.parquet")
    table = parquet.read_table(binary.folder / "out.parquet").to_pylist()
    assert [row["flags"] for row in table] == [row["flags"] for row in expected]
    assert [np.float32(row["probability of yes"]) for row in table] == numbers(expected, "probability of yes").tolist()
    parquet.write_table(pa.table({"age": [1]}), binary.folder / "new.parquet")
    assert "no column 'income'" in binary.refused("new.parquet")
