"""Numbers that differ by little beside their size keep it in 64 bits; what 32 bits cannot tell apart is said."""

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from percept.errors import UserError
from percept.features.encoder import FittedEncoder, encode
from percept.features.precision import in_double, lost_share
from percept.features.table import TableFeatures
from percept.objective import Regression
from percept.prepared.quality import Quality
from percept.prepared.raw_inputs import as_shipped
from percept.prepared.spec import RawInput

INPUTS = (RawInput(name="far", kind="numeric"), RawInput(name="near", kind="numeric"))
NOISE = np.random.default_rng(0).normal(size=300)


def encoded(columns: dict[str, np.ndarray], scaling: str) -> tuple[np.ndarray, onnx.ModelProto]:
    inputs = in_double(INPUTS, columns)
    raw = as_shipped(inputs, columns)
    encoder = FittedEncoder.fit(TableFeatures(kind="table", scaling=scaling), inputs, raw).onnx
    return encode(encoder, raw), onnx.load_from_string(encoder)


@given(
    offset=st.sampled_from([1.7e12, 2_460_000.5, 20_000_000_001, 52.5, -8e8]),
    digits=st.integers(3, 6),
    scaling=st.sampled_from(["standard", "min_max", "asinh"]),
)
def test_small_differences_far_from_0_are_encoded_as_those_around_0(offset, digits, scaling):
    near = NOISE * abs(offset) * 10.0**-digits
    columns = {"far": (offset + near)[:, np.newaxis], "near": (offset + near - offset)[:, np.newaxis]}
    x, model = encoded(columns, scaling)
    np.testing.assert_allclose(x[:, 0], x[:, 1], rtol=0, atol=1e-6 * x[:, 1].std())
    types = [value.type.tensor_type.elem_type for value in model.graph.input]
    assert types[1] == onnx.TensorProto.FLOAT
    onnx.checker.check_model(model)


@pytest.mark.parametrize(
    "values",
    [
        NOISE * 1e6,
        NOISE + 100,
        np.exp(5 * NOISE),
        np.floor(1990 + 9 * NOISE),
        np.full(9, 0.1),
        np.full(3, np.nan),
        np.append(NOISE, 3e38),
        np.repeat([0.1, 0.2], [9, 1]),
    ],
)
def test_columns_that_32_bits_hold_stay_as_they_were(values):
    (column,) = in_double(INPUTS[:1], {"far": values[:, np.newaxis]})
    assert not column.double


@pytest.mark.parametrize(
    "values", [1.7e12 + NOISE * 1e5, np.append(1.7e12 + NOISE * 1e5, [0, np.nan]), 20_000_001 + np.arange(50) % 7]
)
def test_columns_that_32_bits_cut_are_double(values):
    assert lost_share(values) > 0.001
    (column,) = in_double(INPUTS[:1], {"far": values[:, np.newaxis]})
    assert column.double


def rows(numbers: np.ndarray) -> str:
    return "a,y\n" + "".join(f"{number!r},{index % 2}\n" for index, number in enumerate(numbers.tolist()))


def test_rows_that_differ_in_their_last_digits_are_no_copies(preprocess_rows):
    spec = preprocess_rows(rows(1_700_000_000_000 + np.arange(40)), numeric=["a"])
    found = Quality.load()
    assert spec.raw_inputs[0].double and (found.contradicting.count, found.test.count, found.indistinct) == (0, 0, ())


def test_a_moment_within_a_day_keeps_its_minutes(preprocess_rows):
    text = "a,y\n" + "".join(f"2024-05-01 06:{minute:02},{minute % 2}\n" for minute in range(40))
    spec = preprocess_rows(text, date={"a": "%Y-%m-%d %H:%M"})
    assert [column.name for column in spec.raw_inputs if column.double] == ["a.days"]


@pytest.mark.parametrize(
    ("numbers", "options", "said"),
    [
        (1_700_000_000_000 + np.arange(40), {"scaling": "none"}, "set features.scaling to standard"),
        (np.append(0, 1_700_000_000_000 + np.arange(40)), {}, "asinh where some lie far from the others"),
        (10**18 + np.arange(40), {}, "they have more digits than 64 bits hold"),
    ],
)
def test_a_column_whose_values_become_equal_is_named(numbers, options, said, preprocess_rows, capsys):
    preprocess_rows(rows(numbers), numeric=["a"], **options)
    (line,) = (line for line in capsys.readouterr().out.splitlines() if "column 'a'" in line)
    assert f"of {len(numbers) - 2} values of column 'a' apart" in line and said in line


def test_asinh_keeps_them_apart_beside_a_value_far_away(preprocess_rows):
    preprocess_rows(rows(np.append(0, 1_700_000_000_000 + np.arange(40))), numeric=["a"], scaling="asinh")
    assert Quality.load().indistinct == ()


def test_a_target_that_32_bits_cannot_tell_apart_is_refused_with_the_value_to_subtract(make_table, prepare_table):
    table = make_table({"a": range(9), "y": [1_700_000_000_000 + 100 * number for number in range(9)]})
    with pytest.raises(UserError, match="subtract 1700000000400, say"):
        prepare_table(table, Regression(kind="regression", target="y"), numeric=["a"])
