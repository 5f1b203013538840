import math

import numpy as np
import pytest

from percept.features.encoder import FittedEncoder, encode
from percept.features.precision import in_double
from percept.features.table import TableFeatures
from percept.prepared.spec import RawInput


def robust(train: list[float], rows: list[float], missing: str = "median") -> list[float]:
    """Fit the shipped encoder on a column and run it on others, in double where the column needs it."""
    columns = {"a": np.array(train, np.float64)[:, np.newaxis]}
    inputs = in_double([RawInput(name="a", kind="numeric")], columns)
    dtype = np.float64 if inputs[0].double else np.float32
    features = TableFeatures(kind="table", numeric=["a"], scaling="robust", missing={"numeric": missing})
    fitted = FittedEncoder.fit(features, inputs, {"a": columns["a"].astype(dtype)})
    return encode(fitted.onnx, {"a": np.array(rows, dtype)[:, np.newaxis]})[:, 0].tolist()


def plain(train: list[float], value: float) -> float:
    """The formula of RealMLP, one value at a time."""
    quarter, median, other = (float(np.percentile(train, share)) for share in (25, 50, 75))
    if other > quarter:
        scale = 1 / (other - quarter)
    else:
        scale = 2 / (max(train) - min(train)) if max(train) > min(train) else 0.0
    z = (value - median) * scale
    return z / math.sqrt(1 + (z / 3) ** 2)


@pytest.mark.parametrize(
    "train",
    [
        [1.0, 2.0, 4.0, 8.0, 100.0],
        [-3.5, 0.25, 7.0, 7.5],
        [0.0, 0.0, 0.0, 0.0, 0.0, 9.0, -1.0],  # more than half are the same
        [5.0, 5.0],
        [2e-5, 3e-5, 8e-5],
    ],
)
def test_it_is_the_formula_of_realmlp_with_its_two_fallbacks(train):
    rows = [*train, -50.0, 0.3, 12.0]
    np.testing.assert_allclose(robust(train, rows), [plain(train, value) for value in rows], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("train", [[1.0, 2.0, 3.0, 4.0], [0.0, 0.0, 0.0, 1.0], [-3e38, 0.0, 1.0, 3e38]])
def test_however_far_a_value_is_it_stays_within_three(train):
    rows = [1e30, 3.4e38, math.inf, -1e30, -3.4e38, -math.inf]
    found = robust(train, rows)
    assert np.isfinite(found).all() and np.abs(found).max() <= 3.000001
    assert (np.array(found) * np.sign(rows) > 0).all()


def test_nearly_all_that_is_far_comes_out_as_three():
    np.testing.assert_allclose(robust([1.0, 2.0, 3.0], [1e30, -math.inf]), [3, -3], rtol=1e-6)


@pytest.mark.parametrize("train", [[7.0, 7.0, 7.0], [math.nan, math.nan]])
def test_a_column_of_one_value_or_none_is_zero_for_all_values(train):
    assert robust(train, [7.0, -2.0, 1e30, math.inf, -math.inf, math.nan]) == [0] * 6


def test_a_missing_number_takes_the_median_or_mean_and_the_spread_is_that_of_the_numbers_that_are_there():
    train = [math.nan, math.nan, math.nan, math.nan, 1.0, 2.0, 3.0, 10.0]
    there = train[4:]
    rows = [math.nan, 1.0, 6.0]
    np.testing.assert_allclose(robust(train, rows), [0, plain(there, 1.0), plain(there, 6.0)], rtol=1e-5)
    np.testing.assert_allclose(robust(train, rows, "mean")[0], plain(there, 4.0), rtol=1e-5)


def test_a_missing_number_stays_missing_where_nothing_fills_it():
    assert math.isnan(robust([1.0, 2.0, 4.0], [math.nan], "error")[0])


def test_numbers_of_64_bits_that_differ_by_one_keep_their_differences():
    first = 2**53 - 9
    train = [float(first + step) for step in range(5)]
    small = [float(step) for step in range(5)]
    np.testing.assert_allclose(robust(train, train), [plain(small, value) for value in small], rtol=1e-6)
    ends = robust(train, [-(2.0**63), 2.0**63, 1e300, -math.inf])
    np.testing.assert_allclose(ends, [-3, 3, 3, -3], rtol=1e-6)
