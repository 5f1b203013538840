"""Columns beside scaled numbers and one-hot categories, in the shipped encoder."""

import math

import numpy as np
import pytest
from pydantic import ValidationError

from percept.errors import UserError
from percept.features.encoder import FittedEncoder, encode
from percept.features.precision import in_double
from percept.features.table import TableFeatures
from percept.prepared.raw_inputs import as_shipped
from percept.prepared.spec import RawInput

NAN = float("nan")


def columns_of(values: dict[str, list]) -> dict[str, np.ndarray]:
    return {
        name: np.array(cells, object if isinstance(cells[0], str) else np.float64)[:, np.newaxis]
        for name, cells in values.items()
    }


def encoded(train: dict[str, list], rows: dict[str, list], **features) -> dict[str, list[float]]:
    """Fit the shipped encoder, run it on other rows, and return its outputs by name."""
    found = columns_of(train)
    inputs = [
        RawInput(name=name, kind="category" if values.dtype == object else "numeric") for name, values in found.items()
    ]
    inputs = in_double(inputs, found)
    options = TableFeatures(kind="table", scaling="none", **features)
    fitted = FittedEncoder.fit(options, inputs, as_shipped(inputs, found))
    x = encode(fitted.onnx, as_shipped(inputs, columns_of(rows)))
    assert x.shape == (len(next(iter(rows.values()))), len(fitted.feature_names))
    assert len(fitted.feature_sources) == len(fitted.feature_names)
    return {name: x[:, index].tolist() for index, name in enumerate(fitted.feature_names)}


INDICATOR = {"missing": {"indicator": True}}


def test_a_number_with_gaps_in_training_has_an_indicator_and_one_without_takes_the_median_alone():
    train = {"age": [20.0, NAN, 40.0], "size": [1.0, 2.0, 4.0], "plan": ["a", "", "b"]}
    found = encoded(train, {"age": [NAN, 1.0], "size": [NAN, 9.0], "plan": ["", "b"]}, **INDICATOR)
    assert found == {
        "age": [30, 1],
        "size": [2, 9],
        "plan_": [1, 0],
        "plan_a": [0, 0],
        "plan_b": [0, 1],
        "age.missing": [1, 0],
    }


def test_indicators_are_none_unless_asked_for():
    assert list(encoded({"age": [20.0, NAN]}, {"age": [NAN]})) == ["age"]


def test_a_column_that_is_always_missing_is_constant_and_its_indicator_too():
    assert encoded({"age": [NAN, NAN]}, {"age": [NAN, 5.0]}, **INDICATOR) == {"age": [0, 5], "age.missing": [1, 0]}


def test_a_column_of_64_bits_has_an_indicator_as_well():
    first = float(2**53 - 9)
    found = encoded({"ms": [first, first + 1, first + 2, NAN]}, {"ms": [NAN, first, 1e300]}, **INDICATOR)
    assert found["ms.missing"] == [1, 0, 0] and found["ms"][:2] == [0, -1]


@pytest.mark.parametrize("num_columns", [1, 300])
def test_indicators_of_many_columns_keep_their_order(num_columns):
    train = {f"c{index}": [NAN, float(index)] for index in range(num_columns)}
    rows = {name: [NAN if index % 3 else 1.0] for index, name in enumerate(train)}
    found = encoded(train, rows, **INDICATOR)
    assert [found[f"{name}.missing"] == [1] for name in train] == [bool(index % 3) for index in range(num_columns)]


def test_outputs_are_told_by_the_column_of_the_table_they_come_from(make_table, prepare_table):
    table = make_table({"when": ["2024-01-02", None, "2024-02-03", "2024-01-01"], "a": [1, 2, 3, 4], "y": [0, 1, 0, 1]})
    spec = prepare_table(table, numeric=["a"], date={"when": "%Y-%m-%d"}, **INDICATOR).spec
    sources = dict(zip(spec.feature_names, spec.feature_sources, strict=True))
    assert spec.feature_names[-1] == "when.days.missing" and sources["when.days.missing"] == "when"


