"""Units that answer nothing are counted by layer, and what layers take in and give is kept as they are called."""

import keras
import numpy as np
import pytest

from percept.models.tabm import TabM
from percept.objective import Binary
from percept.prepared.spec import DatasetSpec, RawInput, RowCounts
from percept.training.answers import dead_units, recorded

X = np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32)


def network(activation: str = "relu", bias: tuple[float, ...] = (0,) * 8) -> keras.Model:
    keras.utils.set_random_seed(0)
    hidden = keras.layers.Dense(8, activation, bias_initializer=list_of(bias), name="hidden")
    return keras.Sequential([keras.Input((4,)), hidden, keras.layers.Dense(1, "sigmoid", name="probability")])


def list_of(values):
    return lambda shape, dtype=None: keras.ops.convert_to_tensor(np.array(values, np.float32))


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_units_far_from_where_their_activation_bends_are_dead(activation):
    assert dead_units(network(activation, (-100, 0) * 4), X) == {"hidden": 0.5}
    assert dead_units(network(activation), X) == {"hidden": 0}


def test_a_convolution_has_its_channels_counted():
    keras.utils.set_random_seed(0)
    convolution = keras.layers.Conv2D(
        8, 3, activation="relu", bias_initializer=list_of((-100, 0) * 4), name="convolution"
    )
    layers = [convolution, keras.layers.Flatten(), keras.layers.Dense(2, name="probabilities")]
    pictures = np.random.default_rng(0).normal(size=(20, 8, 8, 1)).astype(np.float32)
    assert dead_units(keras.Sequential([keras.Input((8, 8, 1)), *layers]), pictures) == {"convolution": 0.5}


def test_members_have_units_of_their_own():
    objective = Binary(kind="binary", target="y", positive="1")
    inputs = tuple(RawInput(name=name, kind="numeric") for name in "abcd")
    counts = RowCounts(source=51, dropped={}, train=50, validation=0, test=1)
    spec = DatasetSpec(
        task="toy", raw_inputs=inputs, shape=(4,), feature_sources=tuple("abcd"), classes=("0", "1"), rows=counts
    )
    members = TabM(kind="tabm", units=(4,), members=2).build(spec, objective)
    dense = members.layers[-2]
    bias = np.zeros(dense.bias.shape, np.float32)
    bias[:, 0] = -100  # the first member's
    dense.bias.assign(bias)
    assert dead_units(members.averaged(), X) == {dense.name: 0.5}


def test_a_layer_of_few_units_is_not_looked_at():
    assert (
        dead_units(keras.Sequential([keras.Input((4,)), keras.layers.Dense(7, "relu"), keras.layers.Dense(1)]), X) == {}
    )


def test_layers_are_kept_in_the_order_of_their_calls_and_are_as_before_afterwards():
    model = network()
    with recorded(model) as answers:
        said = model(X)
    assert [answer.layer.name for answer in answers] == ["hidden", "probability"]
    np.testing.assert_array_equal(answers[0].given, answers[1].taken[0])
    assert answers[1].given is said and not any("call" in vars(layer) for layer in model.layers)
