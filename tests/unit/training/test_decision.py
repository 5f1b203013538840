"""What the validation rows decide once the weights stand: temperature and thresholds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from percept.errors import UserError
from percept.objective import Binary, Multiclass, Multilabel, Regression
from percept.prepared.examples import Examples

RANDOM = np.random.default_rng(0)


def binary(**options) -> Binary:
    return Binary(kind="binary", target="y", positive="1", **options)


@given(temperature=st.floats(0.3, 4))
def test_the_temperature_is_found_by_which_the_logits_were_stretched(temperature):
    from percept.training.decision import fit_temperature

    logits = np.random.default_rng(1).normal(0, 2, 20_000)
    y = (np.random.default_rng(2).random(20_000) < 1 / (1 + np.exp(-logits))).astype(np.int64)
    assert fit_temperature(logits[:, np.newaxis] * temperature, y) == pytest.approx(temperature, rel=0.1)


def test_two_classes_and_one_logistic_unit_have_the_same_temperature():
    from percept.training.decision import fit_temperature

    logits, y = RANDOM.normal(0, 3, (500, 1)), RANDOM.integers(0, 2, 500)
    both = np.hstack([np.zeros_like(logits), logits])
    assert fit_temperature(logits, y) == pytest.approx(fit_temperature(both, y), rel=1e-4)


def test_rows_that_are_all_right_do_not_make_the_network_certain():
    from percept.training.decision import fit_temperature

    y = np.array([0, 1] * 5)
    assert 0.3 < fit_temperature(np.where(y, 3.0, -3.0)[:, np.newaxis], y) < 1


def test_a_calibrated_network_gives_the_probabilities_of_the_divided_logits(network, validation):
    from percept.training.decision import calibrate

    x = validation.x
    before = np.asarray(network(x))
    calibrate(network, 2.0)
    logits = np.log(before / (1 - before))
    np.testing.assert_allclose(np.asarray(network(x)), 1 / (1 + np.exp(-logits / 2)), rtol=1e-5)


def test_calibration_leaves_the_decision_at_one_half_as_it_was(network, validation):
    from percept.training.decision import decide_on

    before = np.asarray(network(validation.x)) > 0.5
    decision = decide_on(network, validation, binary(calibration="temperature"))
    assert decision.temperature != 1 and decision.thresholds == (0.5,)
    np.testing.assert_array_equal(np.asarray(network(validation.x)) > 0.5, before)


def test_the_threshold_is_chosen_on_calibrated_probabilities(network, validation):
    from percept.training.decision import choose_thresholds, decide_on

    decision = decide_on(network, validation, binary(calibration="temperature", threshold="f1"))
    expected = choose_thresholds("f1", validation.y[:, np.newaxis], np.asarray(network(validation.x)))
    assert decision.thresholds == expected


def test_what_is_not_asked_for_leaves_the_network_alone(network):
    from percept.model_file.metadata import Decision
    from percept.training.decision import decide_on

    none = Examples(np.zeros((0, 2), np.float32), np.zeros(0, np.int64))
    before = network.get_weights()
    assert decide_on(network, none, binary()) == Decision(1.0, (0.5,))
    assert decide_on(network, none, Regression(kind="regression", target="y")) == Decision()
    assert decide_on(network, none, Multiclass(kind="multiclass")) == Decision()
    for weights, kept in zip(network.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weights, kept)


@pytest.mark.parametrize(
    ("objective", "reason"),
    [
        (binary(threshold="f1"), "objective.threshold = 'f1': no validation rows"),
        (Multiclass(kind="multiclass", calibration="temperature"), "objective.calibration = 'temperature': no valid"),
        (Multilabel(kind="multilabel", target=("a",), threshold="accuracy"), "objective.threshold = 'accuracy'"),
    ],
)
def test_without_validation_rows_nothing_can_be_chosen(objective, reason):
    from percept.training.decision import check_can_be_chosen

    check_can_be_chosen(objective, 1)
    with pytest.raises(UserError, match=reason):
        check_can_be_chosen(objective, 0)


def test_a_network_with_an_output_of_its_own_cannot_be_calibrated():
    import keras

    from percept.training.decision import calibrate

    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, activation="sigmoid", name="mine")])
    with pytest.raises(UserError, match=r"objective\.calibration: a network of another output layer"):
        calibrate(model, 2.0)