PLANS = {"plan": ["a", "a", "a", "b", "b", "c", "d"]}


def test_rare_unseen_and_missing_categories_share_a_level():
    found = encoded(PLANS, {"plan": ["a", "b", "c", "new", ""]}, min_frequency=2)
    assert found == {"plan_a": [1, 0, 0, 0, 0], "plan_b": [0, 1, 0, 0, 0], "plan.other": [0, 0, 1, 1, 1]}


def test_categories_beyond_the_most_frequent_share_that_level_too():
    found = encoded(PLANS, {"plan": ["a", "b", "d"]}, min_frequency=1, max_categories=1)
    assert found == {"plan_a": [1, 0, 0], "plan.other": [0, 1, 1]}


def test_the_inputs_that_say_which_level_a_category_has_are_one_in_each_row(make_table, prepare_table):
    cells = {
        "plan": ["a", "a", "a", "b", "b", "c", "d", "_x", "", "e"],
        "plan_a": ["1.other", "1.other", "2", "2", "plan", "plan", "3", "1.other", "2", ""],
        "when": ["2024-01-02", "2024-02-03"] * 5,
        "size": list(range(10)),
    }
    categories = {"category": ["plan", "plan_a"], "numeric": ["size"], "date": {"when": "%Y-%m-%d"}}
    found = prepare_table(make_table(cells | {"y": [0, 1] * 5}), **categories, min_frequency=2, target_mean=1)
    levels = found.spec.levels()
    assert list(levels) == ["plan", "plan_a"]
    assert [found.spec.feature_names[feature] for feature in levels["plan"]] == ["plan_a", "plan_b", "plan.other"]
    assert {"plan.mean", "plan_a.mean"} < set(found.spec.feature_names)
    x = np.concatenate([found.train.x, found.test.x])
    for places in levels.values():
        np.testing.assert_array_equal(np.sort(x[:, places])[:, -2:], [[0, 1]] * 10)


def test_where_no_training_row_is_rare_there_is_nothing_to_learn_of_other_categories():
    assert encoded({"plan": list("aabb")}, {"plan": ["a", "new"]}, min_frequency=2) == {
        "plan_a": [1, 0],
        "plan_b": [0, 0],
    }


def test_of_categories_that_are_all_rare_the_first_keeps_its_place():
    found = encoded({"plan": list("dcba")}, {"plan": ["a", "b", "new"]}, min_frequency=2)
    assert found == {"plan_a": [1, 0, 0], "plan.other": [0, 1, 1]}


def test_a_missing_category_that_is_filled_is_not_among_the_others():
    train = {"plan": ["a", "a", "", "b", "c"]}
    found = encoded(train, {"plan": ["", "b", "x"]}, min_frequency=2, missing={"category": "most_frequent"})
    assert found == {"plan_a": [1, 0, 0], "plan.other": [0, 1, 1]}


def test_missing_cells_are_rare_or_frequent_as_other_categories_are():
    found = encoded({"plan": ["a", "a", "", "", "b"]}, {"plan": ["", "b"]}, min_frequency=2)
    assert found == {"plan_": [1, 0], "plan_a": [0, 0], "plan.other": [0, 1]}
    assert encoded({"plan": ["a", "a", ""]}, {"plan": ["", "a"]}, min_frequency=2)["plan.other"] == [1, 0]


def test_a_column_may_have_texts_of_any_letters_and_the_name_of_another_output():
    words = ["日本", "ç", "a/b:0", " ", "other", "x" * 1000]
    found = encoded({"plan": words * 2 + ["rare"]}, {"plan": [*words, "new"]}, min_frequency=2)
    assert np.array(list(found.values())).sum(axis=0).tolist() == [1] * 7
    assert found["plan.other"] == [0] * 6 + [1] and found["plan_other"][4] == 1


def turned(value: float, period: float) -> tuple[float, float]:
    return math.sin(2 * math.pi * value / period), math.cos(2 * math.pi * value / period)


