import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn import metrics

from percept.training.decision import choose_thresholds

METRICS = {
    "accuracy": metrics.accuracy_score,
    "balanced_accuracy": metrics.balanced_accuracy_score,
    "f1": metrics.f1_score,
}
ROWS = st.lists(st.tuples(st.integers(0, 1), st.floats(0, 1, width=32)), min_size=2, max_size=20)


def column(values, dtype) -> np.ndarray:
    return np.array(values, dtype)[:, np.newaxis]


@pytest.mark.parametrize("metric", METRICS)
@given(rows=ROWS)
def test_no_other_threshold_is_better_on_these_rows(metric, rows):
    y, probability = zip(*rows, strict=True)
    assume(len(set(y)) == 2)
    (chosen,) = choose_thresholds(metric, column(y, np.int64), column(probability, np.float32))
    values = np.array(probability, np.float32)
    score = METRICS[metric](y, values > np.float32(chosen))
    best = max(METRICS[metric](y, values > threshold) for threshold in values)
    assert score == pytest.approx(best)


def test_the_threshold_lies_halfway_between_the_rows_it_parts():
    y, probability = column([0, 0, 1, 1], np.int64), column([0.1, 0.2, 0.4, 0.9], np.float32)
    assert choose_thresholds("f1", y, probability) == (pytest.approx(0.3),)


def test_of_equally_good_thresholds_the_most_even_is_taken():
    y, probability = column([0, 1, 0, 1], np.int64), column([0.1, 0.3, 0.6, 0.8], np.float32)
    assert choose_thresholds("accuracy", y, probability) == (pytest.approx(0.7),)  # 0.2 is as good


def test_each_unit_has_its_own():
    y = np.array([[0, 1], [0, 0], [1, 1]])
    probability = np.array([[0.1, 0.3], [0.2, 0.1], [0.4, 0.8]], np.float32)
    assert choose_thresholds("f1", y, probability) == pytest.approx((0.3, 0.2))


@pytest.mark.parametrize("answer", [0, 1])
def test_a_unit_that_has_seen_one_answer_alone_keeps_one_half(answer):
    y, probability = column([answer] * 3, np.int64), column([0.1, 0.2, 0.3], np.float32)
    assert choose_thresholds("f1", y, probability) == (0.5,)
