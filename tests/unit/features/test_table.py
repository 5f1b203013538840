import re

import numpy as np
import pytest
from pydantic import ValidationError

from percept.errors import UserError
from percept.features.columns import assign_columns
from percept.features.table import TableFeatures, derived_columns, raw_columns, read_numbers, rows_to_drop
from percept.model_file import session as shipped

PEOPLE = {"age": [31, 42], "plan": ["a", "b"], "income": ["1e3", None], "left": ["no", "yes"]}


@pytest.fixture
def people(make_table):
    return make_table(PEOPLE)


def assigned(table, **features) -> dict[str, str]:
    inputs = assign_columns(TableFeatures(kind="table", **features), table, not_features=["left"])
    return {column.name: column.kind for column in inputs}


def derived(table, **formulas) -> dict[str, list[float]]:
    features = TableFeatures(kind="table", derive=formulas)
    return {name: values.tolist() for name, values in derived_columns(features, table, list(formulas)).items()}


def test_numbers_come_before_categories_each_in_the_order_given(people):
    assert list(assigned(people, category=["plan"], numeric=["income", "age"])) == ["income", "age", "plan"]


def test_texts_come_behind_categories_and_parts_of_dates(make_table):
    table = make_table({"why": ["a b", "c"], "on": ["2024-01-01", "2024-01-02"], "plan": ["a", "b"], "left": [0, 1]})
    found = assigned(table, text=["why"], date={"on": "%Y-%m-%d"}, category=["plan"])
    assert list(found) == ["on.days", "plan", "on.month", "on.weekday", "why"] and found["why"] == "text"


def test_rest_leaves_texts_out(people):
    assert assigned(people, category="rest", text=["plan"], drop=["age"]) == {"income": "category", "plan": "text"}


@pytest.mark.parametrize("policy", ["drop", "error"])
def test_a_row_without_a_text_stays(make_table, policy):
    table = make_table({"why": ["a b", None], "left": ["1", "0"]})
    features = TableFeatures(kind="table", text=("why",), missing={"numeric": policy, "category": policy})
    inputs = assign_columns(features, table, not_features=["left"])
    columns = raw_columns(features, table, inputs)
    assert columns["why"].tolist() == [["a b"], [""]] and rows_to_drop(features, table, columns, inputs) == {}


def test_rest_takes_the_columns_that_no_list_names_in_the_order_of_the_file(people):
    assert assigned(people, numeric="rest", drop=["plan"]) == {"age": "numeric", "income": "numeric"}
    assert assigned(people, category="rest", numeric=["age"]) == {
        "age": "numeric",
        "plan": "category",
        "income": "category",
    }
    assert assigned(people, drop="rest", numeric=["age"]) == {"age": "numeric"}


@pytest.mark.parametrize(
    ("features", "reason"),
    [
        ({"numeric": ["agee"], "drop": "rest"}, "features.numeric: data.csv has no column 'agee'; did you mean 'age'?"),
        ({"numeric": ["age"]}, "columns that no list names: plan, income"),
        ({"numeric": ["age"], "drop": ["age"]}, "features.drop: 'age' already stands in numeric"),
        ({"numeric": ["age", "age"]}, "features.numeric: 'age' already stands in numeric"),
        ({"category": ["left"]}, "'left' already stands in another use (target or split)"),
        ({"numeric": "rest", "drop": "rest"}, "numeric and drop both say rest"),
        ({"drop": "rest"}, "no column is left to learn from"),
        ({"numeric": ["age"], "drop": "rest", "derive": {"age": "age / 2"}}, "data.csv already has a column 'age'"),
        ({"category": "rest", "derive": {"half": "age / 2"}}, "features.category: 'half' is derived, so a number"),
    ],
)
def test_a_column_that_is_unknown_or_has_not_one_use_is_refused(people, features, reason):
    with pytest.raises(UserError, match=re.escape(reason)):
        assigned(people, **features)


@pytest.mark.parametrize("name", ["", shipped.OUTPUT])
def test_a_column_without_a_name_of_its_own_can_be_dropped_but_not_learned_from(make_table, name):
    table = make_table({name: [0, 1], "age": [31, 42], "left": ["no", "yes"]})
    assert assigned(table, numeric="rest", drop=[name]) == {"age": "numeric"}
    with pytest.raises(UserError, match=rf"no input can be named {name!r}\n.*\n.*put {name!r} into features.drop"):
        assigned(table, numeric="rest")


def test_one_long_text_does_not_make_an_array_of_texts_as_wide(make_table):
    table = make_table({"plan": ["a"] * 9999 + ["x" * 100_000], "age": [1] * 10_000})
    features = TableFeatures(kind="table", numeric=["age"], category=["plan"])
    with pytest.raises(UserError, match=r"column 'plan': line \d+ holds a text of 100,000 characters[\s\S]*26,843"):
        raw_columns(features, table, assign_columns(features, table, not_features=[]))


def test_cells_are_read_as_numbers_and_an_empty_cell_is_nan(make_table):
    table = make_table({"n": ["1", "-2.5", "1e3", None, ".5", "+7"]})
    np.testing.assert_array_equal(read_numbers(table, "n"), [1, -2.5, 1000, np.nan, 0.5, 7])


