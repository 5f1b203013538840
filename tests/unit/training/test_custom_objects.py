"""What training adds to the objects of Keras, against plain formulas."""

import keras
import numpy as np
import pytest
from small_fits import FAST, OPTIONS, assert_same, single_rows, small_network, trained

from percept.training.custom_objects import REFINED, SmoothedAccuracy, clipped_by_stack
from percept.training.optimizer import Adam, Sgd

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


@pytest.mark.parametrize("engine", FAST)
def test_every_engine_clips_as_keras_fit_does(engine):
    adam = Adam(kind="adam", learning_rate=0.05, beta_1=0.9, beta_2=0.999)

    def fitted(engine: str, **settings):
        def make() -> keras.Model:
            model = small_network()
            model.compile(adam.model_copy(update=settings).build(), "binary_crossentropy", metrics=["accuracy"])
            return model

        return trained(engine, make, single_rows(37, 0), single_rows(20, 1), OPTIONS)

    found = fitted(engine, clip_norm=0.05)
    assert_same(found, fitted("keras", clip_norm=0.05))
    assert found[1]["loss"] != fitted(engine)[1]["loss"]


@pytest.mark.parametrize("kind", REFINED)
def test_a_refined_optimizer_is_made_anew_from_what_it_says_of_itself(kind):
    optimizer = REFINED[kind](learning_rate=0.1, stacks=3, clip_norm=0.5)
    again = keras.optimizers.deserialize(keras.optimizers.serialize(optimizer))
    assert type(again) is REFINED[kind] and again.get_config() == optimizer.get_config()
    assert (again.stacks, again.clip_norm) == (3, 0.5)
