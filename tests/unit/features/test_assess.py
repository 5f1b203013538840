"""quality.json of whole tables and pictures, and what preprocess says of it."""

import numpy as np

from percept.features.assess import assess_pictures
from percept.features.split import Split, split_rows
from percept.objective import Regression
from percept.prepared.quality import AffectedRows, Drift, Quality

SPLIT = {"test": {"kind": "last", "rows": 3}, "validation": {"kind": "first", "rows": 2}}
FEATURES = {"numeric": ["age"], "category": ["plan"], "drop": ["id"]}
TABLE = "id,age,plan,y\n1,30.0,a,1\n2,7,,0\n3,30,a,1\n4,40,b,0\n5,40,,0\n6,40,b,1\n7,30,a,1\n8,4e1,b,0\n9,30,b,0\n"


def test_copies_and_contradictions_are_counted_kept_and_said_with_their_lines(preprocess_rows, capsys):
    preprocess_rows(TABLE, split=SPLIT, **FEATURES)
    found = Quality.load()
    assert found.validation == AffectedRows(count=1, of=2, first=(2,))
    assert found.test == AffectedRows(count=2, of=3, first=(8, 9))
    assert found.contradicting == AffectedRows(count=3, of=9, first=(5, 7, 9))
    lines = capsys.readouterr().out.splitlines()
    assert lines[1:-1] == [
        "preprocess: 1 of 2 validation rows also stand in the training rows (line 2); drop them, or split by a group",
        "preprocess: 2 of 3 test rows also stand in the training rows (lines 8, 9); drop them, or split by a group",
        "preprocess: 3 of 9 rows have the features of another row and another target (lines 5, 7, 9); "
        "are their labels right?",
    ]


def test_lines_are_those_of_the_file_where_rows_were_dropped(preprocess_rows):
    contract = {"violation": "drop", "columns": {"plan": {"type": "category", "missing": False}}}
    preprocess_rows(TABLE, contract, SPLIT, **FEATURES)
    found = Quality.load()
    assert found.validation == AffectedRows(count=0, of=2)
    assert found.test == AffectedRows(count=1, of=3, first=(9,))
    assert found.contradicting == AffectedRows(count=3, of=7, first=(5, 7, 9))


def test_the_same_rows_give_the_same_file(preprocess_rows, tmp_path):
    contents = set()
    for _ in range(2):
        preprocess_rows(TABLE, split=SPLIT, **FEATURES)
        contents.add((tmp_path / "data/prepared/quality.json").read_bytes())
    assert len(contents) == 1


def test_a_table_that_is_tested_on_its_training_rows_has_no_copies_and_no_drift(preprocess_rows, capsys):
    preprocess_rows("a,y\n1,0\n2,1\n", split={"test": {"kind": "same"}, "validation": {"kind": "none"}}, numeric=["a"])
    found = Quality.load()
    assert (found.validation, found.test, found.drift) == (None, None, ())
    counts, wrote = capsys.readouterr().out.splitlines()
    assert counts.startswith("preprocess: 2 rows") and wrote.startswith("preprocess: wrote")


def test_equal_features_with_other_values_are_counted_and_not_worth_a_line(make_table, prepare_table):
    table = make_table({"a": [1, 1, 2, 3, 4], "x": [1, 2, 3, 4, 5], "y": [1, 1, 1, 1, 1]})
    objective = Regression(kind="regression", target=("x", "y"))
    found = Quality.load(prepare_table(table, objective, numeric=["a"]).folder)
    assert found.contradicting == AffectedRows(count=2, of=5, first=(2, 3)) and found.messages() == []


def test_drift_goes_by_columns_of_the_file_and_says_which_are_flagged(preprocess_rows, capsys):
    rows = "".join(
        f"{day % 28 + 1}.{1 + day // 28}.2024,{day % 5},{'' if day >= 90 else 'x'},{day % 2}\n" for day in range(140)
    )
    split = {
        "test": {"kind": "latest", "column": "day", "form": "%d.%m.%Y", "rows": 42},
        "validation": {"kind": "none"},
    }
    preprocess_rows(
        f"day,size,plan,y\n{rows}", None, split, date={"day": "%d.%m.%Y"}, numeric=["size"], category=["plan"]
    )
    day, plan, size = Quality.load().drift
    assert day == Drift(name="day", kind="date", missing_train=0, missing_test=0, drift=1, flagged=True)
    assert plan == Drift(
        name="plan",
        kind="category",
        missing_train=round(8 / 98, 6),
        missing_test=1,
        drift=round(90 / 98, 6),
        flagged=True,
    )
    assert (size.name, size.kind, size.flagged) == ("size", "number", False)
    assert "preprocess: train and test differ by more than chance in day, plan; " in capsys.readouterr().out


def test_pictures_are_compared_by_their_pixels():
    pixels = np.random.default_rng(0).integers(0, 256, (10, 2, 2, 1), dtype=np.uint8)
    pixels[8:] = pixels[:2]
    y = np.arange(10) % 2
    y[9] = 0
    split = Split(test={"kind": "last", "rows": 3}, validation={"kind": "none"})
    found = assess_pictures(pixels, y, split, split_rows(split, y, {}, None, 0))
    assert (found.unit, found.validation, found.drift) == ("picture", None, ())
    assert found.test == AffectedRows(count=2, of=3, first=(9, 10))
    assert found.contradicting == AffectedRows(count=2, of=10, first=(2, 10))
    assert found.messages()[0].endswith("also stand in the training rows (pictures 9, 10); take them out")
