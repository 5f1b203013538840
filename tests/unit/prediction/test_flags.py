"""What is unusual about new rows is told, row by row."""

import csv
import json
import re

import onnx
from trained_models import columns_of, read

from percept.prediction.run import predict


def test_what_is_unusual_is_told_row_by_row(binary):
    changes = [(0, "age", "199"), (0, "plan", "gold"), (1, "age", "abc"), (2, "age", ""), (3, "joined", "3.4.2024")]
    done = binary.predict("-", text=binary.table(*changes))
    rows = read(done.stdout)
    too_old = f"age above {binary.metadata.ranges['age'].max:g}, the highest of the training rows"
    assert rows[0]["flags"] == f"{too_old}; plan none of basic, pro: 'gold'"
    assert rows[1]["flags"] == "age is no number: 'abc'"
    assert rows[2]["flags"] == "age missing"
    assert rows[3]["flags"] == "joined is no date such as %Y-%m-%d: '3.4.2024'"
    assert rows[4]["flags"] == ""
    assert all(row["decision"] for row in rows)
    assert (
        rows[1]["probability of yes"]
        == read(binary.predict("-", text=binary.table((1, "age", ""))).stdout)[1]["probability of yes"]
    )
    assert "5 rows, 4 flagged: " in done.stderr and "age missing (1)" in done.stderr


def test_a_row_of_a_wrong_length_has_no_prediction_and_the_others_have_theirs(binary):
    lines = binary.table().splitlines()
    lines[2] += ",1,2"
    done = binary.predict("-", text="\n".join(lines) + "\n")
    rows, whole = read(done.stdout), read(binary.predict("-", text=binary.table()).stdout)
    width = len(columns_of(lines[0]))
    assert rows[1] == whole[1] | {
        "decision": "",
        "probability of yes": "",
        "flags": f"{width + 2} cells instead of {width}",
    }
    assert [rows[index] for index in (0, 2, 3, 4)] == [whole[index] for index in (0, 2, 3, 4)]
    assert f"1 row has a wrong number of cells and no prediction: line 3 ({width + 2})" in done.stderr


def test_the_first_ten_rows_of_a_wrong_length_are_named(binary):
    done = binary.predict("-", text=binary.table() + "x,y\n" * 12)
    assert "12 rows have a wrong number of cells" in done.stderr
    assert "line 16 (2), ...\n" in done.stderr and "line 17" not in done.stderr


def test_a_gap_that_nothing_fills_leaves_no_prediction(models):
    done = models("gaps").predict("-", text=models("gaps").table((0, "income", ""), (1, "income", "100")))
    rows = read(done.stdout)
    assert rows[0]["rent"] == "" and rows[1]["rent"] != ""
    assert rows[0]["flags"] == "income missing; no prediction without income"


def test_strict_refuses_with_lines_and_leaves_what_was_there(binary):
    (binary.folder / "kept.csv").write_text("kept", encoding="utf-8")
    rows = binary.table((0, "age", "199"), (1, "id", "two\nlines"), (3, "age", "198"))
    said = binary.refused("-", "--strict", "-o", "kept.csv", text=rows)
    assert "2 of 5 rows are unusual" in said
    assert re.search(r"age above \d+, the highest of the training rows: 2 \(line 2, line 6\)", said)
    assert (binary.folder / "kept.csv").read_text(encoding="utf-8") == "kept"
    assert not list(binary.folder.glob(".*draft"))
    assert "unusual" in binary.refused("-", "--strict", text=rows)
    usual = binary.predict("-", text=binary.table())
    if ", 0 flagged" in usual.stderr:
        assert binary.predict("-", "--strict", text=binary.table()).stdout == usual.stdout


def test_what_the_contract_allows_is_flagged_far_from_the_training_rows(binary, tmp_path):
    ranges = {
        "age": {"type": "number", "min": 20, "max": 80},
        "joined": {"type": "date", "format": "%Y-%m-%d", "min": "2010-01-01", "max": "2020-01-01"},
    }
    rules = {
        name: {"type": rule["type"]} | ({"format": "%Y-%m-%d"} if name == "joined" else {"max": 500})
        for name, rule in ranges.items()
    }
    model = onnx.load(binary.folder / "models/model.onnx")
    texts = {entry.key: entry.value for entry in model.metadata_props}
    texts |= {"ranges": json.dumps(ranges), "contract": json.dumps({"columns": rules})}
    onnx.helper.set_model_props(model, texts)
    onnx.save(model, tmp_path / "other.onnx")
    cells = {"age": ["95", "96", "4", "501", "50"], "joined": ["2020-12-01", "2031-05-01", "2008-01-01"]}
    changes = [(row, name, cell) for name, given in cells.items() for row, cell in enumerate(given)]
    (tmp_path / "new.csv").write_text(binary.table(*changes), encoding="utf-8")
    predict([str(tmp_path / "new.csv")], tmp_path / "out.csv", tmp_path / "other.onnx", None, False)
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as stream:
        flags = [row["flags"] for row in csv.DictReader(stream)]
    assert flags[0] == ""
    assert set(flags[1].split("; ")) == {
        "age above 80, the highest of the training rows",
        "joined above 2020-01-01, the highest of the training rows",
    }
    assert "age below 20, the lowest of the training rows" in flags[2]
    assert "joined below 2010-01-01, the lowest of the training rows" in flags[2]
    assert flags[3].startswith("age above 500") and "training" not in flags[3].split(";")[0]
