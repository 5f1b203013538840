"""What lessons look at inside of a network."""

import keras
import numpy as np
import pytest

from percept.lessons.inside import Look, descent, feature_maps, gradient_norms, losses, slopes


def test_slopes_are_those_of_the_formulas():
    x = np.array([-2.0, 0.5, 3.0])
    said = 1 / (1 + np.exp(-x))
    np.testing.assert_allclose(slopes("sigmoid", x), [said, said * (1 - said)])
    np.testing.assert_allclose(slopes("step", x), [[0, 1, 1], [0, 0, 0]])
    share = np.exp(x) / (np.exp(x) + 2)
    np.testing.assert_allclose(slopes("softmax", x), [share, share * (1 - share)])


def test_losses_are_those_of_the_formulas():
    errors = np.array([-3.0, 0.5])
    assert losses("mse", errors) == pytest.approx([9, 0.25])
    assert losses("mae", errors) == pytest.approx([3, 0.5])
    assert losses("huber", errors) == pytest.approx([2.5, 0.125])


def test_plain_descent_takes_the_steps_of_the_rule():
    path = descent(keras.optimizers.SGD(0.5), (4.0, -1.0), lambda place: place, 3)
    np.testing.assert_allclose(path, [(4, -1), (2, -0.5), (1, -0.25), (0.5, -0.125)])


def test_gradient_norms_are_the_size_of_what_finite_differences_give():
    keras.utils.set_random_seed(1)
    network = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, "tanh"), keras.layers.Dense(1)])
    network.compile(loss="mse")
    x, y = np.random.default_rng(0).normal(size=(2, 20, 3)).astype(np.float32)
    y = y[:, :1]
    found = gradient_norms(network, x, y)
    for layer, norm in zip(network.layers, found, strict=True):
        kernel = layer.kernel.numpy()
        slopes_of_loss = []
        for place in np.ndindex(kernel.shape):
            moved = []
            for step in (0.01, -0.01):
                other = kernel.copy()
                other[place] += step
                layer.kernel.assign(other)
                moved.append(float(np.mean((network(x) - y) ** 2)))
            slopes_of_loss.append((moved[0] - moved[1]) / 0.02)
        layer.kernel.assign(kernel)
        assert norm == pytest.approx(np.sqrt(np.mean(np.square(slopes_of_loss))), rel=1e-2)


def test_look_sees_the_network_before_the_first_epoch_and_after_each():
    network = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")])
    network.compile("sgd", "mse")
    seen = []
    look = Look(lambda model: seen.append(float(model.get_weights()[0][0, 0])))
    network.fit(np.ones((4, 1)), np.zeros((4, 1)), epochs=3, verbose=0, callbacks=[look])
    assert len(seen) == 4 and seen[0] == 1 and seen == sorted(seen, reverse=True)


def test_feature_maps_are_what_each_convolution_says():
    first, second = keras.layers.Conv2D(2, 3, name="first"), keras.layers.Conv2D(4, 2, name="second")
    pixels = keras.Input((8, 8, 1), name="pixels")
    network = keras.Model(pixels, second(keras.layers.MaxPooling2D()(first(pixels))))
    picture = np.random.default_rng(0).random((1, 8, 8, 1)).astype(np.float32)
    maps = feature_maps(network, picture)
    assert [each.shape for each in maps.values()] == [(1, 6, 6, 2), (1, 2, 2, 4)] and list(maps) == ["first", "second"]
    np.testing.assert_allclose(maps["first"], first(picture))
