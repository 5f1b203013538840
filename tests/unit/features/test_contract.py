"""The contract through the whole stage: refusals, dropped rows, violations.csv, and what training rows add."""

import csv
import re
from pathlib import Path

import numpy as np
import pytest

from percept.dataset.contract import Category, Contract, Date, Number
from percept.dataset.table import Images
from percept.errors import UserError
from percept.features.image import ImageFeatures
from percept.features.prepare import Preparation, prepare
from percept.features.split import Split
from percept.objective import Multiclass

STOPPED, DROPPED = Path("results/violations.csv"), Path("data/prepared/violations.csv")
ROWS = "age,plan,y\n31,a,1\n-4,b,0\n,a,1\nold,c,0\n35,a,1\n36,b,0\n37,a,1\n38,b,0\n"
CONTRACT = {
    "age": {"type": "number", "min": 0, "missing": False},
    "plan": {"type": "category", "values": ["a", "b"]},
}
DROP = {"violation": "drop", "columns": CONTRACT}
FEATURES = {"numeric": ["age"], "category": ["plan"], "scaling": "none"}
BROKEN = [
    ["line", "broken rules", "age", "plan", "y"],
    ["3", "age is below 0", "-4", "b", "0"],
    ["4", "age is missing", "", "a", "1"],
    ["5", "age is no number; plan is none of a, b", "old", "c", "0"],
]


def written(file: Path = DROPPED) -> list[list[str]]:
    with file.open(newline="", encoding="utf-8") as stream:
        return list(csv.reader(stream))


def test_every_broken_rule_is_named_at_once_with_lines_and_nothing_is_replaced(preprocess_rows):
    preprocess_rows("age,plan,y\n1,a,1\n2,b,0\n3,a,1\n4,b,0\n", **FEATURES)
    former = Path("data/prepared/spec.json").read_bytes()
    with pytest.raises(UserError) as raised:
        preprocess_rows(ROWS, {"columns": CONTRACT}, **FEATURES)
    message = str(raised.value)
    assert "broken rules of the contract: 4" in message
    for line in (
        "column 'age': 1 row missing (line 4: '')",
        "column 'age': 1 row no number (line 5: 'old')",
        "column 'age': 1 row below 0 (line 3: '-4')",
        "column 'plan': 1 row none of a, b (line 5: 'c')",
    ):
        assert line in message
    assert "see results/violations.csv" in message and "contract.violation: drop" in message
    assert Path("data/prepared/spec.json").read_bytes() == former
    assert written(STOPPED) == BROKEN and not DROPPED.exists()


def test_rows_that_break_the_contract_are_dropped_before_their_cells_are_read_and_accounted_for(preprocess_rows):
    spec = preprocess_rows(ROWS, DROP, **FEATURES)
    assert spec.rows.dropped == {"age is missing": 1, "age is no number": 1, "age is below 0": 1}
    assert (spec.rows.source, spec.rows.train, spec.rows.test) == (8, 3, 2)
    assert spec.classes == ("0", "1")
    assert written() == BROKEN and not STOPPED.exists()


def test_a_row_with_a_target_that_breaks_the_contract_is_dropped(preprocess_rows):
    rows = "age,y\n1,1\n2,0\n3,perhaps\n4,1\n5,\n6,0\n7,1\n"
    contract = {"violation": "drop", "columns": {"y": {"type": "category", "values": [0, 1]}}}
    spec = preprocess_rows(rows, contract, numeric=["age"])
    assert spec.rows.dropped == {"y is none of 0, 1": 1, "y is missing": 1}


def test_violations_are_replaced_as_a_whole_and_go_when_there_are_none(preprocess_rows):
    preprocess_rows(ROWS, DROP, **FEATURES)
    preprocess_rows(ROWS.replace("-4", "4").replace("old,c", "5,b"), DROP, **FEATURES)
    assert written() == [BROKEN[0], BROKEN[2]]
    preprocess_rows(ROWS.replace("-4", "4").replace("old,c", "5,b"), **FEATURES)
    assert not DROPPED.exists()


