"""Tables with next to nothing in them, or too much: a model with scores, or one refusal, the way of a new user."""

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from stage_runs import overrides_of_new_task, run_stages, workspace

from percept import paths
from percept.errors import UserError
from percept.prediction.run import predict
from percept.profiling.task_options import TaskOptions

Columns = dict[str, np.ndarray | list]
COLORS = np.array(["red", "green", "blue"])


def write(file: Path, columns: Columns) -> Path:
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return file


def good(num_rows: int) -> Columns:
    """A number, a category and the classes that follow from both, but for some noise."""
    random = np.random.default_rng(0)
    a, c = random.normal(size=num_rows).round(3), random.integers(3, size=num_rows)
    labels = np.where(a + c - 1 + random.normal(0, 0.2, num_rows) > 0, "yes", "no")
    return {"a": a, "c": COLORS[c], "y": labels}


def twelve_rows_of_one_column() -> Columns:
    return {"a": np.arange(12) * 1.5, "y": 10 - np.arange(12) * 0.75}


def nothing_in_columns_and_rows() -> Columns:
    columns = good(120)
    for name in ("a", "c"):
        columns[name] = columns[name].astype(object)
        columns[name][[5, 60, 100]] = ""
    return {"constant": [7] * 120, "missing": [""] * 120, **columns}


def three_rows_of_a_class() -> Columns:
    columns = good(90)
    columns["y"] = columns["y"].astype(object)
    columns["y"][[3, 40, 70]] = "perhaps"
    return columns


def copies_of_two_rows() -> Columns:
    return {"a": [1.5, 0.5] * 30, "c": ["red", "blue"] * 30, "y": [1.25, 7.75] * 30}


@pytest.mark.parametrize(
    ("make", "kind", "least"),
    [
        (twelve_rows_of_one_column, None, 0.9),
        (nothing_in_columns_and_rows, None, 0.7),
        (three_rows_of_a_class, None, 0.5),
        (copies_of_two_rows, "regression", 0.999),
    ],
)
def test_a_table_with_next_to_nothing_in_it_gives_a_model_with_scores(make, kind, least):
    with workspace() as folder:
        file = write(folder / "odd.csv", make())
        report = run_stages([*overrides_of_new_task(file, TaskOptions("y", kind=kind)), "fit.epochs=20"])
        tally = predict([str(file)], folder / "answers.csv", paths.MODELS / paths.SHIPPED, key=None, strict=False)
        answers = (folder / "answers.csv").read_text(encoding="utf-8")
    assert report["test"][report["primary"]] > least
    assert_all_scores_are_numbers(report)
    assert tally.num_rows == len(answers.splitlines()) - 1 and "nan" not in answers.lower()


def assert_all_scores_are_numbers(report: dict) -> None:
    scores = [value for part in ("validation", "test") for value in report[part].values()]
    assert report["validation"] and all(value is not None and np.isfinite(value) for value in scores), report


@pytest.mark.parametrize(
    ("columns", "kind", "reason"),
    [
        ({"a": range(40), "y": [5.5] * 40}, "regression", "one value alone, '5.5'"),
        ({"a": [1.5] * 40, "y": ["yes"] * 40}, None, "one value alone, 'yes'"),
        ({"a": [7] * 40, "y": ["yes", "no"] * 20}, None, r"no column is left to learn from: 'a' \(the same value"),
        ({"a": [""] * 40, "y": ["yes", "no"] * 20}, None, r"no column is left to learn from: 'a' \(no value at all"),
        ({"a": [1.5, 2.5] * 20, "y": ["yes"] * 2 + ["no"] * 38}, None, "2 rows of 'yes', of the other class 38"),
    ],
    ids=["constant target", "copies of one row", "constant", "missing", "two of a class"],
)
def test_a_table_from_which_nothing_can_be_learned_is_refused(columns, kind, reason, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=reason) as caught:
        overrides_of_new_task(write(tmp_path / "odd.csv", columns), TaskOptions("y", kind=kind))
    assert "expected: " in str(caught.value) and "what to do: " in str(caught.value)


def categories() -> Columns:
    """100,000 categories in 120,000 rows."""
    columns = good(120_000)
    codes = np.concatenate([np.arange(100_000), np.arange(20_000)])
    return {"code": [f"k{code:06d}" for code in codes], **columns}


def wide() -> Columns:
    """3,000 columns, each of which tells a little."""
    random = np.random.default_rng(0)
    z = random.normal(size=500)
    x = (random.normal(size=(500, 3000)) + 0.3 * z[:, np.newaxis]).round(3)
    return {**{f"v{column}": values for column, values in enumerate(x.T)}, "y": np.where(z > 0, "yes", "no")}


@pytest.mark.slow
@pytest.mark.parametrize(("make", "words"), [(categories, ["--category", "code"]), (wide, [])])
def test_a_table_of_very_many_values_or_columns_takes_minutes_and_less_than_2_gib(make, words, tmp_path):
    for name in ("src", "conf"):
        shutil.copytree(paths.ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(paths.ROOT / "dvc.yaml", tmp_path)
    write(tmp_path / "large.csv", make())
    commands = [["new_task", "large.csv", "--target", "y", *words], ["compose", "task=large", "fit.epochs=6"]]
    commands += [
        ["fetch"],
        ["preprocess"],
        ["train"],
        ["evaluate"],
        ["report"],
        ["predict", "large.csv", "-o", "answers.csv"],
    ]
    for script, *arguments in commands:
        command = [sys.executable, str(tmp_path / "src" / f"{script}.py"), *arguments]
        assert gib_of(command, tmp_path) < 2, script
    report = json.loads((tmp_path / paths.METRICS).read_text(encoding="utf-8"))
    assert report["test"]["accuracy"] > 0.9
    assert_all_scores_are_numbers(report)
    assert (tmp_path / paths.MODELS / paths.SHIPPED).stat().st_size < 20e6


def gib_of(command: list[str], folder: Path) -> float:
    """Run a command to its good end; gives the memory that it took at most."""
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_maxrss / 2**20
