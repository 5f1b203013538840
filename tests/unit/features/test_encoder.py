import os
import subprocess
import sys

import numpy as np
import onnx
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from percept.dataset.cells import parse_numbers
from percept.errors import UserError
from percept.features.encoder import FittedEncoder, encode, fit_encoder
from percept.features.encoder_onnx import encoder_to_onnx
from percept.features.table import TableFeatures
from percept.paths import ROOT
from percept.prepared.raw_inputs import SMALLEST, as_raw_inputs, as_shipped
from percept.prepared.spec import RawInput

# As `raw_columns` gives them: what is too small to be scaled in float32 counts as 0.
FLOATS = st.floats(-1e4, 1e4, width=32).map(lambda value: value if abs(value) >= SMALLEST else 0.0)
NUMBERS = st.one_of(st.just(float("nan")), st.integers(-50, 50), FLOATS)
WORDS = st.one_of(
    st.just(""),
    st.sampled_from(["a", "b", "ç", "日本"]),
    st.text(st.characters(codec="ascii", exclude_characters="\0")),
)


def numeric(*values) -> np.ndarray:
    return np.array(values, dtype=np.float32)[:, np.newaxis]


def text(*values) -> np.ndarray:
    return np.array(values, dtype=object)[:, np.newaxis]


def fitted(train: dict[str, np.ndarray], **features):
    inputs = [RawInput(name=name, kind="category" if v.dtype == object else "numeric") for name, v in train.items()]
    return fit_encoder(TableFeatures(kind="table", **features), inputs, train), inputs


def encoded(train: dict[str, np.ndarray], rows: dict[str, np.ndarray] | None = None, **features) -> np.ndarray:
    encoder, inputs = fitted(train, **features)
    return encode(encoder_to_onnx(encoder, inputs), rows or train)


AGES = [20.0, 30.0, np.nan, 70.0]


@pytest.mark.parametrize(("policy", "fill"), [("median", 30.0), ("mean", 40.0)])
def test_a_missing_number_takes_the_median_or_mean_of_the_training_rows(policy, fill):
    x = encoded({"age": numeric(*AGES)}, scaling="none", missing={"numeric": policy})
    np.testing.assert_array_equal(x.ravel(), np.array([20, 30, fill, 70], dtype=np.float32))


def test_a_missing_number_stays_missing_where_such_rows_are_dropped():
    x = encoded({"age": numeric(1, 3)}, {"age": numeric(np.nan)}, scaling="standard", missing={"numeric": "drop"})
    assert np.isnan(x).all()


def test_numbers_that_are_neither_filled_nor_scaled_pass_as_they_are():
    x = encoded({"a": numeric(-3, 65, 6078.75), "b": numeric(0, 1, 2)}, scaling="none", missing={"numeric": "drop"})
    np.testing.assert_array_equal(x, np.array([[-3, 0], [65, 1], [6078.75, 2]], dtype=np.float32))


def test_standard_scaling_gives_mean_zero_and_deviation_one():
    values = np.array([1, 2, 3, 10], dtype=np.float32)
    x = encoded({"a": numeric(*values)}, scaling="standard")
    np.testing.assert_allclose(x.ravel(), (values - values.mean()) / values.std(), atol=1e-6)


def test_min_max_scaling_brings_training_rows_to_zero_and_one_and_others_beyond():
    x = encoded({"a": numeric(2, 4, 6)}, {"a": numeric(2, 6, 8, 3)}, scaling="min_max")
    np.testing.assert_allclose(x.ravel(), [0, 1, 1.5, 0.25], atol=1e-6)


def test_asinh_presses_a_long_tail_together_and_keeps_the_middle_in_order():
    values = np.array([1, 2, 3, 4, 5, 6, 7, 8, 1e6], dtype=np.float32)
    x = encoded({"a": numeric(*values)}, {"a": numeric(*values, 1e9)}, scaling="asinh").ravel()
    assert (np.diff(x) > 0).all() and x[-1] < 2 * x[-2]
    np.testing.assert_allclose([x[:-1].mean(), x[:-1].std()], [0, 1], atol=1e-5)