def test_former_violations_go_when_the_table_cannot_be_read(preprocess_rows):
    for rows, message in ((ROWS, "has no column 'agee'; did you mean 'age'"), ("age,y\n1\n", "line 2 has 1 cells")):
        with pytest.raises(UserError, match="broken rules"):
            preprocess_rows(ROWS, {"columns": CONTRACT}, **FEATURES)
        assert STOPPED.exists()
        with pytest.raises(UserError, match=message):
            preprocess_rows(rows, DROP, numeric=["agee"], drop="rest")
        assert not STOPPED.exists()


def test_a_queued_run_leaves_what_stopped_it_in_the_repository(preprocess_rows, tmp_path, monkeypatch):
    monkeypatch.setenv("DVC_ROOT", str(tmp_path / "outer"))
    with pytest.raises(UserError, match=r"see results/violations\.csv"):
        preprocess_rows(ROWS, {"columns": CONTRACT}, **FEATURES)
    assert written(tmp_path / "outer" / STOPPED) == BROKEN and not STOPPED.exists()


def test_of_many_rows_a_thousand_are_written_down(preprocess_rows):
    rows = "".join(f"{-row},{row % 2}\n" for row in range(1, 1203)) + "1,0\n2,1\n3,0\n4,1\n"
    contract = {"violation": "drop", "columns": {"age": {"type": "number", "min": 0}}}
    assert preprocess_rows(f"age,y\n{rows}", contract, numeric=["age"]).rows.dropped == {"age is below 0": 1202}
    assert [row[0] for row in written()] == ["line", *map(str, range(2, 1002))]


def test_a_contract_that_no_row_keeps_is_refused(preprocess_rows):
    contract = {"violation": "drop", "columns": {"age": {"type": "number", "min": 99}}}
    with pytest.raises(UserError, match=r"no row is left(.|\n)*features.missing or the contract"):
        preprocess_rows("age,y\n1,0\n2,1\n", contract, numeric=["age"])


def test_a_rule_for_a_column_that_is_not_there_hints_at_the_nearest(preprocess_rows):
    with pytest.raises(UserError, match=r"contract\.columns: .*has no column 'agee'; did you mean 'age'"):
        preprocess_rows(ROWS, {"columns": {"agee": {"type": "number"}}}, **FEATURES)


def test_pictures_have_no_columns_to_check(tmp_path):
    raw = Images(np.zeros((4, 2, 2, 1), np.uint8), np.array([0, 1, 0, 1]), ("a", "b"))
    split = Split(test={"kind": "same"}, validation={"kind": "none"})
    contract = Contract(columns={"age": {"type": "number"}})
    with pytest.raises(UserError, match=re.escape("contract.columns: age\n  expected: none: pictures have no columns")):
        prepare(raw, Preparation("t", ImageFeatures(kind="image"), split, Multiclass(kind="multiclass"), 0, contract))


def test_the_training_rows_give_the_ranges_of_numbers_and_dates_whether_they_have_a_rule_or_not(preprocess_rows):
    cells = "age,day,y\n" + "".join(f"{20 + row % 30},2024-01-{1 + row % 28:02},{row % 2}\n" for row in range(60))
    given = {"age": {"type": "number", "min": 0}, "day": {"type": "date", "format": "%Y-%m-%d"}}
    spec = preprocess_rows(cells, {"columns": given}, numeric=["age"], date={"day": "%Y-%m-%d"})
    assert spec.contract.columns["age"] == Number(type="number", min=0)
    assert list(spec.ranges) == ["age", "day"]
    assert 20 <= spec.ranges["age"].min < spec.ranges["age"].max <= 49
    assert "2024-01-01" <= spec.ranges["day"].min < spec.ranges["day"].max <= "2024-01-28"
    without_rules = preprocess_rows(cells, numeric=["age"], date={"day": "%Y-%m-%d"})
    assert without_rules.ranges == spec.ranges
    assert without_rules.contract.columns["age"] == Number(type="number", missing=False)