def test_numbers_with_a_period_are_sine_and_cosine_too():
    hours, months = [0.0, 6.0, 13.0, 23.0, 24.0], [1.0, 12.0, 3.0, 0.0, 13.0]
    found = encoded(
        {"hr": hours, "size": hours, "month": months},
        {"hr": [*hours, -1.0], "size": [*hours, 1.0], "month": [*months, 1e6]},
        cyclic={"hr": 24, "month": 12},
    )
    assert list(found) == ["hr", "size", "month", "hr.sin", "month.sin", "hr.cos", "month.cos"]
    for name, values, period in (("hr", [*hours, -1.0], 24), ("month", [*months, 1e6], 12)):
        both = [turned(value, period) for value in values]
        np.testing.assert_allclose(list(zip(found[f"{name}.sin"], found[f"{name}.cos"], strict=True)), both, atol=1e-5)


def test_missing_and_infinite_numbers_are_at_the_centre_of_the_circle_and_huge_ones_on_it():
    found = encoded({"hr": [1.0, NAN]}, {"hr": [NAN, float("inf"), float("-inf"), 1e30]}, cyclic={"hr": 24})
    radius = np.hypot(found["hr.sin"], found["hr.cos"])
    np.testing.assert_allclose(radius, [0, 0, 0, 1], atol=1e-6)


def test_a_moment_of_64_bits_keeps_its_hour():
    first = 1_700_000_000_000.0 + 1 / 8  # milliseconds since 1970
    moments = [first + 1000.0 * step for step in range(5)]
    found = encoded({"ms": moments}, {"ms": [*moments, NAN]}, cyclic={"ms": 3_600_000})
    both = [turned(moment, 3_600_000) for moment in moments]
    np.testing.assert_allclose([*zip(found["ms.sin"], found["ms.cos"], strict=True)][:-1], both, atol=1e-6)
    assert (found["ms.sin"][-1], found["ms.cos"][-1]) == (0, 0)


def test_parts_of_dates_are_on_a_circle_each(make_table, prepare_table):
    cells = ["2024-01-01 06:00", "2024-04-04 12:59", None, "2024-12-08 00:00"]  # Monday, Thursday, Sunday
    table = make_table({"when": cells, "y": [0, 1, 0, 1]})
    options = {"date": {"when": "%Y-%m-%d %H:%M"}, "cyclic_dates": True, "missing": {"category": "own_category"}}
    found = prepare_table(table, **options)
    x = np.concatenate([found.train.x, found.test.x])
    columns = {name: x[:, index] for index, name in enumerate(found.spec.feature_names)}
    expected = {
        "hour": [turned(6, 24), turned(12, 24), (0, 0), turned(0, 24)],
        "month": [turned(0, 12), turned(3, 12), (0, 0), turned(11, 12)],
        "weekday": [turned(0, 7), turned(3, 7), (0, 0), turned(6, 7)],
    }
    for part, places in expected.items():
        both = np.column_stack([columns[f"when.{part}.sin"], columns[f"when.{part}.cos"]])
        np.testing.assert_allclose(both, places, atol=1e-6)
    assert set(found.spec.feature_sources) == {"when"}


@pytest.mark.parametrize("name", ["hrr", "plan", "when"])
def test_a_column_that_is_no_number_has_no_period(make_table, prepare_table, name):
    table = make_table({"hr": [1, 2, 3, 4], "plan": list("aabb"), "when": ["2024-01-02"] * 4, "y": [0, 1, 0, 1]})
    features = {"numeric": ["hr"], "category": ["plan"], "date": {"when": "%Y-%m-%d"}}
    with pytest.raises(UserError, match=rf"(?s)features.cyclic: '{name}' is no numeric column.*expected: one of hr"):
        prepare_table(table, **features, cyclic={name: 24})


@pytest.mark.parametrize("period", [0, -1, float("nan"), float("inf"), 1e-30, "day"])
def test_a_period_is_a_number_above_zero(period):
    with pytest.raises(ValidationError, match=r"cyclic\.hr"):
        TableFeatures(kind="table", cyclic={"hr": period})
