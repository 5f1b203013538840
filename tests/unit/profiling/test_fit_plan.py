"""A fit has enough steps for any number of rows, and no more of them than that where its epochs are not enough."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from percept.profiling.fit_plan import (
    PICTURE_EPOCHS,
    PICTURE_STEPS,
    TABLE_PATIENCE,
    TABLE_STEPS,
    choose_picture_fit,
    choose_table_fit,
)
from percept.training.options import Fit

num_rows = st.one_of(st.integers(10, 5000), st.integers(10, 10_000_000))


def steps(fit: dict, rows: int, epochs: str = "epochs") -> tuple[int, int]:
    """The steps of a fit on the training rows, 60 % of all, and of one epoch."""
    options = Fit(**{name: value for name, (value, _) in fit.items()})
    of_one = options.steps_per_epoch(round(0.6 * rows))
    return getattr(options, epochs) * of_one, of_one


@given(rows=num_rows)
def test_few_rows_of_a_table_get_the_planned_steps_and_many_the_planned_epochs(rows):
    fit = choose_table_fit(rows, ())
    total, of_one = steps(fit, rows)
    patient, _ = steps(fit, rows, "patience")
    assert total >= TABLE_STEPS and (fit["epochs"][0] <= 300 or total < TABLE_STEPS + of_one)
    assert patient >= TABLE_PATIENCE and (fit["patience"][0] <= 30 or patient < TABLE_PATIENCE + of_one)
    assert patient < total / 4


@given(rows=num_rows)
def test_few_pictures_get_the_planned_steps_and_many_the_planned_epochs(rows):
    fit = choose_picture_fit(rows)
    total, of_one = steps(fit, rows)
    assert total >= PICTURE_STEPS and (fit["epochs"][0] == PICTURE_EPOCHS or total < PICTURE_STEPS + of_one)


@pytest.mark.parametrize(("rows", "epochs", "patience"), [(100, 1000, 100), (999, 300, 30), (60_000, 100, 10)])
def test_small_tables_get_more_epochs_and_more_patience(rows, epochs, patience):
    fit = choose_table_fit(rows, ())
    assert (fit["epochs"][0], fit["patience"][0]) == (epochs, patience)


def test_few_pictures_get_more_epochs_and_the_best_is_that_of_the_loss():
    few, many = choose_picture_fit(120), choose_picture_fit(12_000)
    assert few["epochs"] == (334, f"few pictures: in {PICTURE_STEPS} steps or a few more")
    assert many["epochs"] == (PICTURE_EPOCHS, "")
    assert (few["monitor"][0], many["monitor"][0]) == ("loss", "accuracy")
