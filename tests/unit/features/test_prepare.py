import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from percept.dataset.contract import Contract
from percept.errors import UserError
from percept.features.contract import ContractError
from percept.features.image import ImageFeatures
from percept.features.prepare import Preparation, prepare
from percept.features.split import Split
from percept.features.table import TableFeatures
from percept.objective import Binary, Multiclass, Regression
from percept.prepared.examples import load_raw
from percept.prepared.spec import DatasetSpec, RowCounts, TargetScale

LAST_TWO = {"test": {"kind": "last", "rows": 2}, "validation": {"kind": "none"}}
YES_NO = [0, 1, 0, 1, 0, 1]
VALUE = Regression(kind="regression", target="y")


def binary(**options) -> Binary:
    return Binary(**{"kind": "binary", "target": "y", "positive": "1"} | options)


def test_preparing_writes_no_file_and_prints_nothing(make_table, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    table = make_table({"a": [1, 2, 3, 4, -5, None], "plan": list("xyxyxy"), "y": YES_NO})
    features = TableFeatures(kind="table", numeric=["a"], category=["plan"])
    contract = Contract(violation="drop", columns={"a": {"type": "number", "min": 0}})
    found = prepare(table, Preparation("task", features, Split(**LAST_TWO), binary(), 0, contract))
    assert {subset: len(examples) for subset, examples in found.examples.items()} == {
        "train": 3,
        "validation": 0,
        "test": 2,
    }
    assert found.spec.rows.dropped == {"a is below 0": 1} and found.violations.table is table
    assert capsys.readouterr() == ("", "") and list(tmp_path.iterdir()) == []


def test_an_error_about_the_contract_carries_the_rows_that_break_it(make_table):
    table = make_table({"a": [1, 2, -3, 4], "y": [0, 1, 0, 1]})
    contract = Contract(columns={"a": {"type": "number", "min": 0}})
    features = TableFeatures(kind="table", numeric=["a"])
    with pytest.raises(ContractError, match="column 'a': 1 row below 0") as error:
        prepare(table, Preparation("task", features, Split(**LAST_TWO), binary(), 0, contract))
    assert error.value.violations.table is table
    assert error.value.violations.reasons()["a is below 0"].tolist() == [False, False, True, False]


def test_rows_are_dropped_for_their_first_reason_and_all_are_accounted_for(make_table, prepare_table):
    table = make_table(
        {
            "a": [None, None, 1, 2, 3, 4, 5, 6],
            "b": [None, 1, None, 2, 3, 4, 5, 6],
            "plan": ["x", "x", "x", None, "x", "y", "x", "y"],
            "y": [None, 0, 0, 0, 0, 1, 0, 1],
        }
    )
    spec = prepare_table(table, numeric="rest", category=["plan"], missing={"numeric": "drop", "category": "drop"}).spec
    assert spec.rows.dropped == {"y is missing": 1, "a is missing": 1, "b is missing": 1, "plan is missing": 1}
    assert (spec.rows.source, spec.rows.train, spec.rows.validation, spec.rows.test) == (8, 2, 0, 2)


def test_rows_with_missing_cells_stay_where_the_gaps_are_filled(make_table, prepare_table):
    found = prepare_table(make_table({"a": [1, None, 3, 4, None, 6], "y": YES_NO}), numeric="rest", scaling="none")
    assert found.spec.rows.dropped == {}
    assert found.train.x.tolist() == [[1], [3], [3], [4]]
    assert found.test.x.tolist() == [[3], [6]]


@pytest.mark.parametrize(("kind", "cells"), [("numeric", [1, 2, None, 4]), ("category", ["a", "b", None, "c"])])
def test_the_error_policy_names_the_first_missing_cell(make_table, prepare_table, kind, cells):
    table = make_table({"a": cells, "y": [0, 1, 0, 1]})
    with pytest.raises(UserError, match="column 'a': 1 of 4 cells are missing, the first in line 4"):
        prepare_table(table, **{kind: ["a"], "missing": {kind: "error"}})


@given(holes=st.lists(st.tuples(*[st.booleans()] * 3), max_size=12))
@settings(deadline=None, max_examples=30)
def test_each_row_is_kept_or_dropped_for_one_reason(make_table, prepare_table, holes):
    whole = [(False, False, False)] * 4
    columns = zip(*(whole + holes), strict=True)
    cells = [[None if hole else row % 2 for row, hole in enumerate(column)] for column in columns]
    table = make_table(dict(zip(("a", "plan", "y"), cells, strict=True)))
    policy = {"numeric": "drop", "category": "drop"}
    rows = prepare_table(table, numeric=["a"], category=["plan"], missing=policy).spec.rows
    assert rows.train + rows.test == sum(not any(row) for row in whole + holes)
    assert rows.dropped.get("y is missing", 0) == sum(row[2] for row in holes)
    assert rows.dropped.get("a is missing", 0) == sum(row[0] and not row[2] for row in holes)


def test_a_table_without_one_whole_row_is_refused(make_table, prepare_table):
    table = make_table({"a": [None, 1], "b": [1, None], "y": [0, 1]})
    with pytest.raises(UserError, match=re.escape("no row is left; dropped: {'a is missing': 1, 'b is missing': 1}")):
        prepare_table(table, numeric="rest", missing={"numeric": "drop"})


def test_the_spec_tells_what_the_arrays_are(make_table, prepare_table):
    table = make_table({"größe (cm)": [1, 2, 3, 4], "jüngster plan": ["ä b", "c", "c", "c"], "y": ["no", "yes"] * 2})
    found = prepare_table(table, binary(positive="yes"), numeric=["größe (cm)"], category="rest")
    spec = DatasetSpec.load(found.folder / "spec.json")
    assert spec == found.spec
    assert [(column.name, column.kind) for column in spec.raw_inputs] == [
        ("größe (cm)", "numeric"),
        ("jüngster plan", "category"),
    ]
    assert spec.feature_names == ("größe (cm)", "jüngster plan_c", "jüngster plan_ä b")
    assert (spec.shape, spec.classes, spec.targets, spec.target_scales) == ((3,), ("no", "yes"), ("y",), ())


def test_two_columns_may_make_features_of_one_name(make_table, prepare_table):
    table = make_table({"a": ["b_c", "d"] * 2, "a_b": ["c", "e"] * 2, "y": [0, 1] * 2})
    found = prepare_table(table, category="rest")
    assert found.spec.feature_names == ("a_b_c", "a_d", "a_b_c", "a_b_e")
    assert found.train.x.tolist() == [[1, 0, 1, 0], [0, 1, 0, 1]]


def test_the_raw_test_rows_are_the_cells_behind_the_test_arrays(make_table, prepare_table):
    table = make_table({"a": [1, 2, 3, None], "plan": ["x", "y", "", "z"], "y": [0, 1] * 2})
    found = prepare_table(table, numeric=["a"], category=["plan"])
    raw = load_raw("test", found.spec, found.folder)
    np.testing.assert_array_equal(raw["a"], np.array([[3], [np.nan]], dtype=np.float32))
    assert raw["plan"].tolist() == [[""], ["z"]]


@pytest.mark.parametrize(("positive", "classes"), [("1", ("0", "1")), ("0", ("1", "0"))])
def test_the_positive_label_is_class_one(make_table, prepare_table, positive, classes):
    found = prepare_table(make_table({"a": range(6), "y": YES_NO}), binary(positive=positive), numeric=["a"])
    assert found.spec.classes == classes
    assert found.train.y.tolist() == [int(str(label) == positive) for label in YES_NO[:4]]


def test_one_vs_rest_puts_all_other_labels_into_one_class(make_table, prepare_table):
    table = make_table({"a": range(6), "y": ["rose", "lily", "iris"] * 2})
    found = prepare_table(table, binary(positive="iris", one_vs_rest=True), numeric=["a"])
    assert found.spec.classes == ("not iris", "iris")
    assert found.train.y.tolist() == [0, 0, 1, 0]


def test_classes_are_numbered_by_sorted_label(make_table, prepare_table):
    table = make_table({"a": range(6), "y": ["rose", "lily", "iris"] * 2})
    found = prepare_table(table, Multiclass(kind="multiclass", target="y"), numeric=["a"])
    assert found.spec.classes == ("iris", "lily", "rose")
    assert np.concatenate([found.train.y, found.test.y]).tolist() == [2, 1, 0, 2, 1, 0]


@pytest.mark.parametrize(
    ("labels", "objective", "reason"),
    [
        ([1] * 6, binary(), "target 'y': one class alone, '1', in 6 rows"),
        (YES_NO, binary(target="yy"), "objective.target: data.csv has no column 'yy'; did you mean 'y'?"),
        (["No", "Yes"] * 3, binary(positive="yes"), "no row has the label 'yes'; did you mean 'Yes'?"),
        ([0, 1, 2] * 2, binary(), "target 'y': 3 classes: 0, 1, 2"),
        (["x", *YES_NO[1:]], VALUE, "column 'y': 1 of 6 cells are not numbers (line 2: 'x')"),
        ([-1, *YES_NO[1:]], VALUE.model_copy(update={"log_target": True}), "y goes from -1 to 1"),
        (YES_NO, binary(target="half"), "'half' is derived, so a number, and objective.kind is binary"),
    ],
)
def test_a_target_that_does_not_fit_the_objective_is_refused(make_table, prepare_table, labels, objective, reason):
    table = make_table({"a": range(6), "y": labels})
    with pytest.raises(UserError, match=re.escape(reason)):
        prepare_table(table, objective, numeric=["a"], drop="rest", derive={"half": "a / 2"})


@pytest.mark.parametrize("log", [False, True])
def test_the_target_scale_comes_from_the_training_rows_and_targets_keep_their_unit(make_table, prepare_table, log):
    values = [1.5, 10, 100, 1000, 1e6, 1e7]
    objective = Regression(kind="regression", target="y", scale_target=True, log_target=log)
    found = prepare_table(make_table({"a": range(6), "y": values}), objective, numeric=["a"])
    learned = np.log1p(values[:4]) if log else np.array(values[:4])
    assert found.spec.target_scales == (TargetScale(log=log, offset=learned.mean(), scale=learned.std()),)
    assert [*found.train.y[:, 0], *found.test.y[:, 0]] == values


def test_a_target_of_one_value_is_scaled_by_one(make_table, prepare_table):
    objective = Regression(kind="regression", target="y", scale_target=True)
    found = prepare_table(make_table({"a": range(4), "y": [7] * 4}), objective, numeric=["a"])
    assert found.spec.target_scales == (TargetScale(offset=7, scale=1),)


def test_a_target_is_left_as_it_is_unless_asked(make_table, prepare_table):
    found = prepare_table(make_table({"a": range(4), "y": [1, 2, 3, 4]}), VALUE, numeric=["a"])
    assert found.spec.target_scales == (TargetScale(log=False, offset=0, scale=1),)


def test_a_derived_target_is_dropped_where_it_has_no_value(make_table, prepare_table):
    table = make_table({"a": [1, 2, 3, 4, 5], "b": [1, 0, 2, 4, 5]})
    found = prepare_table(table, VALUE, numeric=["a"], drop=["b"], derive={"y": "a / b"})
    assert found.spec.rows.dropped == {"y is missing": 1}
    assert found.train.y.tolist() == [[1], [1.5]]


def test_a_column_that_splits_is_no_feature(make_table, prepare_table):
    table = make_table({"a": range(6), "part": list("tttvee"), "y": YES_NO})
    test, validation = ({"kind": "column", "column": "part", "value": value} for value in "ev")
    found = prepare_table(table, split={"test": test, "validation": validation}, numeric="rest", scaling="none")
    assert found.spec.feature_names == ("a",)
    assert (found.train.x.tolist(), found.validation.x.tolist()) == ([[0], [1], [2]], [[3]])


@pytest.mark.parametrize(
    ("features", "names"),
    [
        ({"numeric": "rest"}, ("a",)),
        ({"numeric": ["a"], "drop": ["when", "who"]}, ("a",)),
        ({"numeric": ["a", "who"]}, ("a", "who")),
        ({"numeric": "rest", "date": {"when": "%Y-%m-%d"}}, ("a", "when.days")),
    ],
)
def test_a_column_that_splits_is_a_feature_where_it_is_named_as_one(make_table, prepare_table, features, names):
    days = [f"2024-01-0{day}" for day in (4, 2, 1, 3, 6, 5)]
    table = make_table({"a": range(6), "when": days, "who": [1, 2, 3, 1, 4, 4], "y": YES_NO})
    test = {"kind": "latest", "column": "when", "form": "%Y-%m-%d", "rows": 2}
    validation = {"kind": "fraction", "fraction": 0.3, "group": "who"}
    found = prepare_table(table, split={"test": test, "validation": validation}, scaling="none", **features)
    numbers = tuple(column.name for column in found.spec.raw_inputs if column.kind == "numeric")
    assert numbers == names
    assert found.test.x[:, 0].tolist() == [4, 5]


def test_a_truth_table_is_learned_and_tested_on_the_same_rows(make_table, prepare_table):
    same = {"test": {"kind": "same"}, "validation": {"kind": "none"}}
    found = prepare_table(make_table({"a": [0, 1], "y": [0, 1]}), split=same, numeric=["a"], scaling="none")
    assert found.train.x.tolist() == found.test.x.tolist() == [[0], [1]]
    assert found.spec.rows.test_is_train and found.validation.x.shape == (0, 1)


def test_features_of_another_kind_than_the_source_are_refused(make_table):
    split = Split(test={"kind": "same"}, validation={"kind": "none"})
    table = make_table({"a": [0, 1], "y": [0, 1]})
    with pytest.raises(UserError, match=r"features.kind: image\n  expected: table\n.*the source gives a table"):
        prepare(table, Preparation("task", ImageFeatures(kind="image"), split, binary(), 0))


@given(
    counts=st.tuples(*[st.integers(1, 9)] * 3),
    dropped=st.dictionaries(st.text(), st.integers(0, 9)),
    same=st.booleans(),
    off=st.integers(-9, 9),
)
def test_an_account_that_does_not_add_up_is_refused(counts, dropped, same, off):
    train, validation, test = counts
    source = train + validation + (0 if same else test) + sum(dropped.values())
    account = {"dropped": dropped, "train": train, "validation": validation, "test": test, "test_is_train": same}
    assert RowCounts(source=source, **account).source == source
    if off and source + off >= 0:
        with pytest.raises(ValidationError, match=f"{source + off} rows came in"):
            RowCounts(source=source + off, **account)


def test_a_cell_that_orders_no_row_is_named_with_its_line(make_table):
    table = make_table({"a": range(6), "on": ["24-01-02", "24-01-31", "24-02-30", *["24-03-01"] * 3], "y": YES_NO})
    features = TableFeatures(kind="table", numeric=["a"])
    latest = {"kind": "latest", "column": "on", "form": "%y-%m-%d from 1950", "rows": 2}
    split = Split(test=latest, validation={"kind": "none"})
    with pytest.raises(UserError, match=r"1 of 6 cells are not dates \(line 4: '24-02-30'\)"):
        prepare(table, Preparation("task", features, split, binary(), 0))


@pytest.mark.parametrize("given", [["2", "3"], ["2.0", "3.0"]])
@pytest.mark.parametrize("listed", [["rooms"], "rest"])
def test_a_category_of_numbers_is_the_same_with_and_without_a_point(make_table, given, listed):
    table = make_table({"rooms": ["2.0", "3.0", "2", None, "3", "2.0"], "y": YES_NO})
    features = TableFeatures(kind="table", category=listed)
    contract = Contract(columns={"rooms": {"type": "category", "values": given}})
    spec = prepare(table, Preparation("task", features, Split(**LAST_TWO), binary(), 0, contract)).spec
    assert spec.table.codes == ("rooms",) and spec.contract.columns["rooms"].values == ("2", "3")
    assert spec.feature_names == ("rooms_", "rooms_2", "rooms_3")


@pytest.mark.parametrize("cells", [["2.0", "3.0", "two"] * 2, ["07", "2.0", "3.0"] * 2])
def test_texts_and_codes_among_numbers_keep_all_as_they_are(make_table, prepare_table, cells):
    spec = prepare_table(make_table({"rooms": cells, "y": YES_NO}), category=["rooms"]).spec
    assert spec.table.codes == () and "rooms_2.0" in spec.feature_names


def test_a_column_that_splits_rows_keeps_its_texts(make_table):
    table = make_table({"part": ["1.0", "1.0", "1.0", "1.0", "2.0", "2.0"], "y": YES_NO})
    split = Split(test={"kind": "column", "column": "part", "value": "2.0"}, validation={"kind": "none"})
    features = TableFeatures(kind="table", category=["part"])
    spec = prepare(table, Preparation("task", features, split, binary(), 0)).spec
    assert spec.rows.test == 2 and spec.table.codes == ()
