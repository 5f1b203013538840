"""Figures of pictures, and their ranges."""

import numpy as np
import pytest

from percept.dataset import figures as module
from percept.dataset.figures import NAMES, figures, fit_figures


def test_figures_are_those_of_their_definitions():
    random = np.random.default_rng(0)
    pixels = random.integers(0, 256, (5, 6, 4, 3), dtype=np.uint8)
    grey = pixels.astype(float).mean(axis=3) / 255
    edge = [np.concatenate([one[0], one[-1], one[:, 0], one[:, -1]]) for one in grey]
    steps = [np.concatenate([np.diff(one, axis=axis).ravel() for axis in (0, 1)]) for one in grey]
    expected = {
        "brightness": grey.mean(axis=(1, 2)),
        "contrast": grey.std(axis=(1, 2)),
        "border": [one.mean() for one in edge],
        "detail": [np.abs(one).mean() for one in steps],
        "spread": grey.max(axis=(1, 2)) - grey.min(axis=(1, 2)),
        "colour": (pixels.max(axis=3) / 255 - pixels.min(axis=3) / 255).mean(axis=(1, 2)),
    }
    found = figures(pixels, 255)
    assert tuple(found) == NAMES == tuple(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, atol=1e-12)


@pytest.mark.parametrize(("level", "white"), [(0, 255), (255, 255), (16, 16), (7, 16)])
def test_a_plain_picture_has_its_level_everywhere_and_nothing_else(level, white):
    found = figures(np.full((2, 3, 1, 1), level, np.uint8), white)
    for name, values in found.items():
        plain = name in ("contrast", "detail", "spread", "colour")
        np.testing.assert_array_equal(values, 0 if plain else level / white)


def test_pictures_in_batches_give_what_they_give_at_once(monkeypatch):
    pixels = np.random.default_rng(1).integers(0, 17, (7, 2, 3, 1), dtype=np.uint8)
    whole = figures(pixels, 16)
    monkeypatch.setattr(module, "BATCH", 12)
    for name, values in figures(pixels, 16).items():
        np.testing.assert_array_equal(values, whole[name])


def test_ranges_hold_every_training_picture_and_have_three_digits():
    pixels = np.random.default_rng(2).integers(0, 200, (9, 5, 5, 3), dtype=np.uint8)
    for name, values in figures(pixels, 255).items():
        found = fit_figures(pixels, 255)[name]
        assert values.min() - 1e-3 < found.min <= values.min() <= values.max() <= found.max < values.max() + 1e-3
        assert found.min == round(found.min, 3) and found.max == round(found.max, 3)
