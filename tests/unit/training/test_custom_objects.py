"""What training adds to the objects of Keras, against plain formulas."""

import keras
import numpy as np
import pytest
from small_fits import FAST, OPTIONS, assert_same, single_rows, small_network, trained

from percept.composition import load_config
from percept.models import build
from percept.training.custom_objects import REFINED, SmoothedAccuracy, clipped_by_stack, groups_of
from percept.training.optimizer import Adadelta, Adagrad, Adam, AdamW, RateFactors, Rmsprop, Sgd
from percept.tuning.trial import prepare_data

RANDOM = np.random.default_rng(0)
SGD = Sgd(kind="sgd", learning_rate=1.0, momentum=0.0, nesterov=False)


def stepped(optimizer: keras.optimizers.Optimizer, weights: list[np.ndarray], gradients: list[np.ndarray]) -> list:
    """The weights after one step."""
    variables = [keras.Variable(values) for values in weights]
    optimizer.apply([keras.ops.convert_to_tensor(values) for values in gradients], variables)
    return [variable.numpy() for variable in variables]


def normal(*shape: int) -> np.ndarray:
    return RANDOM.normal(size=shape).astype(np.float32)


@pytest.mark.parametrize("norm", [0.5, 3.0, 1e3])
def test_all_gradients_together_have_at_most_the_norm(norm):
    weights, gradients = [normal(3, 2), normal(2)], [normal(3, 2), normal(2)]
    length = np.sqrt(sum((gradient.astype(np.float64) ** 2).sum() for gradient in gradients))
    found = stepped(SGD.model_copy(update={"clip_norm": norm}).build(), weights, gradients)
    for values, before, gradient in zip(found, weights, gradients, strict=True):
        np.testing.assert_allclose(values, before - gradient * min(1, norm / length), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("norm", [0.5, 3.0, 1e3])
def test_the_gradients_of_each_stack_have_at_most_the_norm(norm):
    gradients = [normal(3, 4, 2), normal(3, 2, 1, 5) * 2, normal(3, 1)]
    gradients[0][1] = 0
    found = clipped_by_stack(gradients, norm, 3)
    for stack in range(3):
        length = np.sqrt(sum((gradient[stack].astype(np.float64) ** 2).sum() for gradient in gradients))
        for values, gradient in zip(found, gradients, strict=True):
            np.testing.assert_allclose(values[stack], gradient[stack] * min(1, norm / length), rtol=1e-5)


def test_a_stack_without_gradients_stays_and_one_whose_are_no_numbers_spoils_no_other():
    gradients = [np.array([[0, 0], [np.nan, 1], [3, 4]], np.float32)]
    (found,) = map(np.asarray, clipped_by_stack(gradients, 1.0, 3))
    np.testing.assert_allclose(found[[0, 2]], [[0, 0], [0.6, 0.8]], rtol=1e-6)
    assert np.isnan(found[1]).all()


def test_a_stack_among_others_is_clipped_as_one_that_learns_alone():
    """The loss is the mean over stacks, so that gradients of two stacks are half of each one's own."""
    own = normal(1, 4)
    options = SGD.model_copy(update={"clip_norm": 0.5})
    (alone,) = stepped(options.build(stacks=1), [np.zeros((1, 4), np.float32)], [own])
    both = [np.concatenate([own, normal(1, 4)]) / 2]
    (beside,) = stepped(options.build(stacks=2), [np.zeros((2, 4), np.float32)], both)
    np.testing.assert_allclose(beside[0], alone[0] / 2, rtol=1e-5)


def test_smoothed_labels_are_right_where_those_they_come_from_are():
    y, said = np.array([[0], [1], [1], [0]], np.float32), np.array([[0.4], [0.9], [0.3], [0.8]], np.float32)
    metric = keras.metrics.deserialize(keras.metrics.serialize(SmoothedAccuracy(name="accuracy")))
    metric.update_state(y * 0.7 + 0.15, said, np.array([3, 1, 1, 1], np.float32))
    assert (metric.name, float(metric.result())) == ("accuracy", pytest.approx(4 / 6))
    metric.update_state(y, said)
    assert float(metric.result()) == pytest.approx(6 / 10)


OPTIMIZERS = {
    "sgd": Sgd(kind="sgd", learning_rate=0.1, momentum=0.9, nesterov=True),
    "adagrad": Adagrad(kind="adagrad", learning_rate=0.1),
    "adadelta": Adadelta(kind="adadelta", learning_rate=0.1, rho=0.9),
    "rmsprop": Rmsprop(kind="rmsprop", learning_rate=0.1, rho=0.9, momentum=0.5),
    "adam": Adam(kind="adam", learning_rate=0.1, beta_1=0.9, beta_2=0.999),
    "adamw": AdamW(kind="adamw", learning_rate=0.1, beta_1=0.9, beta_2=0.999, weight_decay=0.0),
}


@pytest.mark.parametrize("kind", REFINED)
def test_weights_with_a_factor_learn_by_a_rate_that_is_so_many_times_as_large(kind):
    options, factors = OPTIMIZERS[kind], {"biases": 0.5, "first_layer": 3.0}
    refined = options.model_copy(update={"rate_factors": RateFactors(**factors)})
    names = ["kernel", "bias", "kernel", "beta"]
    values = [normal(4) for _ in names]
    steps = [[normal(4) for _ in names] for _ in range(3)]

    def learned(options) -> list[np.ndarray]:
        optimizer, variables = options.build(), [keras.Variable(v, name=n) for v, n in zip(values, names, strict=True)]
        for gradients in steps:
            optimizer.apply([keras.ops.convert_to_tensor(gradient) for gradient in gradients], variables)
        return [variable.numpy() for variable in variables]

    found = learned(refined)
    for number, factor in enumerate((3.0, 0.5, 1.0, 0.5)):
        alone = learned(options.model_copy(update={"learning_rate": 0.1 * factor}))
        np.testing.assert_allclose(found[number], alone[number], rtol=1e-5, atol=1e-6)
        assert not np.allclose(found[number], values[number], atol=1e-4)


def test_a_factor_is_as_a_weight_that_is_written_as_factor_times_variable():
    """Under Adam, whose steps do not depend on the size of the gradients."""
    adam, factor = OPTIMIZERS["adam"], 3.0
    refined = adam.model_copy(update={"rate_factors": RateFactors(first_layer=factor)}).build()
    weight, inner = (keras.Variable(np.full(4, start, np.float32), name="kernel") for start in (1, 1 / factor))
    plain = adam.build()
    for _ in range(5):
        gradient = normal(4)
        refined.apply([keras.ops.convert_to_tensor(gradient)], [weight])
        plain.apply([keras.ops.convert_to_tensor(gradient * factor)], [inner])  # by the chain rule
    np.testing.assert_allclose(weight, factor * inner.numpy(), rtol=1e-4)


@pytest.mark.parametrize(
    ("overrides", "first", "biases"),
    [
        (["task=digits", "model=mlp_small"], ["dense/kernel"], ["dense/bias", "probabilities/bias"]),
        (["task=digits", "model=mlp_small", "model.batch_norm=true"], ["dense/kernel"], ["beta", "probabilities/bias"]),
        (["task=digits_cnn"], ["conv2d/kernel"], None),
        (["task=iris", "model=tabm"], ["inputs_of_members/factors"], ["bias", "bias", "output/bias"]),
    ],
)
def test_the_groups_of_a_network_are_its_first_weights_and_its_biases(overrides, first, biases):
    config = load_config(overrides)
    prepared = prepare_data(config)
    keras.utils.clear_session(free_memory=False)
    weights = build(config.model, prepared.spec, config.objective).trainable_weights
    paths = {name: [] for name in ("first_layer", "biases", "others")}
    for weight, group in zip(weights, groups_of(weights), strict=True):
        paths[group].append(weight.path)
    assert paths["first_layer"] == first and paths["others"]
    assert biases is None or [path.endswith(end) for path, end in zip(paths["biases"], biases, strict=True)]
    assert all(path.rpartition("/")[2] in ("bias", "beta") for path in paths["biases"])


@pytest.mark.parametrize("setting", [{"clip_norm": 0.05}, {"rate_factors": RateFactors(biases=0.1, first_layer=6)}])
def test_every_engine_refines_as_keras_fit_does(setting):
    adam = OPTIMIZERS["adam"].model_copy(update={"learning_rate": 0.05})

    def fitted(engine: str, **settings):
        def make() -> keras.Model:
            model = small_network()
            model.compile(adam.model_copy(update=settings).build(), "binary_crossentropy", metrics=["accuracy"])
            return model

        return trained(engine, make, single_rows(37, 0), single_rows(20, 1), OPTIONS)

    stock = fitted("keras", **setting)
    for engine in FAST:
        assert_same(fitted(engine, **setting), stock)
    assert stock[1]["loss"] != pytest.approx(fitted("keras")[1]["loss"], rel=1e-2)


@pytest.mark.parametrize("kind", REFINED)
def test_a_refined_optimizer_is_made_anew_from_what_it_says_of_itself(kind):
    optimizer = REFINED[kind](learning_rate=0.1, stacks=3, clip_norm=0.5, rate_factors={"biases": 0.1})
    again = keras.optimizers.deserialize(keras.optimizers.serialize(optimizer))
    assert type(again) is REFINED[kind] and again.get_config() == optimizer.get_config()
    assert (again.stacks, again.clip_norm, again.rate_factors) == (3, 0.5, {"biases": 0.1})