@pytest.mark.parametrize("scaling", ["standard", "min_max", "asinh", "robust"])
@pytest.mark.parametrize("value", [0.1, 7.0, np.nan])
def test_a_column_of_one_value_becomes_zero_in_training_rows(scaling, value):
    assert encoded({"a": numeric(value, value, value)}, scaling=scaling).tolist() == [[0], [0], [0]]


def test_a_category_becomes_one_column_for_each_value_in_sorted_order():
    encoder, _ = fitted({"plan": text("b", "a", "b")})
    assert [name.partition("__")[2] for name in encoder.get_feature_names_out()] == ["plan_a", "plan_b"]
    assert encoded({"plan": text("b", "a", "b")}).tolist() == [[0, 1], [1, 0], [0, 1]]


def test_a_category_that_no_training_row_has_becomes_zeros():
    assert encoded({"plan": text("a", "b")}, {"plan": text("c", "")}).tolist() == [[0, 0], [0, 0]]


def test_a_missing_category_is_a_category_of_its_own():
    assert encoded({"plan": text("b", "", "b")}).tolist() == [[0, 1], [1, 0], [0, 1]]


def test_a_missing_category_takes_the_most_frequent_one_of_the_training_rows():
    x = encoded({"plan": text("b", "", "a", "b")}, {"plan": text("")}, missing={"category": "most_frequent"})
    assert x.tolist() == [[0, 1]]


def test_most_frequent_needs_a_training_row_with_a_value():
    with pytest.raises(UserError, match="column 'plan': no training row has a value"):
        fitted({"plan": text("", "")}, missing={"category": "most_frequent"})


def test_rare_categories_count_as_unseen_ones_and_of_equals_the_first_stays():
    train = {"plan": text("a", "b", "b", "c", "", "c", "d"), "size": text(*"SSMMLLL")}
    assert encoded(train, {"plan": text("c", "d", ""), "size": text("L", "M", "S")}, max_categories=2).tolist() == [
        [0, 1, 1, 0],
        [0, 0, 0, 1],
        [0, 0, 0, 0],
    ]


def test_a_missing_category_that_is_filled_is_none_of_the_frequent_ones():
    train = {"plan": text("", "", "", "a", "b", "b")}
    x = encoded(train, {"plan": text("", "a")}, max_categories=2, missing={"category": "most_frequent"})
    assert x.tolist() == [[0, 1], [1, 0]]


@pytest.mark.parametrize(
    "name", ["petal length (cm)", "größe", "日本 語", "a/b:0", "features", "variable", "column_1", "'"]
)
def test_the_encoder_knows_a_column_by_its_own_name_whatever_it_is(name):
    encoder, inputs = fitted({name: numeric(1, 3), "plan": text("a", "b")})
    model = onnx.load_from_string(encoder_to_onnx(encoder, inputs))
    onnx.checker.check_model(model)
    assert [value.name for value in model.graph.input] == [name, "plan"]
    assert encoded({name: numeric(1, 3), "plan": text("a", "b")}).tolist() == [[-1, 1, 0], [1, 0, 1]]


def test_the_encoder_takes_no_rows_too():
    assert encoded({"a": numeric(1, 2), "c": text("x", "y")}, {"a": numeric(), "c": text()}).shape == (0, 3)


def test_the_encoder_is_the_same_file_each_time():
    train = {"a": numeric(1, 2, np.nan), "c": text("x", "y", "")}
    assert encoder_to_onnx(*fitted(train)) == encoder_to_onnx(*fitted(train))


def test_another_run_of_python_writes_the_same_file():
    code = (
        "import sys; sys.path[:0] = ['src', 'tests/unit/features']; import test_encoder as t; "
        "train = {'a': t.numeric(1, 2, 3), 'b': t.numeric(1, 2, 3)}; "
        "sys.stdout.buffer.write(t.encoder_to_onnx(*t.fitted(train, scaling='min_max')))"
    )
    files = set()
    for seed in range(4):  # of the order in sets of texts
        environment = os.environ | {"PYTHONHASHSEED": str(seed)}
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, check=True)
        files.add(done.stdout)
    assert len(files) == 1


