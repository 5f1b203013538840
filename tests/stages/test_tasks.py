"""Every number of the README's table is run again, and lies where its source says."""

import json
import math
import statistics
from functools import cache

import numpy as np
import pytest
from omegaconf import OmegaConf
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from stage_runs import run_stages, workspace

import reproduce_table
from percept.composition import composed
from percept.errors import UserError
from percept.evaluation.metrics import METRICS, score
from percept.objective import Multilabel
from percept.paths import ROOT
from percept.prepared.examples import load_examples
from percept.prepared.spec import SUBSETS
from percept.sources import download

PUBLISHED = reproduce_table.PUBLISHED
RESULTS = json.loads(reproduce_table.RESULTS.read_text(encoding="utf-8"))
SETTINGS = [(task, kind) for task in PUBLISHED for kind in ("recipe", "better") if kind in RESULTS[task]]
RUNS: dict[str, list[tuple[str, str]]] = {}  # settings by what they compose to
for task, kind in SETTINGS:
    RUNS.setdefault(OmegaConf.to_yaml(composed([RESULTS[task][kind]["override"]])), []).append((task, kind))
SAME_CODE = {"fashion_mnist", "or_gate", "nand_gate", "digits_cnn", "mnist_cnn", "fashion_mnist_cnn"}  # with other data
UNSCALED = [
    task for task in PUBLISHED if task not in SAME_CODE and composed([f"task={task}"]).features.scaling != "standard"
]
SLOW_S, NIGHTLY_S = 8, 100  # a longer run is left to `make test-slow`, and one longer still to `make test-nightly`


def noise(metric: str, value: float, num_rows: int) -> float:
    """Two standard errors of a share of so many rows; a tenth of an error; a fiftieth of another score."""
    if metric == "accuracy":
        share = min(max(value, 1 / num_rows), 1 - 1 / num_rows)  # all right in a sample is not certainty
        return 2 * math.sqrt(share * (1 - share) / num_rows)
    return 0.02 if METRICS[metric].higher_is_better else value / 10


def marks(task: str, kind: str) -> list[pytest.MarkDecorator]:
    """Leave a long run to a test run of its own, by the seconds that it took."""
    seconds = RESULTS[task][kind]["seconds"]
    return [pytest.mark.nightly] if seconds > NIGHTLY_S else [pytest.mark.slow] if seconds > SLOW_S else []


def test_each_row_of_the_table_has_its_task_and_its_experiment():
    assert set(PUBLISHED) <= {file.stem for file in (ROOT / "conf/task").glob("*.yaml")}
    better = {wanted["better"] for wanted in PUBLISHED.values() if "better" in wanted}
    assert better <= {file.stem for file in (ROOT / "conf/experiment").glob("*.yaml")}
    assert {(task, kind) for task in RESULTS for kind in RESULTS[task]} == set(SETTINGS)


def test_the_readme_shows_the_kept_results():
    assert reproduce_table.rendered(RESULTS) in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("task", PUBLISHED)
def test_the_mean_of_five_seeds_lies_within_the_noise_of_the_published_number(task):
    wanted, found = PUBLISHED[task], RESULTS[task]["recipe"]
    assert len(found["values"]) == 5
    mean = statistics.mean(found["values"])
    band = noise(wanted["metric"], wanted["expected"], found["test_rows"])
    if not METRICS[wanted["metric"]].higher_is_better:
        assert mean <= wanted["expected"] + band
    else:
        assert mean >= wanted["expected"] - band


def logistic_regressions() -> dict:
    """Scores of one for each label, on the same rows; it needs no validation rows, and learns from them too."""
    train, validation, test = (load_examples(part) for part in SUBSETS)
    x, y = np.concatenate([train.x, validation.x]), np.concatenate([train.y, validation.y])
    fitted = OneVsRestClassifier(LogisticRegression(max_iter=10_000)).fit(x, y)
    labels = tuple(map(str, range(y.shape[1])))
    objective = Multilabel(kind="multilabel", target=labels)
    return {"baseline": score(objective, labels, test.y, fitted.predict_proba(test.x))}


@cache
def run_or_skip(*overrides: str) -> dict:
    """Run the stages once, with a baseline for labels; skip where the data is out of reach: wrong bytes are not."""
    with workspace(), pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(download, "NUM_ATTEMPTS", 1)
        try:
            report = run_stages(list(overrides))
            return report | (logistic_regressions() if report["kind"] == "multilabel" else {})
        except UserError as error:
            if "not found, or not the right bytes; tried" in str(error) and "sha256 is" not in str(error):
                pytest.skip(f"{overrides[0]}: its data cannot be reached here, and DATA_MIRROR does not have it")
            raise


@pytest.mark.parametrize(
    ("task", "kind"),
    [pytest.param(task, kind, marks=marks(task, kind)) for task, kind in (settings[0] for settings in RUNS.values())],
)
def test_a_run_reaches_the_kept_number(task, kind):
    metric, kept = PUBLISHED[task]["metric"], RESULTS[task][kind]
    found = run_or_skip(kept["override"], "seed=0")
    # Other processors round otherwise, and training carries that on: the seed's own noise, not the last digit.
    spread = max(noise(metric, kept["values"][0], kept["test_rows"]), 2 * statistics.stdev(kept["values"]))
    assert found["test"][metric] == pytest.approx(kept["values"][0], abs=spread)


def test_settings_that_are_the_same_run_have_the_same_kept_numbers():
    for settings in RUNS.values():
        assert len({tuple(RESULTS[task][kind]["values"]) for task, kind in settings}) == 1


@pytest.mark.parametrize("task", UNSCALED)
def test_a_task_whose_recipe_does_not_scale_runs_with_scaling_on(task):
    found = run_or_skip(f"task={task}", "features.scaling=standard", "fit.epochs=2")
    assert math.isfinite(found["test"]["log_loss"])


@pytest.mark.parametrize("task", ["emotions", "yeast"])
def test_labels_are_told_as_well_as_by_logistic_regressions(task):
    found = run_or_skip(f"task={task}", "seed=0")
    assert found["test"]["macro_f1"] > found["baseline"]["macro_f1"]
    assert found["test"]["roc_auc"] > found["baseline"]["roc_auc"] - 0.01
    assert found["baseline"]["macro_f1"] == pytest.approx(PUBLISHED[task]["expected"], abs=0.01)