@pytest.mark.parametrize("cell", ["four", "nan", "inf", "-Infinity", "1,5", "0x10", "1e39", "-1e400", "1 2"])
def test_a_cell_that_is_no_number_is_named_with_its_line(make_table, cell):
    table = make_table({"n": [1, 2, cell, None]})
    with pytest.raises(
        UserError, match=re.escape(f"data.csv, column 'n': 1 of 4 cells are not numbers (line 4: {cell!r})")
    ):
        read_numbers(table, "n")


def test_many_cells_that_are_no_numbers_are_counted_and_three_are_shown(make_table):
    with pytest.raises(
        UserError, match=r"5 of 6 cells are not numbers \(line 2: 'a', line 3: 'b', line 5: 'c', \.\.\.\)"
    ):
        read_numbers(make_table({"n": ["a", "b", 3, "c", "d", "e"]}), "n")


def test_raw_columns_are_float64_with_nan_and_text_with_an_empty_string(people):
    features = TableFeatures(kind="table", numeric=["income"], category=["plan"], drop="rest")
    columns = raw_columns(features, people, assign_columns(features, people, ["left"]))
    np.testing.assert_array_equal(columns["income"], np.array([[1000], [np.nan]], dtype=np.float64), strict=True)
    assert columns["plan"].tolist() == [["a"], ["b"]]


def test_a_date_becomes_its_parts(make_table):
    table = make_table({"when": ["2024-02-29 06:00", None], "left": [0, 1]})
    features = TableFeatures(kind="table", date={"when": "%Y-%m-%d %H:%M"})
    inputs = assign_columns(features, table, ["left"])
    assert [column.name for column in inputs] == ["when.days", "when.hour", "when.month", "when.weekday"]
    columns = raw_columns(features, table, inputs)
    np.testing.assert_array_equal(columns["when.days"], np.array([[19782.25], [np.nan]]), strict=True)
    np.testing.assert_array_equal(columns["when.hour"], np.array([[6], [np.nan]]), strict=True)
    assert (columns["when.month"].tolist(), columns["when.weekday"].tolist()) == ([["Feb"], [""]], [["Thu"], [""]])


def test_a_cell_that_is_no_date_is_named_with_its_line(make_table):
    table = make_table({"when": ["2024-02-29", "2023-02-29", None]})
    features = TableFeatures(kind="table", date={"when": "%Y-%m-%d"})
    with pytest.raises(UserError, match=r"column 'when': 1 of 3 cells are not dates \(line 3: '2023-02-29'\)"):
        raw_columns(features, table, assign_columns(features, table, []))


def test_a_part_of_a_date_needs_a_name_of_its_own(make_table):
    table = make_table({"when": ["2024"], "when.days": [1]})
    with pytest.raises(UserError, match=r"its part 'when.days' is the name of another column"):
        assign_columns(TableFeatures(kind="table", date={"when": "%Y"}, drop="rest"), table, [])


def test_formulas_follow_the_rules_of_arithmetic(make_table):
    table = make_table({"a": [6, 1], "b": [3, 2], "index": [10, 20]})
    assert derived(table, v="a + b * 2") == {"v": [12, 5]}
    assert derived(table, v="-(a - b) / 2") == {"v": [-1.5, 0.5]}
    assert derived(table, v="index", w="2.5 - a") == {"v": [10, 20], "w": [-3.5, 1.5]}


def test_a_formula_gives_a_missing_cell_where_it_has_no_value(make_table):
    table = make_table({"a": [1, 0, None, 3], "b": [0, 0, 2, None]})
    np.testing.assert_array_equal(derived(table, v="a / b")["v"], [np.nan] * 4)
    np.testing.assert_array_equal(derived(table, v="a + 1 / 0")["v"], [np.nan] * 4)


def test_a_formula_over_a_column_that_is_not_there_hints_at_the_nearest(make_table):
    with pytest.raises(UserError, match="has no column 'rooms'; did you mean 'room'"):
        derived(make_table({"room": [1]}), v="rooms * 2")


@pytest.mark.parametrize(
    "formula",
    [
        "__import__('os').system('true')",
        "a.real",
        "abs(a)",
        "a[0]",
        "a ** 2",
        "a // 2",
        "a % 2",
        "a if a else b",
        "a < b",
        "a and b",
        "[a]",
        "lambda: a",
        "(a := 1)",
        "'a' * 9",
        "a + True",
        "a + 1j",
        "a +",
        "a; b",
        "@a",
        "f'{a}'",
        "",
    ],
)
def test_a_formula_other_than_arithmetic_is_refused(formula):
    with pytest.raises(ValidationError, match=r"derive\.v\n.*column names, numbers and \+ - \* / alone"):
        TableFeatures(kind="table", derive={"v": formula})


def test_a_formula_without_a_column_is_refused():
    with pytest.raises(ValidationError, match="names a column"):
        TableFeatures(kind="table", derive={"v": "1 + 2"})


@pytest.mark.parametrize("cell", ["1_000", "2020_01"])
def test_a_number_with_an_underscore_is_text(cell, make_table):
    with pytest.raises(UserError, match=f"1 of 2 cells are not numbers \\(line 3: '{cell}'\\)"):
        read_numbers(make_table({"a": ["1", cell]}), "a")


def test_a_number_too_small_for_float32_to_scale_counts_as_zero(make_table):
    table = make_table({"a": ["1e-40", "-1e-31", "1e-20", "", "2"]})
    features = TableFeatures(kind="table", numeric=["a"])
    column = raw_columns(features, table, assign_columns(features, table, []))["a"][:, 0]
    np.testing.assert_array_equal(column, np.array([0, 0, 1e-20, np.nan, 2]))
