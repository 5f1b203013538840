"""Numbers that 32 bits cannot hold once they are computed or scaled are refused with their row and column."""

import numpy as np
import pytest

from percept.errors import UserError
from percept.features.prepare import Preparation, prepare
from percept.features.split import Split
from percept.features.table import TableFeatures
from percept.objective import Binary, Regression

SPLIT = Split(test={"kind": "last", "rows": 2}, validation={"kind": "last", "rows": 2})
BINARY = Binary(kind="binary", target="y", positive="1")
VALUE = Regression(kind="regression", target="y", scale_target=True)
TINY = [f"{value}e-14" for value in range(8)]


def prepared(table, objective=BINARY, **features):
    return prepare(table, Preparation("toy", TableFeatures(kind="table", **features), SPLIT, objective, 0))


@pytest.mark.parametrize("scaling", ["standard", "asinh"])
@pytest.mark.parametrize(("row", "subset"), [(8, "validation"), (10, "test")])
def test_an_input_too_far_from_the_training_rows_is_refused_with_its_line(make_table, scaling, row, subset):
    cells = [*TINY, "1", "1", "2", "1"]
    cells[row] = "1e30"
    table = make_table({"a": cells, "y": [0, 1] * 6})
    with pytest.raises(UserError, match=rf"line {row + 2}, column 'a': 1e30 becomes inf among the {subset} rows"):
        prepared(table, numeric=["a"], scaling=scaling)
    assert np.isfinite(prepared(table, numeric=["a"], scaling="robust").examples[subset].x).all()


def test_the_training_rows_alone_may_leave_32_bits_too(make_table):
    table = make_table({"a": ["1e30", *TINY[1:], *"1122"], "y": [0, 1] * 6})
    with pytest.raises(UserError, match=r"features.scaling: asinh, column 'a': 1e\+30[\s\S]*features.scaling: robust"):
        prepared(table, numeric=["a"], scaling="asinh")


def test_a_target_too_far_from_the_training_rows_is_refused(make_table):
    table = make_table({"a": range(12), "y": [*TINY, "1e30", 1, 1, 2]})
    with pytest.raises(UserError, match="line 10, column 'y': 1e30 becomes inf among the validation rows"):
        prepared(table, VALUE, numeric=["a"])


def test_a_weight_too_large_beside_the_training_rows_is_refused(make_table):
    table = make_table({"a": range(12), "w": [*["1e-20"] * 9, "1e25", 1, 1], "y": [0, 1] * 6})
    with pytest.raises(UserError, match="line 11, column 'w': 1e25 becomes inf among the validation rows"):
        prepared(table, BINARY.model_copy(update={"weight": "w"}), numeric=["a"])


@pytest.mark.parametrize("objective", [BINARY, Regression(kind="regression", target="area")])
def test_a_formula_that_leaves_32_bits_is_refused_with_its_line_and_value(make_table, objective):
    table = make_table({"a": [*"12345678", "1e20", *"123"], "b": ["1e19"] * 12, "y": [0, 1] * 6})
    features = {"numeric": ["a", "area"], "drop": "rest", "derive": {"area": "a * b"}}
    with pytest.raises(UserError, match=r"features.derive.area, data.csv, line 10: a \* b = 1e\+39\n.*3.4e\+38"):
        prepared(table, objective, **features)


def test_a_formula_that_divides_by_0_or_lacks_a_number_has_no_value_there(make_table):
    table = make_table({"a": [1, None, 3, *range(1, 10)], "b": [0, 2, None, *range(1, 10)], "y": [0, 1] * 6})
    found = prepared(table, numeric=["share"], drop="rest", derive={"share": "a / b"}, missing={"indicator": True})
    assert found.spec.feature_names[-1] == "share.missing"
    assert found.examples["train"].x[:, -1].tolist() == [1, 1, 1, 0, 0, 0, 0, 0]
