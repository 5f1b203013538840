"""The command: what it writes, and what compare.py says of two."""

import contextlib
import csv
import io
import json
from pathlib import Path

import pytest
from stage_runs import workspace

import compare
import cross_validate
from percept.errors import UserError

FOLDER = Path("results/cross_validation")


def run(monkeypatch, *words: str) -> None:
    monkeypatch.setattr("sys.argv", ["cross_validate.py", *words])
    cross_validate.main()


def test_scores_and_predictions_are_kept_and_shown(monkeypatch):
    with workspace():
        run(monkeypatch, "task=iris", "--folds", "2", "fit.epochs=2", "--name", "short")
        report = json.loads((FOLDER / "short.json").read_text(encoding="utf-8"))
        with (FOLDER / "short.csv").open(encoding="utf-8") as table:
            rows = list(csv.DictReader(table))
        assert sorted(file.name for file in FOLDER.iterdir()) == ["short.csv", "short.json"]
        (accuracy, *_), of_what = compare.pair("short", "short")
        with pytest.raises(UserError, match="or two names in results/cross_validation"):
            compare.pair("workspace", "short")
    assert len(rows) == report["rows"] == 120 and list(rows[0])[:5] == ["repeat", "fold", "row", "actual", "predicted"]
    for fold, expected in enumerate(report["scores"]["accuracy"]["folds"], 1):
        right = [row["actual"] == row["predicted"] for row in rows if row["fold"] == str(fold)]
        assert sum(right) / len(right) == expected
    assert report["params"]["fit"]["epochs"] == 2 and report["num_folds"] == 2
    assert (accuracy.metric, accuracy.value, of_what) == ("accuracy", 0, "2 folds of 120 rows")


def test_other_models_are_compared_with_it_on_the_same_rows(monkeypatch):
    with workspace(), contextlib.redirect_stdout(io.StringIO()) as said:
        run(monkeypatch, "task=iris", "--folds", "2", "fit.epochs=1", "optimizer.learning_rate=1.0e-9")
        scores = json.loads((FOLDER / "iris.json").read_text(encoding="utf-8"))["beside"]
        with (FOLDER / "iris.csv").open(encoding="utf-8") as table:
            rows = list(csv.DictReader(table))
    assert list(scores) == ["guess", "linear", "trees"]
    classes = [[row["actual"] for row in rows if row["fold"] == fold] for fold in ("1", "2")]
    # A guess names one class in each fold; all have equally many rows.
    assert scores["guess"]["accuracy"] == [max(map(fold.count, set(fold))) / len(fold) for fold in classes]
    assert min(scores["linear"]["accuracy"] + scores["trees"]["accuracy"]) > 0.85
    for other in ("a guess", "scikit-learn's linear model", "scikit-learn's trees"):
        (line,) = (line for line in said.getvalue().splitlines() if other in line)
        assert "iris" in line and line.endswith("; 2 folds of 120 rows)")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--folds", "1"], "folds: 1\n"),
        (["--name=../x"], "--name: '../x'"),
        (["task=iris", "--folds", "41"], "folds: 41, and there are 40 rows of the rarest class"),
        (["task=and_gate"], "split.test.kind: same"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_written(monkeypatch, words, message):
    with workspace():
        with pytest.raises(UserError) as error:
            run(monkeypatch, *words)
        assert message in str(error.value) and not list(FOLDER.glob("*"))
