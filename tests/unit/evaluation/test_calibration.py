import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from percept.evaluation.calibration import calibration_error, confidences, reliability
from percept.evaluation.outcome import Outcome
from percept.objective import Multiclass, Multilabel


def test_a_bin_has_the_mean_probability_and_the_share_that_happened():
    bins = reliability(np.array([0, 1, 1, 1]), np.array([0.21, 0.25, 0.29, 1.0]))
    assert [tuple(bin) for bin in bins] == [pytest.approx((0.25, 2 / 3, 0.75)), (1, 1, 0.25)]
    assert calibration_error(np.array([0, 1, 1, 1]), np.array([0.21, 0.25, 0.29, 1.0])) == pytest.approx(0.3125)


def test_probabilities_that_come_true_as_often_as_they_say_have_no_error():
    observed = np.array([0, 0, 0, 1] + [0, 1] * 2)
    assert calibration_error(observed, np.repeat([0.25, 0.5], 4)) == 0


def test_of_several_classes_the_event_is_that_the_likeliest_is_right():
    predicted = np.array([[0.7, 0.2, 0.1], [0.1, 0.5, 0.4]])
    observed, probability = confidences(Outcome.of(Multiclass(kind="multiclass"), np.array([0, 2]), predicted))
    assert (observed.tolist(), probability.tolist()) == ([1, 0], [0.7, 0.5])


def test_each_label_of_each_row_is_an_event():
    predicted = np.array([[0.7, 0.2], [0.1, 0.5]])
    objective = Multilabel(kind="multilabel", target=("a", "b"))
    observed, probability = confidences(Outcome.of(objective, np.array([[1, 0], [0, 1]]), predicted))
    assert (observed.tolist(), probability.tolist()) == ([1, 0, 0, 1], [0.7, 0.2, 0.1, 0.5])


@given(st.lists(st.tuples(st.integers(0, 1), st.floats(0, 1)), min_size=1))
def test_the_error_is_a_share_and_bins_hold_every_event_once(rows):
    observed, probability = (np.array(column) for column in zip(*rows, strict=True))
    assert 0 <= calibration_error(observed, probability) <= 1
    assert sum(bin.weight for bin in reliability(observed, probability)) == pytest.approx(1)