@st.composite
def tables(draw) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Training rows and other rows of the same columns; some columns are constant, some have no value at all."""
    num_train, num_others = draw(st.integers(1, 12)), draw(st.integers(0, 4))
    train, others = {}, {}
    for kind, make, cells, void in (("n", numeric, NUMBERS, np.nan), ("c", text, WORDS, "")):
        for index in range(draw(st.integers(1, 2))):
            values = draw(st.sampled_from([cells, st.just(void), st.just(draw(cells))]))
            train[f"{kind}{index}"] = make(*draw(st.lists(values, min_size=num_train, max_size=num_train)))
            others[f"{kind}{index}"] = make(*draw(st.lists(cells, min_size=num_others, max_size=num_others)))
    return train, others


@given(
    table=tables(),
    scaling=st.sampled_from(["none", "standard", "min_max", "asinh", "robust"]),
    numeric_policy=st.sampled_from(["median", "mean"]),
)
@settings(deadline=None, max_examples=60)
def test_the_file_encodes_as_the_fitted_transformer_does(table, scaling, numeric_policy):
    train, others = table
    encoder, inputs = fitted(train, scaling=scaling, missing={"numeric": numeric_policy})
    file = encoder_to_onnx(encoder, inputs)
    for rows in (train, others):
        if len(rows["n0"]):
            wanted = encoder.transform(pd.DataFrame({name: column[:, 0] for name, column in rows.items()}))
            np.testing.assert_allclose(encode(file, rows), wanted, atol=1e-5, rtol=1e-5)


LARGEST_CELLS = {
    "half of each sign": ["3.4e38", "-3.4e38"] * 10,
    "two of them": ["3.4e38", "-3.4e38", *map(str, range(18))],
    "evenly": [f"{row * 3.4e37 - 3.2e38:g}" for row in range(20)],
}


@pytest.mark.parametrize("cells", LARGEST_CELLS)
@pytest.mark.parametrize("scaling", ["none", "standard", "min_max", "asinh", "robust"])
def test_the_largest_numbers_are_encoded_as_finite_ones_when_training_and_predicting(scaling, cells):
    inputs = (RawInput(name="x", kind="numeric"),)

    def raw(cells: list[str]) -> dict[str, np.ndarray]:
        values = parse_numbers(np.array(cells, dtype=object))
        return as_shipped(inputs, as_raw_inputs(inputs, {}, {"x": values}, {}))

    train = raw(LARGEST_CELLS[cells])
    found = FittedEncoder.fit(TableFeatures(kind="table", numeric=["x"], scaling=scaling), inputs, train)
    assert np.isfinite(encode(found.onnx, train)).all()
    assert np.isfinite(encode(found.onnx, raw(["3.4e38", "-3.4e38", "0"]))).all()


def test_numbers_of_a_usual_size_take_no_notice_of_the_largest():
    inputs = (RawInput(name="x", kind="numeric"),)
    found = FittedEncoder.fit(
        TableFeatures(kind="table", numeric=["x"], scaling="asinh"), inputs, {"x": numeric(1, 2, 3)}
    )
    values = encode(found.onnx, {"x": numeric(-3.4e38, 3.4e38)})
    assert np.isfinite(values).all() and values[0, 0] < -50 and values[1, 0] > 50


@pytest.mark.parametrize("scaling", ["standard", "min_max", "asinh", "robust"])
def test_numbers_fitted_column_by_column_have_the_statistics_of_all_fitted_together(scaling):
    numbers = np.random.default_rng(0).lognormal(size=(200, 3)).astype(np.float32)
    numbers[::7, 1] = np.nan
    inputs = [RawInput(name=name, kind="numeric") for name in "abc"]
    train = {column.name: numbers[:, [index]] for index, column in enumerate(inputs)}
    fitted = fit_encoder(TableFeatures(kind="table", scaling=scaling), inputs, train).named_transformers_["numeric"]
    for step, expected in zip(fitted, clone(fitted).fit(numbers), strict=True):
        statistics = {name: value for name, value in vars(expected).items() if isinstance(value, np.ndarray)}
        for name in statistics.keys() - {"n_samples_seen_"}:
            np.testing.assert_allclose(getattr(step, name), statistics[name], rtol=1e-12, err_msg=name)
