"""The mean over folds, and how far it may lie from the truth."""

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from percept.tuning.resampled_t import p_value, summarize

VALUES = np.array([0.91, 0.95, 0.9, 0.97, 0.92])


def test_without_the_correction_it_is_the_t_test_of_a_mean():
    found, usual = summarize(VALUES, 0.0), ttest_1samp(VALUES, 0)
    assert found.interval == pytest.approx(tuple(usual.confidence_interval(0.95)))
    assert p_value(VALUES, 0.0) == pytest.approx(usual.pvalue)
    assert (found.mean, found.deviation) == (pytest.approx(0.93), pytest.approx(VALUES.std(ddof=1)))


def test_rows_that_folds_share_make_the_interval_wider():
    usual, found = (summarize(VALUES, ratio).interval for ratio in (0.0, 1 / 4))
    assert (found[1] - found[0]) / (usual[1] - usual[0]) == pytest.approx((1 + 5 / 4) ** 0.5)
    assert p_value(VALUES - 0.9, 1 / 4) > p_value(VALUES - 0.9, 0.0)


def test_an_interval_of_cross_validations_holds_the_truth_about_as_often_as_it_says():
    """Ten-fold cross-validation of the mean as a predictor, whose expected squared error is known: 1 + 1/90."""
    random, held = np.random.default_rng(0), 0
    for _ in range(400):
        rows = random.normal(size=(10, 10))
        others = (rows.sum() - rows.sum(axis=1)) / 90
        errors = ((rows - others[:, np.newaxis]) ** 2).mean(axis=1)
        low, high = summarize(errors, 1 / 9).interval
        held += low <= 1 + 1 / 90 <= high
    assert held / 400 >= 0.93


@pytest.mark.parametrize("values", [[0.5], [0.5, 0.5]])
def test_one_fold_or_folds_that_are_alike_have_no_interval(values):
    found = summarize(np.array(values), 0.25)
    assert (found.mean, found.interval, found.num_folds) == (0.5, None, len(values))
    assert p_value(np.array(values), 0.25) is None


def test_no_fold_has_no_mean():
    assert summarize(np.array([]), 0.25) is None