TABLE = {
    "age": [20, 10, None, 30, 99, None],
    "plan": ["b", "a", "b", "a", "new", None],
    "when": ["5.1.2024", "31.12.2023", "1.1.2024", "5.1.2024", "1.1.2099", None],
    "rooms": [8, 6, 4, 2, -1, 1],
    "homes": [2, 3, 2, 1, 1, 1],
    "id": ["x", "y", "z", "z", "z", "z"],
    "y": [0, 1, 0, 1, 0, 1],
}
RULES = {
    "age": Number(type="number", missing=True),
    "plan": Category(type="category", values=("a", "b"), missing=False),
    "when": Date(type="date", format="%d.%m.%Y", missing=False),
    "rooms": Number(type="number", missing=False),
    "homes": Number(type="number", missing=False),
}
ENDS = {"age": (10, 30), "when": ("31.12.2023", "5.1.2024"), "rooms": (2, 8), "homes": (1, 3)}


def test_what_the_training_rows_hold_is_the_contract_of_the_columns_that_are_read(make_table, prepare_table):
    features = {"numeric": ["age", "size"], "category": ["plan"], "date": {"when": "%d.%m.%Y"}, "drop": "rest"}
    derive = {"size": "rooms / homes", "unused": "id / 2"}
    spec = prepare_table(make_table(TABLE), **features, derive=derive).spec
    assert spec.contract.columns == RULES
    assert {name: (found.min, found.max) for name, found in spec.ranges.items()} == ENDS


def test_what_is_given_stands_before_what_is_learned(preprocess_rows):
    given = {"violation": "drop", "columns": {"age": {"type": "number", "max": 40, "missing": False}}}
    contract = preprocess_rows(ROWS.replace("-4", "44").replace("old", "5"), given, **FEATURES).contract
    assert contract.violation == "drop"
    assert contract.columns["age"] == Number(type="number", max=40, missing=False)
    assert contract.columns["plan"] == Category(type="category", values=("a", "b", "c"), missing=False)


def test_a_rule_that_names_no_categories_has_those_of_the_training_rows(preprocess_rows):
    given = {"columns": {"plan": {"type": "category", "missing": False}, "y": {"type": "category"}}}
    contract = preprocess_rows("age,plan,y\n1,b,1\n2,a,0\n3,b,1\n4,new,0\n5,a,1\n", given, **FEATURES).contract
    assert contract.columns["plan"] == Category(type="category", values=("a", "b"), missing=False)
    assert contract.columns["y"] == Category(type="category")  # what is predicted is no input


def test_a_free_text_may_say_anything_but_keeps_the_rule_that_is_given(preprocess_rows):
    rows = "why,n,y\nall bad,1,1\nall good,2,0\nso so,3,1\nbad,4,0\nx,5,1\ny,6,0\n"
    spec = preprocess_rows(rows, text=["why"], numeric=["n"])
    assert spec.contract.columns["why"] == Category(type="category", missing=False)
    with pytest.raises(UserError, match="column 'why': 1 row missing"):
        preprocess_rows(
            f"{rows},7,1\n", {"columns": {"why": {"type": "category", "missing": False}}}, text=["why"], numeric=["n"]
        )


def test_a_column_that_is_empty_in_the_training_rows_says_nothing_of_its_values(make_table, prepare_table):
    table = make_table({"age": [None] * 4 + [1, 2], "plan": [None] * 4 + ["a", "b"], "y": [0, 1] * 3})
    found = prepare_table(table, numeric=["age"], category=["plan"]).spec.contract.columns
    assert found == {"age": Number(type="number"), "plan": Category(type="category")}
