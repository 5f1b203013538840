"""Learning rates by epoch, with 5 steps in each of 10 epochs."""

from itertools import pairwise

import numpy as np
import pytest
from pydantic import ValidationError

from percept.params import Params
from percept.training.optimizer import Sgd
from percept.training.schedule import Schedule

EPOCHS, STEPS = 10, 5


class Training(Params):
    schedule: Schedule


def rates(**schedule) -> np.ndarray:
    """At each step."""
    built = Training(schedule=schedule).schedule.build(0.1, EPOCHS, STEPS)
    return np.array([float(built(step)) for step in range(EPOCHS * STEPS)])


def test_exponential_multiplies_by_its_factor_in_each_epoch():
    np.testing.assert_allclose(rates(kind="exponential", factor=0.5)[::STEPS], 0.1 * 0.5 ** np.arange(10), rtol=1e-5)


def test_cosine_falls_from_the_rate_to_the_share_that_is_left():
    found = rates(kind="cosine", final=0.1)
    progress = np.arange(EPOCHS * STEPS) / (EPOCHS * STEPS)
    np.testing.assert_allclose(found, 0.1 * (0.1 + 0.9 * (1 + np.cos(np.pi * progress)) / 2), rtol=1e-5)


def test_cosine_warms_up_in_a_straight_line_to_the_rate():
    found = rates(kind="cosine", warmup_epochs=2)
    np.testing.assert_allclose(found[:10], 0.1 * np.arange(10) / 10, atol=1e-7)
    assert found.argmax() == 10 and found[10] == pytest.approx(0.1)
    assert (np.diff(found[10:]) < 0).all() and found[-1] < 0.001


@pytest.mark.parametrize("cycles", [1, 2, 4])
def test_cosine_cycles_rise_and_fall_each_twice_as_long_as_the_one_before(cycles):
    found = rates(kind="cosine_cycles", cycles=cycles)
    progress = np.arange(EPOCHS * STEPS) / (EPOCHS * STEPS)
    begun = np.log(1 + (2**cycles - 1) * progress) / np.log(2)
    np.testing.assert_allclose(found, 0.1 * (1 - np.cos(2 * np.pi * begun)) / 2, atol=1e-6)
    built = Training(schedule={"kind": "cosine_cycles", "cycles": cycles}).schedule.build(0.1, 1, 1500)
    fine = np.array([float(built(step)) for step in range(1501)])
    ends = [round(1500 * (2**number - 1) / (2**cycles - 1)) for number in range(cycles + 1)]  # of lengths 1, 2, 4, ...
    np.testing.assert_allclose(fine[ends], 0, atol=1e-6)
    for start, end in pairwise(ends):
        assert fine[start:end].max() == pytest.approx(0.1, rel=1e-3)
        assert (np.diff(np.sign(np.diff(fine[start : end + 1]))) < 0).sum() == 1  # one peak
    assert float(built(2000)) == pytest.approx(0, abs=1e-6)


def test_piecewise_changes_when_so_many_epochs_are_over():
    found = rates(kind="piecewise", epochs=[2, 6], factors=[0.1, 0.01])
    np.testing.assert_allclose(found, [0.1] * 10 + [0.01] * 20 + [0.001] * 20, rtol=1e-5)


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        ({"kind": "piecewise", "epochs": [2, 6], "factors": [0.1]}, "2 epochs and 1 factors"),
        ({"kind": "piecewise", "epochs": [6, 2], "factors": [0.1, 0.1]}, "expected growing numbers"),
        ({"kind": "exponential", "factor": 1.5}, "less than 1"),
        ({"kind": "cosine", "warmup": 3}, "warmup"),
    ],
)
def test_what_is_no_schedule_is_refused(schedule, message):
    with pytest.raises(ValidationError, match=message):
        Training(schedule=schedule)


def test_an_optimizer_takes_the_schedule_and_without_one_a_plain_rate():
    settings = {"kind": "sgd", "learning_rate": 0.1, "momentum": 0.9, "nesterov": True}
    plain, scheduled = Sgd(**settings), Sgd(**settings, schedule={"kind": "exponential", "factor": 0.5})
    assert plain.build().get_config()["learning_rate"] == pytest.approx(0.1)
    config = scheduled.build(EPOCHS, STEPS).get_config()
    assert config["learning_rate"]["config"]["decay_rate"] == 0.5
    assert config["momentum"] == 0.9 and config["nesterov"]
