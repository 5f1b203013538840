"""Targets of every kind: several values, labels that apply or not, weights of rows, and the scale that is learned."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from percept.errors import UserError
from percept.features.target import fit_target_scales
from percept.objective import Binary, Multilabel, Regression

COLUMNS = {"a": range(6), "x": [1, 2, 3, 4, 5, 6], "y": [60, 50, 40, 30, 20, 10]}
LABELS = Multilabel(kind="multilabel", target=("sad", "calm"), positive="yes")
VALUES = st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1e6)), min_size=2, max_size=9)


def regression(**options) -> Regression:
    return Regression(kind="regression", **{"target": ("x", "y")} | options)


def test_several_targets_stay_in_their_own_units_side_by_side(make_table, prepare_table):
    found = prepare_table(make_table(COLUMNS), regression(), numeric=["a"])
    assert found.spec.targets == found.spec.names == ("x", "y")
    assert found.train.y.tolist() == [[1, 60], [2, 50], [3, 40], [4, 30]]
    assert found.test.y.tolist() == [[5, 20], [6, 10]]


def test_a_row_without_one_of_its_targets_is_dropped_and_accounted_for(make_table, prepare_table):
    table = make_table(COLUMNS | {"x": [1, None, 3, None, 5, 6], "y": [60, 50, None, None, 20, 10]})
    found = prepare_table(table, regression(), numeric=["a"])
    assert found.spec.rows.dropped == {"x is missing": 2, "y is missing": 1}


@pytest.mark.parametrize(("output", "ends"), [("sigmoid", (0, 1)), ("tanh", (-1, 1))])
@pytest.mark.parametrize("log", [False, True])
@given(values=VALUES)
def test_a_bounded_output_reaches_every_training_value(output, ends, log, values):
    train = np.array(values)
    scales = fit_target_scales(train, regression(output=output, log_target=log))
    for scale, column in zip(scales, train.T, strict=True):
        learned = scale.learned(column)
        assert (learned >= ends[0] - 1e-9).all() and (learned <= ends[1] + 1e-9).all()
        if np.ptp(column) > 1e-3:
            np.testing.assert_allclose([learned.min(), learned.max()], ends, atol=1e-6)


def test_a_given_range_is_what_the_output_spans():
    (scale,) = fit_target_scales(np.array([[2.0], [3.0]]), regression(target="x", output="tanh", range=(0, 10)))
    assert scale.learned(np.array([0, 5, 10])).tolist() == [-1, 0, 1]


def test_what_is_shipped_ends_at_the_training_targets_where_it_is_clipped():
    train = np.array([[2.0, -1.0], [3.0, 5.0]])
    clipped = fit_target_scales(train, regression(clip=True, scale_target=True))
    assert [scale.ends for scale in clipped] == [(2, 3), (-1, 5)]
    assert [scale.ends for scale in fit_target_scales(train, regression())] == [None, None]
    (scale,) = fit_target_scales(train[:, :1], regression(target="x", output="tanh", range=(0, 10), clip=True))
    assert scale.ends == (2, 3) and scale.learned(np.array([0, 10])).tolist() == [-1, 1]


@pytest.mark.parametrize("output", ["softplus", "relu"])
def test_a_positive_output_keeps_zero_where_it_is(output):
    (scale,) = fit_target_scales(np.array([[1.0], [3.0]]), regression(target="x", output=output, scale_target=True))
    assert (scale.offset, scale.scale) == (0, 1)
    assert scale.learned(np.array([0, 2])).tolist() == [0, 2]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"output": "softplus"}, "objective.output = 'softplus': x goes from -3 to 6"),
        ({"output": "relu"}, "expected: values of 0 or more"),
        ({"output": "sigmoid", "range": (0, 5)}, "objective.range = [0.0, 5.0]: x goes from -3 to 6"),
        ({"log_target": True}, "objective.log_target: x goes from -3 to 6"),
        ({"target": ("x", "yy")}, "objective.target: data.csv has no column 'yy'; did you mean 'y'?"),
        ({"weight": "ww"}, "objective.weight: data.csv has no column 'ww'; did you mean 'w'?"),
        ({"weight": "w"}, "data.csv, column 'w': line 4: -1"),
        ({"weight": "zero"}, "data.csv, column 'zero': nothing above 0"),
        ({"weight": "word"}, "column 'word': 1 of 6 cells are not numbers (line 7: 'b')"),
    ],
)
def test_values_that_the_options_cannot_take_are_refused(make_table, prepare_table, options, reason):
    more = {"x": [-3, 2, 3, 4, 5, 6], "w": [1, 2, -1, 4, 5, 6], "zero": [0] * 6, "word": [1, 2, 3, 4, 5, "b"]}
    with pytest.raises(UserError, match=re.escape(reason)):
        prepare_table(make_table(COLUMNS | more), regression(**options), numeric=["a"], drop="rest")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"output": "sigmoid", "scale_target": True}, "set scale_target to false"),
        ({"range": (0, 1)}, "range goes with output: sigmoid or tanh, not linear"),
        ({"output": "tanh", "range": (1, 0)}, "the smaller one first"),
    ],
)
def test_options_that_contradict_each_other_are_refused(options, reason):
    with pytest.raises(ValidationError, match=reason):
        regression(**options)


def test_labels_become_ones_where_they_apply(make_table, prepare_table):
    table = make_table({"a": range(4), "sad": ["yes", "no", "no", "yes"], "calm": ["no", "no", "yes", "yes"]})
    found = prepare_table(table, LABELS, numeric=["a"])
    assert (found.spec.names, found.spec.classes) == (("sad", "calm"), ())
    assert [*found.train.y.tolist(), *found.test.y.tolist()] == [[1, 0], [0, 0], [0, 1], [1, 1]]


@pytest.mark.parametrize(
    ("calm", "reason"),
    [
        (["no", "maybe", "yes", "yes"], "target 'calm': 'maybe', 'no', 'yes'"),
        (["n", "n", "y", "y"], "target 'calm': 'n', 'y'"),
    ],
)
def test_a_label_with_more_answers_than_two_is_refused(make_table, prepare_table, calm, reason):
    table = make_table({"a": range(4), "sad": ["yes", "no", "no", "yes"], "calm": calm})
    with pytest.raises(UserError, match=re.escape(reason)):
        prepare_table(table, LABELS, numeric=["a"])


def test_labels_that_never_apply_are_refused(make_table, prepare_table):
    table = make_table({"a": range(4), "sad": ["no"] * 4, "calm": ["no"] * 4})
    with pytest.raises(UserError, match="no label of any row is 'yes'"):
        prepare_table(table, LABELS, numeric=["a"])


def test_weights_of_rows_are_no_feature_and_have_a_mean_of_one_in_training(make_table, prepare_table):
    table = make_table({"a": range(6), "w": [2, 4, 6, 4, 8, None], "y": [0, 1] * 3})
    found = prepare_table(table, Binary(kind="binary", target="y", positive="1", weight="w"), numeric="rest")
    assert found.spec.feature_names == ("a",)
    assert found.spec.rows.dropped == {"w is missing": 1}
    assert [*found.train.weight, *found.test.weight] == [0.5, 1, 1.5, 1, 2]


@pytest.mark.parametrize(
    ("weights", "subset"), [([0, 0, 0, 0, 8, 1], "4 rows of train"), ([1, 1, 0, 0, 1, 1], "2 rows of validation")]
)
def test_weights_that_are_all_0_where_rows_are_learned_from_or_chosen_by_are_refused(
    make_table, prepare_table, weights, subset
):
    split = {"test": {"kind": "last", "rows": 2}, "validation": {"kind": "none"}}
    if "validation" in subset:
        split["validation"] = {"kind": "last", "rows": 2}
    table = make_table({"a": range(6), "w": weights, "y": [0, 1] * 3})
    objective = Binary(kind="binary", target="y", positive="1", weight="w")
    with pytest.raises(UserError, match=f"objective.weight: 'w' is 0 in all {subset}\n.*\n.*split otherwise"):
        prepare_table(table, objective, split=split, numeric=["a"])


def test_rows_without_weights_have_none(make_table, prepare_table):
    found = prepare_table(make_table({"a": range(6), "y": [0, 1] * 3}), numeric=["a"])
    assert found.train.weight is None


def test_values_cannot_be_stratified_and_the_answer_stays_short(make_table, prepare_table):
    split = {"test": {"kind": "fraction", "fraction": 0.5, "stratify": True}, "validation": {"kind": "none"}}
    with pytest.raises(UserError, match=r"split\.test: The least populated .*\n.*\n.*set stratify: false") as caught:
        prepare_table(make_table({"a": range(400), "x": range(400)}), regression(target="x"), split, numeric=["a"])
    assert len(str(caught.value)) < 400
