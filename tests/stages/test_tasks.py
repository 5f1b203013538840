"""Every number of the README's table is run again, and is what its record says; its record is what its source says."""

import math
from functools import cache

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from stage_runs import or_skip

import reproduce_table
from percept import paths
from percept.composition import composed, load_config
from percept.evaluation.metrics import score
from percept.evaluation.record import RED, Records, band_of
from percept.objective import Multilabel
from percept.tuning.trial import Trial, run_trial
from percept.tuning.verification import PUBLISHED, QUICK_S, Setting, by_run, reaches, settings, trained, verified

ROOT = paths.ROOT
RECORDS = Records.load(ROOT / paths.RECORDS)
SETTINGS = settings()
RUNS = by_run(SETTINGS)
SAME_CODE = {"fashion_mnist", "or_gate", "nand_gate", "digits_cnn", "mnist_cnn", "fashion_mnist_cnn"}  # with other data
UNSCALED = [
    task for task in PUBLISHED if task not in SAME_CODE and composed([f"task={task}"]).features.scaling != "standard"
]
LABELS = ("emotions", "yeast")
SLOW_S = 8  # a longer run is left to `make test-slow`, and one of QUICK_S or more to `make test-nightly`


def record_of(setting: Setting):
    return RECORDS.tasks[setting.task][setting.kind]


def marks(setting: Setting) -> list[pytest.MarkDecorator]:
    """Leave a long run to a test run of its own, by the seconds that it took."""
    seconds = record_of(setting).seconds
    return [pytest.mark.nightly] if seconds >= QUICK_S else [pytest.mark.slow] if seconds > SLOW_S else []


def run_or_skip(setting: Setting) -> Trial:
    return or_skip(setting.override, lambda: trained(setting))


kept_run = cache(run_or_skip)


def test_each_row_of_the_table_has_its_task_and_its_experiment():
    assert set(PUBLISHED) <= {file.stem for file in (ROOT / "conf/task").glob("*.yaml")}
    better = {wanted["better"] for wanted in PUBLISHED.values() if "better" in wanted}
    assert better <= {file.stem for file in (ROOT / "conf/experiment").glob("*.yaml")}


def test_each_setting_has_its_record_and_no_other_has():
    assert {(task, kind) for task, kinds in RECORDS.tasks.items() for kind in kinds} == {
        (setting.task, setting.kind) for setting in SETTINGS
    }
    for setting in SETTINGS:
        record = record_of(setting)
        assert (record.override, record.metric) == (setting.override, setting.metric)
        assert record.band == band_of(record.metric, record.values, record.test_rows)
        assert set(record.exact) <= set(RECORDS.environments)


def test_the_readme_shows_the_kept_results():
    assert reproduce_table.rendered(RECORDS) in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("task", PUBLISHED)
def test_the_mean_of_five_seeds_lies_within_the_noise_of_the_published_number(task):
    recipe = Setting(task, "recipe")
    assert reaches(recipe, record_of(recipe))


@pytest.mark.parametrize(
    "setting", [pytest.param(some[0], marks=marks(some[0]), id=f"{some[0].task}-{some[0].kind}") for some in RUNS]
)
def test_a_run_reaches_the_kept_number(setting):
    record, trial = record_of(setting), (kept_run if setting.task in LABELS else run_or_skip)(setting)
    found = verified(setting, record, trial)
    assert found.verdict not in RED, f"{found.value} in environment {found.environment}; band {record.band}"


def test_settings_that_are_the_same_run_have_the_same_kept_numbers():
    same = [{record_of(setting).values for setting in some} for some in RUNS]
    assert [len(values) for values in same] == [1] * len(RUNS) and len(RUNS) < len(SETTINGS)


@pytest.mark.parametrize("task", UNSCALED)
def test_a_task_whose_recipe_does_not_scale_runs_with_scaling_on(task):
    overrides = [f"task={task}", "features.scaling=standard", "fit.epochs=2"]
    trial = or_skip(task, lambda: run_trial(load_config(overrides)))
    assert math.isfinite(trial.report["test"]["log_loss"])


def logistic_regressions(trial: Trial) -> dict:
    """Scores of one for each label, on the same rows; it needs no validation rows, and learns from them too."""
    train, validation, test = (trial.prepared.examples[part] for part in ("train", "validation", "test"))
    x, y = np.concatenate([train.x, validation.x]), np.concatenate([train.y, validation.y])
    fitted = OneVsRestClassifier(LogisticRegression(max_iter=10_000)).fit(x, y)
    labels = tuple(map(str, range(y.shape[1])))
    return score(Multilabel(kind="multilabel", target=labels), labels, test.y, fitted.predict_proba(test.x))


@pytest.mark.parametrize("task", LABELS)
def test_labels_are_told_as_well_as_by_logistic_regressions(task):
    trial = kept_run(Setting(task, "recipe"))
    found, baseline = trial.report["test"], logistic_regressions(trial)
    assert found["macro_f1"] > baseline["macro_f1"]
    assert found["roc_auc"] > baseline["roc_auc"] - 0.01
    assert baseline["macro_f1"] == pytest.approx(PUBLISHED[task]["expected"], abs=0.01)
