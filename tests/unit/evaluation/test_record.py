"""A record says what a run of its setting scores: exactly where the environment is known, within a band elsewhere."""

import numpy as np
import pytest

from percept.evaluation.record import Record, Records, achieved, band_of

VALUES = (0.96, 0.98, 0.97, 0.99, 0.95)


def record(metric: str = "accuracy", values: tuple[float, ...] = VALUES, **exact: float) -> Record:
    band = band_of(metric, values, 100)
    return Record(
        override="task=digits",
        metric=metric,
        test_rows=100,
        values=values,
        band=band,
        exact=exact,
        seconds=2,
        date="2026-11-30",
        command="make table",
    )


def test_the_band_is_the_prediction_interval_of_one_more_run():
    low, high = band_of("mse", [1.0, 2.0, 3.0, 4.0, 5.0], 100)
    half = 4.604095 * np.sqrt(2.5) * np.sqrt(1.2)  # t of 4 degrees of freedom, of tables: 99 % two-sided
    assert high == pytest.approx(3 + half, abs=1e-5) and low == 0  # no error is below 0


def test_as_many_more_runs_lie_in_the_band_as_it_says():
    runs = np.random.default_rng(0).normal(50, 3, (4000, 6))
    bands = np.array([band_of("mae", list(values), 100) for values in runs[:, :5]])
    inside = (bands[:, 0] <= runs[:, 5]) & (runs[:, 5] <= bands[:, 1])
    assert inside.mean() == pytest.approx(0.99, abs=0.006)


def test_equal_scores_have_a_band_of_one_row_to_either_side_within_what_a_score_can_be():
    assert band_of("accuracy", [1.0] * 5, 4) == (0.75, 1.0)
    assert band_of("accuracy", [0.5] * 5, 4) == (0.25, 0.75)
    low, high = band_of("mse", [2.0] * 5, 4)
    assert low < 2 < high and high - low == pytest.approx(4e-4)


def test_in_a_known_environment_the_last_digit_counts_and_elsewhere_the_band():
    known = record(here=0.96)
    assert known.verdict(0.96, "here") == "equal"
    assert known.verdict(np.nextafter(0.96, 1), "here") == "differs"
    assert known.verdict(0.97, "there") == "inside" and known.verdict(0.5, "there") == "outside"


def test_another_seed_is_held_against_the_band_alone():
    assert record(here=0.96).verdict(0.97, "here", seed=3) == "inside"


@pytest.mark.parametrize(
    ("conf", "found"),
    [
        ({"experiment": None, "changed": []}, True),
        ({"experiment": None, "changed": ["seed"]}, True),
        ({"experiment": None, "changed": ["fit.epochs"]}, False),
        ({"experiment": "digits_best", "changed": []}, False),
        ("a digest, as former versions kept", False),
    ],
)
def test_a_run_has_the_record_of_what_it_was_composed_of(conf, found):
    records = Records(environments={}, tasks={"digits": {"recipe": record()}})
    assert (records.of_run({"task": "digits", "conf": conf}) is not None) == found
    assert records.of_run({"task": "iris", "conf": conf}) is None


def test_an_environment_goes_with_the_last_value_of_it(tmp_path):
    environments = {"here": {"python": "3.11"}, "gone": {"python": "3.10"}}
    kept = Records(environments=environments, tasks={"digits": {"recipe": record(here=0.96)}})
    kept.save(tmp_path / "tasks.json")
    again = Records.load(tmp_path / "tasks.json")
    assert set(again.environments) == {"here"} and again.tasks == kept.tasks


def test_without_a_file_there_are_no_records(tmp_path):
    assert Records.load(tmp_path / "tasks.json").of_run({"task": "digits", "conf": {}}) is None


@pytest.mark.parametrize(
    ("value", "environment", "said"),
    [
        (0.96, "here", "This run: equal to the record to the last digit."),
        (0.97, "here", "This run: not the 0.96 that the record has of this environment."),
        (0.97, "there", "elsewhere accuracy within 0.8903 to 1 (99% interval of 5 seeds). This run: inside."),
        (0.5, "there", "This run: outside: not what the record has."),
        (0.5, "", "The environment was not kept"),
    ],
)
def test_what_was_achieved_is_one_line(value, environment, said):
    line = achieved(record(here=0.96), 0, {"accuracy": value}, environment)
    assert said in line and "\n" not in line and (not environment or environment in line)


def test_a_setting_without_a_record_promises_the_same_environment_alone():
    assert achieved(None, 0, {"accuracy": 0.5}, "here") == (
        "In environment here the run gives these very bits again; elsewhere it rounds otherwise."
    )
