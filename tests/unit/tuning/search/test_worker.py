"""A trial is judged by rows that it did not learn from, and the test rows are never among them."""

import csv
import random
from pathlib import Path
from typing import Any

import pytest

from percept.composition import load_config
from percept.tuning.search.outcome import Outcome
from percept.tuning.search.worker import prune, run_order
from percept.tuning.trial import run_trial

FOLDS = {"kind": "cross_validation", "num": 2, "repeats": 1}
ROWS = {"kind": "validation"}
NUM_ROWS = 120


def order(overrides: list[str], raw: Path, judge: dict[str, Any] = ROWS, **other: Any) -> dict[str, Any]:
    config = load_config(overrides)
    config.source.fetch(raw, None)
    values = config.model_dump(mode="json", by_alias=True)
    return {"name": "a", "values": values, "judge": judge, "goals": ["score"], "raw": str(raw)} | other


def run(*args: Any, **options: Any) -> Outcome:
    return Outcome.from_dict(run_order(order(*args, **options)))


@pytest.mark.parametrize("task", [["task=linnerud"], ["task=breast_cancer", "objective.threshold=f1"], ["task=digits"]])
def test_validation_rows_give_the_score_that_the_run_of_the_stages_has(task, tmp_path):
    overrides = [*task, "fit.epochs=3"]
    outcome = run(overrides, tmp_path)
    report = run_trial(load_config(overrides)).report
    assert outcome.state == "complete" and outcome.epochs == 3 and len(outcome.history) == 3
    wanted = {name: value for name, value in report["validation"].items() if isinstance(value, float)}
    assert outcome.scores == pytest.approx(wanted, rel=1e-4)
    assert outcome.values == (outcome.scores[report["primary"]],)


def test_a_network_that_learns_from_folds_is_judged_by_what_its_members_say_of_other_rows(tmp_path):
    overrides = ["task=wine", "model=tabm", "split.validation={kind: folds, num: 3}", "fit.epochs=2"]
    outcome, report = run(overrides, tmp_path), run_trial(load_config(overrides)).report
    assert outcome.values == pytest.approx([report["validation"]["accuracy"]])


def rows_of_two_groups(path: Path, poisoned: bool) -> None:
    """x, y and whether the row is a test row; poisoned: the test rows say something else."""
    draw = random.Random(0)
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(("x", "y", "time"))
        for time in range(NUM_ROWS):
            x, is_test = draw.gauss(0, 1), time >= NUM_ROWS * 3 // 4
            y = 1e6 * time if poisoned and is_test else 2 * x + draw.gauss(0, 0.1)
            writer.writerow((-1e5 if poisoned and is_test else x, y, time))


def order_of_table(folder: Path, judge: dict[str, Any], poisoned: bool) -> dict[str, Any]:
    folder.mkdir()
    rows_of_two_groups(folder / "rows.csv", poisoned)
    found = order(["task=linnerud", "fit.epochs=2"], folder, judge)
    file = {"path": "rows.csv", "urls": [], "sha256": "0" * 64}
    found["values"] |= {"source": {"kind": "csv", "files": [file]}}
    found["values"]["features"] |= {"numeric": ["x"]}
    found["values"]["objective"] |= {"target": ["y"]}
    found["values"]["split"] |= {"test": {"kind": "latest", "fraction": 0.25, "column": "time"}}
    return found


@pytest.mark.parametrize("judge", [ROWS, FOLDS], ids=lambda judge: judge["kind"])
def test_other_test_rows_change_no_score(tmp_path, judge):
    clean, poisoned = (order_of_table(tmp_path / str(found), judge, found) for found in (False, True))
    outcomes = [Outcome.from_dict(run_order(found)) for found in (clean, poisoned)]
    assert [outcome.state for outcome in outcomes] == ["complete", "complete"]
    assert outcomes[0].scores == outcomes[1].scores and outcomes[0].folds == outcomes[1].folds
    fraction = {"kind": "fraction", "fraction": 0.25, "stratify": False, "random_state": 0}
    poisoned["values"]["split"]["test"] = (
        fraction  # of other rows, so that those that are poisoned are among the judges
    )
    poisoned["values"]["features"] |= {"drop": ["time"]}
    assert Outcome.from_dict(run_order(poisoned)).values[0] > 100 * outcomes[0].values[0]


def test_folds_give_the_mean_of_their_scores_and_each_is_told(tmp_path):
    told: dict[int, float] = {}
    outcome = Outcome.from_dict(run_order(order(["task=wine", "fit.epochs=2"], tmp_path, FOLDS), told.__setitem__))
    assert len(outcome.folds) == 2 and outcome.values[0] == pytest.approx(sum(outcome.folds) / 2)
    assert outcome.epochs == 4
    assert told == pytest.approx({1: outcome.folds[0], 2: outcome.values[0]})


def test_several_objectives_have_a_value_each(tmp_path):
    outcome = run(["task=iris", "fit.epochs=2"], tmp_path, goals=["score", "parameters", "latency"])
    score, parameters, latency = outcome.values
    assert score == outcome.scores["accuracy"] and parameters == outcome.parameters > 0
    assert 1 < latency < 1e5


def test_a_trial_that_is_behind_ends_at_its_next_epoch_and_says_how_far_it_came(tmp_path):
    steps = []

    def each(step: int, value: float) -> None:
        steps.append(step)
        if step == 3:
            prune("a")

    outcome = Outcome.from_dict(run_order(order(["task=iris", "fit.epochs=50"], tmp_path), each))
    assert (outcome.state, steps) == ("pruned", [1, 2, 3]) and "step 3" in outcome.reason
    assert run(["task=iris", "fit.epochs=2"], tmp_path).state == "complete"  # the next of this name is not pruned


def test_what_is_told_is_the_better_on_the_side_of_the_score(tmp_path):
    told: dict[int, float] = {}
    run_order(order(["task=iris", "fit.epochs=30"], tmp_path), told.__setitem__)
    assert told[30] > told[1] and max(told.values()) < 0  # the score is an accuracy, the monitored value a loss


def test_what_a_person_can_correct_is_the_reason_of_a_failed_trial(tmp_path):
    outcome = run(["task=linnerud", "fit.epochs=5", "optimizer=sgd", "optimizer.learning_rate=1e9"], tmp_path)
    assert outcome.state == "failed" and "are not finite" in outcome.reason and outcome.values == ()
    outcome = run(["task=wine", "split.validation={kind: none}", "fit.epochs=1"], tmp_path)
    assert outcome.state == "failed" and "the task has no validation rows" in outcome.reason


def test_prepared_data_is_kept_for_the_next_trial_and_made_anew_for_other_options(tmp_path):
    found = order_of_table(tmp_path / "raw", ROWS, False)
    first = Outcome.from_dict(run_order(found))
    (tmp_path / "raw/rows.csv").unlink()
    found["values"]["fit"]["batch_size"] = 8
    assert Outcome.from_dict(run_order(found)).values != first.values
    found["values"]["seed"] = 1
    with pytest.raises(FileNotFoundError):
        run_order(found)
