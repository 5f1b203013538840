"""Every command of the README runs, in order, in a clone."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from conftest import Clone
from PIL import Image
from readme_commands import commands, write_customers

from percept.model_file import session as shipped

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


COMMANDS = commands(README)
# These run by themselves: the tests are running now, a server does not end, and the environment is there already.
NEXT = ("dvc exp run -S task=churn", "dvc exp run -S task=digits -S fit.epochs=50", "python src/compare.py")
APART = {"make test", "tensorboard --logdir logs", "source .venv/bin/activate"}
IRIS, USED = "dvc exp run -S task=iris", ("models", "data/prepared", "results")  # by the programs of the page


OWN_DATA = (ROOT / "docs/own-data.md").read_text(encoding="utf-8")
(EXCERPT,) = re.findall(r"```yaml\n(# Customers:.*?)```", OWN_DATA, re.S)


def write_leaves(folder: Path) -> None:
    """80 colour pictures, those of one class darker."""
    random = np.random.default_rng(0)
    for number in range(80):
        shades = random.integers(0, 128, (40, 30, 3), dtype=np.uint8) + np.uint8(number % 2 * 128)
        file = folder / ("oak", "maple")[number % 2] / f"{number}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(shades).save(file)


def test_make_repro_comes_first_and_again_it_is_quick_to_say_that_nothing_changed(fresh):
    assert COMMANDS[0] == "make repro"
    fresh.run("sh", "-c", COMMANDS[0])
    output = fresh.run("make", "repro").stdout
    assert "Data and pipelines are up to date." in output
    assert "digits (multiclass)" in output and "<- primary" in output
    assert [command for command in NEXT if command in output] == list(NEXT)


def test_the_other_commands_run_in_the_order_of_the_page(fresh):
    write_customers(fresh.folder / "customers.csv")
    write_leaves(fresh.folder / "leaves")
    assert len(COMMANDS) > 15
    accuracy = {}
    for command in COMMANDS[1:]:
        if command not in APART:
            fresh.run("sh", "-c", command)
            if command == IRIS:
                for name in USED:
                    shutil.copytree(fresh.folder / name, fresh.folder.parent / "iris" / name)
        found = json.loads((fresh.folder / "results/metrics.json").read_text(encoding="utf-8"))
        accuracy[found["task"]] = found["test"].get("accuracy")
    assert accuracy["customers"] > 0.75 and accuracy["leaves"] > 0.9
    predictions = (fresh.folder / "predictions.csv").read_text(encoding="utf-8").splitlines()
    assert predictions[0] == "customer_id,row,decision,probability of yes,flags" and len(predictions) == 401
    assert shipped.read_metadata(fresh.folder / "release/customers/model.onnx")["card"].startswith(
        "# Model card: customers"
    )


def test_the_page_shows_the_task_file_as_it_is_written(fresh):
    written = (fresh.folder / "conf/task/customers.yaml").read_text(encoding="utf-8").splitlines()
    shown = [line for line in EXCERPT.splitlines() if line != "..."]
    assert len(shown) > 15 and [line for line in shown if line not in written] == []


def test_the_programs_that_use_a_model_run_as_they_stand(fresh):
    iris = Clone(fresh.folder.parent / "iris")  # what the run of the page left
    with_onnxruntime, with_keras = re.findall(r"```python\n(.*?)```", README, re.S)
    assert len(with_onnxruntime.strip().splitlines()) <= 9 and len(with_keras.strip().splitlines()) <= 8
    species, probability = iris.run("python", "-c", with_onnxruntime).stdout.split()
    assert species == "setosa" and float(probability) > 0.9
    accuracy = float(iris.run("python", "-c", with_keras, TF_CPP_MIN_LOG_LEVEL="3").stdout.splitlines()[-1])
    report = json.loads((iris.folder / "results/metrics.json").read_text(encoding="utf-8"))
    assert report["task"] == "iris" and accuracy == pytest.approx(report["test"]["accuracy"])


def test_make_test_runs_the_tests(fresh):
    assert "python -m pytest" in fresh.run("make", "--dry-run", "test").stdout
    assert "make test" in (ROOT / ".ci/run").read_text(encoding="utf-8")


def test_tensorboard_lists_the_runs(fresh):
    port = 6000 + os.getpid() % 1000
    command = [str(Path(sys.executable).parent / "tensorboard"), "--logdir", "logs", "--port", str(port)]
    with subprocess.Popen(command, cwd=fresh.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            runs = _get(f"http://localhost:{port}/data/runs")
        finally:
            server.terminate()
    assert "iris-mlp-" in runs and "wine-mlp-" in runs and "/validation" in runs


def _get(address: str) -> str:
    for _ in range(120):
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                body = answer.read().decode()
            if "iris" in body:
                return body
        except OSError:
            pass
        time.sleep(0.5)
    raise AssertionError(f"no answer from {address}")
