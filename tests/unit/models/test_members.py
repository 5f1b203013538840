"""Each layer of the members against a slow and plain formula."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit, softmax

from percept.models.members import LevelEmbedding, MemberDense, MemberInputs, PiecewiseLinear, Pooled, SharedDense

RANDOM = np.random.default_rng(0)


def normal(*shape: int) -> np.ndarray:
    return RANDOM.normal(size=shape).astype(np.float32)


def test_a_number_is_kept_and_each_bin_says_how_far_the_number_is_through_it():
    layer = PiecewiseLinear([[0.0, 1.0, 3.0], [], [-1.0, 1.0, 2.0]])
    x = np.array([[-5, 7, -1], [0.25, -7, 0], [2, 0, 1.5], [9, 1, 30]], np.float32)
    expected = [
        [-5, 0, 0, 7, -1, 0, 0],
        [0.25, 0.25, 0, -7, 0, 0.5, 0],
        [2, 1, 0.5, 0, 1.5, 1, 0.5],
        [9, 1, 1, 1, 30, 1, 1],
    ]
    np.testing.assert_allclose(layer(x), expected)
    assert layer.columns.tolist() == [0, 0, 0, 1, 2, 2, 2]


@given(
    edges=st.sets(st.integers(-800, 800), min_size=3, max_size=8).map(lambda ends: [end / 8 for end in sorted(ends)]),
    values=st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=20),
)
@settings(max_examples=50, deadline=None)
def test_bins_are_between_0_and_1_and_fill_one_after_the_other(edges, values):
    filled = np.asarray(PiecewiseLinear([edges])(np.array(values, np.float32)[:, np.newaxis]))[:, 1:]
    assert ((filled >= 0) & (filled <= 1)).all()
    assert (filled[:, 1:] <= (filled[:, :-1] > 1 - 1e-5)).all()  # but for rounding


def test_members_begin_with_one_factor_for_each_column():
    columns = [0, 0, 1, 1, 1, 2]
    layer = MemberInputs(2, 3, columns)
    x = normal(5, 2, 6)
    found = np.asarray(layer(x))
    assert found.shape == (2, 3, 5, 6)
    factors = np.asarray(layer.factors)
    for stack in range(2):
        for member in range(3):
            np.testing.assert_allclose(found[stack, member], x[:, stack] * factors[stack, member], rtol=1e-6)
    first = np.unique(columns, return_index=True)[1]
    np.testing.assert_array_equal(factors, factors[..., first][..., columns])
    assert len(np.unique(factors)) == 2 * 3 * 3


@pytest.mark.parametrize("given", [1, 2], ids=["the same rows for all stacks", "rows of each stack"])
def test_levels_become_a_few_inputs_of_each_stack_behind_the_other_features(given):
    levels = [[6, 1, 2, 3], [0, 4, 7, 8, 9]]
    layer = LevelEmbedding(2, 3, levels)
    x = normal(5, given, 10)
    found = np.asarray(layer(x))
    assert found.shape == layer.compute_output_shape(x.shape) == (5, 2, 1 + 2 * 3)
    kernels = [np.asarray(kernel) for kernel in layer.kernels]
    for row in range(5):
        for stack in range(2):
            seen = x[row, stack if given == 2 else 0]
            expected = [seen[5]]
            for places, kernel in zip(levels, kernels, strict=True):
                for number in range(3):
                    expected.append(sum(seen[place] * kernel[stack, at, number] for at, place in enumerate(places)))
            np.testing.assert_allclose(found[row, stack], expected, rtol=1e-5, atol=1e-6)


def test_an_embedding_of_as_many_inputs_as_levels_can_be_the_levels_themselves():
    layer = LevelEmbedding(2, 3, [[1, 2, 3]])
    x = normal(5, 2, 4)
    layer(x)
    layer.set_weights([np.stack([np.eye(3)] * 2)])
    np.testing.assert_array_equal(layer(x), x)


def test_all_stacks_see_the_same_rows_where_there_is_one():
    layer = MemberInputs(2, 3, [0, 1])
    rows = normal(4, 1, 2)
    np.testing.assert_array_equal(layer(rows), layer(np.repeat(rows, 2, axis=1)))


def test_members_of_a_stack_share_the_weights_of_a_layer_but_not_its_biases():
    layer = SharedDense(4, "relu")
    x = normal(2, 3, 5, 6)
    found, kernel, bias = np.asarray(layer(x)), np.asarray(layer.kernel), np.asarray(layer.bias)
    assert kernel.shape == (2, 6, 4) and bias.shape == (2, 3, 1, 4)
    for stack in range(2):
        for member in range(3):
            expected = np.maximum(x[stack, member] @ kernel[stack] + bias[stack, member], 0)
            np.testing.assert_allclose(found[stack, member], expected, rtol=1e-5, atol=1e-6)


def test_the_last_layer_is_each_members_own():
    layer = MemberDense(2)
    x = normal(2, 3, 5, 6)
    found, kernel, bias = np.asarray(layer(x)), np.asarray(layer.kernel), np.asarray(layer.bias)
    for stack in range(2):
        for member in range(3):
            expected = x[stack, member] @ kernel[stack, member] + bias[stack, member]
            np.testing.assert_allclose(found[stack, member], expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("size", [1, 200])
@pytest.mark.parametrize("kind", ["binary", "multiclass", "multilabel", "regression"])
def test_what_is_pooled_is_the_mean_of_probabilities_or_values(kind, size):
    said = normal(2, 3, 7, 1 if kind == "binary" else 4) * size
    found = np.asarray(Pooled(kind)([said, normal(7, 5)]))
    probabilities = {"multiclass": lambda z: softmax(z, axis=-1), "regression": lambda z: z}.get(kind, expit)
    np.testing.assert_allclose(found, probabilities(said.astype(np.float64)).mean(axis=(0, 1)), rtol=1e-4, atol=1e-6)


def test_a_line_and_a_temperature_act_on_the_logits_of_the_mean():
    layer = Pooled("binary")
    said, x = normal(2, 3, 7, 1), normal(7, 5)
    layer([said, x])
    share, kernel, bias, temperature = np.float32(0.7), normal(5, 1), normal(1), 1.7
    layer.set_weights([values / np.float32(temperature) for values in (share, kernel, bias)])
    of_mean = logit(expit(said.astype(np.float64)).mean(axis=(0, 1)))
    expected = expit((share * of_mean + x @ kernel + bias) / temperature)
    np.testing.assert_allclose(layer([said, x]), expected, rtol=1e-4)


def test_a_network_of_these_layers_is_saved_and_loaded(tmp_path):
    inputs = keras.Input((1, 2))
    x = LevelEmbedding(2, 1, [[1, 3]])(PiecewiseLinear([[0.0, 0.5, 1.0], []])(inputs))
    x = MemberDense(3)(SharedDense(4, "mish")(MemberInputs(2, 3, [0, 0, 1])(x)))
    network = keras.Model(inputs, Pooled("multiclass")([x, keras.layers.Flatten()(inputs)]))
    network.save(tmp_path / "network.keras")
    rows = normal(6, 1, 2)
    np.testing.assert_array_equal(keras.models.load_model(tmp_path / "network.keras")(rows), network(rows))
