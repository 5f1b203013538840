"""What a range test makes of curves whose shape is known."""

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from percept.tuning.range_test import MEMORY, MIN_STEPS, LossCurve, grows_from, record, suggest

RATES = np.geomspace(1e-6, 10, 200)
FINITE = st.floats(-1e6, 1e6)


def valley(middle: float, noise: float = 0.0, seed: int = 0, rates: np.ndarray = RATES) -> np.ndarray:
    """Losses that fall from 2.3 to 0.3, fastest at 10**middle, and grow without bound from 100 times that rate on."""
    x = np.log10(rates) - middle
    curve = 0.3 + 2 / (1 + np.exp(4 * x)) + 10 ** (2 * np.clip(x - 2, -5, 5))
    return curve * (1 + noise * np.random.default_rng(seed).normal(size=len(rates)))


@given(middle=st.floats(-4, -1.5), noise=st.floats(0, 0.15), seed=st.integers(0, 999), steps=st.integers(100, 1000))
def test_the_suggestion_is_near_the_steepest_fall(middle, noise, seed, steps):
    rates = np.geomspace(1e-6, 10, steps)
    curve = record(rates, valley(middle, noise, seed, rates))
    assert np.log10(suggest(curve)) == pytest.approx(middle, abs=0.6)
    assert suggest(curve) < grows_from(curve)
    assert np.log10(grows_from(curve)) == pytest.approx(middle + 1.5, abs=0.8)


@given(losses=st.lists(FINITE, min_size=1, max_size=300), steps=st.integers(MIN_STEPS, 300))
def test_whatever_the_losses_a_suggestion_lies_inside_and_left_of_the_lowest(losses, steps):
    curve = record(np.geomspace(1e-6, 10, steps), losses[:steps])
    suggested = suggest(curve)
    assert suggested is None or curve.rates[0] < suggested < curve.rates[curve.lowest]
    assert (grows_from(curve) or np.inf) >= curve.rates[curve.lowest]


@given(level=st.floats(0.01, 100), noise=st.sampled_from([0.0, 1e-3]), growth=st.sampled_from([0.0, 0.5, 3.0]))
def test_a_loss_that_never_falls_suggests_nothing(level, noise, growth):
    random = np.random.default_rng(0)
    losses = level * (1 + noise * random.normal(size=200) + growth * np.linspace(0, 1, 200) ** 4)
    curve = record(RATES, losses)
    assert suggest(curve) is None
    assert (grows_from(curve) is None) == (growth == 0)


def test_noise_alone_hardly_ever_suggests_anything():
    random = np.random.default_rng(0)
    found = [suggest(record(RATES, random.exponential(size=200))) for _ in range(500)]
    assert sum(rate is not None for rate in found) <= 10


@given(st.lists(FINITE, min_size=1, max_size=60))
def test_the_smoothed_loss_is_the_weighted_mean_of_the_losses_so_far(losses):
    losses = np.abs(losses) + 1e9  # never four times as high
    decay = 1 - 1 / (MEMORY * 200)
    smoothed = record(RATES, losses.tolist()).smoothed
    for step, found in enumerate(smoothed, 1):
        assert found == pytest.approx(np.average(losses[:step], weights=decay ** np.arange(step)[::-1]))


def test_the_losses_are_asked_for_until_they_diverge_and_no_further():
    asked = []

    def losses():
        for step in range(200):
            asked.append(step)
            yield 1.0 if step < 100 else 2.0 ** (step - 98)

    curve = record(RATES, losses())
    assert len(asked) == len(curve.rates) == len(curve.losses) < 110
    assert curve.smoothed[-1] > 4 * curve.smoothed.min() >= 0.25 * curve.smoothed[-2]
    assert grows_from(curve) == RATES[99]


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_a_loss_that_is_not_finite_ends_the_course_before_it(wrong):
    curve = record(RATES, [1.0, 0.9, wrong, 0.8])
    assert curve.losses.tolist() == [1.0, 0.9]
    assert suggest(curve) is None
    assert len(record(RATES, [wrong]).rates) == 0


def test_the_first_losses_of_an_easy_batch_do_not_end_the_course():
    assert len(record(RATES, [0.01] + [1.0] * 199).rates) == 200


def test_a_course_is_kept_as_a_table(tmp_path):
    curve = LossCurve(np.array([1e-6, 1e-5]), np.array([2.0, 1.0]), np.array([2.0, 1.25]), 200)
    curve.save(tmp_path / "curve.csv")
    table = list(csv.reader((tmp_path / "curve.csv").read_text(encoding="utf-8").splitlines()))
    assert table == [["learning_rate", "loss", "smoothed_loss"], ["1e-06", "2.0", "2.0"], ["1e-05", "1.0", "1.25"]]
    assert grows_from(curve) is None
