"""Parquet and packed files through src/predict.py: the same predictions from the same rows, however they are kept."""

import gzip
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet
from trained_models import Trained, as_csv, customers, numbers, read, trained

from percept.errors import UserError
from percept.paths import MODELS, SHIPPED
from percept.prediction.run import predict


def frame(rows: list[dict[str, str]]) -> pd.DataFrame:
    """Rows with types of their own: whole numbers made floats where some are missing, dates, categories."""
    found = pd.DataFrame(rows)
    found["age"] = found["age"].astype("uint8")
    found["income"] = pd.to_numeric(found["income"])
    found["spent"] = found["spent"].astype("int32")
    found["plan"] = found["plan"].astype("category")
    found["joined"] = pd.to_datetime(found["joined"])
    return found


@pytest.fixture(scope="session")
def from_parquet(tmp_path_factory) -> Trained:
    """The binary model, trained from a Parquet file of the same rows."""
    folder = tmp_path_factory.mktemp("from_parquet")
    frame(customers()).to_parquet(folder / "rows.parquet")
    return trained("binary", folder, folder / "rows.parquet")


def test_csv_and_parquet_rows_give_the_same_with_models_trained_from_either(binary, from_parquet):
    assert from_parquet.metadata.contract == binary.metadata.contract
    for model in (binary, from_parquet):
        (model.folder / "new.csv").write_text(as_csv(model.rows), encoding="utf-8")
        frame(model.rows).to_parquet(model.folder / "new.parquet")
    pairs = [(model, kind) for model in (binary, from_parquet) for kind in ("csv", "parquet")]
    outputs = [model.predict(f"new.{kind}", "--id", "id").stdout for model, kind in pairs]
    assert len(set(outputs)) == 1 and outputs[0].count("\n") == len(binary.rows) + 1


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_any_chunk_and_row_group_size_gives_the_same(binary, size):
    source, model = binary.folder / "grouped.parquet", binary.folder / MODELS / SHIPPED
    parquet.write_table(pa.Table.from_pandas(frame(binary.rows)), source, row_group_size=11)
    predict([str(source)], binary.folder / "chunked.csv", model, None, False, size)
    (binary.folder / "plain.csv").write_text(as_csv(binary.rows), encoding="utf-8")
    predict([str(binary.folder / "plain.csv")], binary.folder / "whole.csv", model, None, False)
    assert (binary.folder / "chunked.csv").read_bytes() == (binary.folder / "whole.csv").read_bytes()


def test_unusual_cells_are_told_by_row_and_the_output_may_be_parquet_too(binary):
    rows = read(binary.table((0, "plan", "gold"), (1, "income", "")))
    frame(rows).to_parquet(binary.folder / "new.parquet")
    (binary.folder / "new.csv").write_text(as_csv(rows), encoding="utf-8")
    expected = read(binary.predict("new.csv").stdout)
    assert expected[0]["flags"] == "plan none of basic, pro: 'gold'"
    binary.predict("new.parquet", "-o", "out.parquet")
    table = parquet.read_table(binary.folder / "out.parquet").to_pylist()
    assert [row["flags"] for row in table] == [row["flags"] for row in expected]
    assert [np.float32(row["probability of yes"]) for row in table] == numbers(expected, "probability of yes").tolist()
    assert "plan none of basic, pro: 1 (row 1)" in binary.refused("new.parquet", "--strict")


def test_truth_is_written_as_the_training_rows_have_it(binary):
    rows = [row | {"age": "1"} for row in read(binary.table())]
    (binary.folder / "new.csv").write_text(as_csv(rows), encoding="utf-8")
    table = frame(rows)
    table["age"] = True
    table.to_parquet(binary.folder / "new.parquet")
    assert binary.predict("new.parquet").stdout == binary.predict("new.csv").stdout


def test_columns_that_the_model_does_not_read_may_hold_anything(binary):
    table = frame(binary.rows[:5])
    table["tags"] = [["a"], [], ["b"], [], []]
    table.to_parquet(binary.folder / "new.parquet")
    (binary.folder / "new.csv").write_text(as_csv(binary.rows[:5]), encoding="utf-8")
    assert binary.predict("new.parquet").stdout == binary.predict("new.csv").stdout
    table["plan"] = table["tags"]
    table.to_parquet(binary.folder / "new.parquet")
    assert "column 'plan' of type list<" in binary.refused("new.parquet")


def test_a_parquet_file_that_is_of_no_use_is_refused(binary):
    path = binary.folder / "new.parquet"
    parquet.write_table(pa.table({"age": [1]}), path)
    assert "no column 'income'" in binary.refused("new.parquet")
    frame(binary.rows)[:0].to_parquet(path)
    assert "no rows" in binary.refused("new.parquet")
    path.write_bytes(path.read_bytes()[:-9])
    assert "a whole Parquet file" in binary.refused("new.parquet")


def test_without_pyarrow_it_is_said_how_to_get_it(binary, monkeypatch):
    (binary.folder / "new.csv").write_text(binary.table(), encoding="utf-8")
    frame(binary.rows).to_parquet(binary.folder / "new.parquet")
    monkeypatch.setitem(sys.modules, "pyarrow", None)  # importing it then fails, as where it is not installed
    for source, target in (("new.csv", "out.parquet"), ("new.parquet", "out.csv")):
        with pytest.raises(UserError, match="`pip install pyarrow`"):
            predict(
                [str(binary.folder / source)], binary.folder / target, binary.folder / MODELS / SHIPPED, None, False
            )


def test_a_packed_csv_file_is_unpacked_and_other_files_are_refused_with_a_way_out(binary):
    text = binary.table().encode()
    (binary.folder / "new.csv.gz").write_bytes(gzip.compress(text))
    assert binary.predict("new.csv.gz").stdout == binary.predict("-", text=binary.table()).stdout
    (binary.folder / "new.csv.gz").write_bytes(gzip.compress(text)[:-9])
    assert "a whole gzip file" in binary.refused("new.csv.gz")
    (binary.folder / "new.xlsx").write_bytes(b"PK\x03\x04" + bytes(40))
    said = binary.refused("new.xlsx")
    assert "a table of a spreadsheet program" in said and "save the table as CSV" in said
    (binary.folder / "new.bin").write_bytes(b"PAR1" + bytes(40))
    assert "a whole Parquet file" in binary.refused("new.bin")
    said = binary.refused("-", text="PAR1" + "x" * 40)
    assert "standard input: a Parquet file" in said and "name the file itself" in said
