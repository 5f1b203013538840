"""What people type, in the order in which they type it, with the real DVC and Git."""

import csv
import io
import json
import re
import time

import pytest

# Two standard errors of an accuracy near 0.975 on the 360 test rows of digits: other processors round otherwise.
BAND = 0.0165


def metrics(clone) -> dict:
    return json.loads((clone.folder / "results/metrics.json").read_text(encoding="utf-8"))


def test_repro_reaches_the_committed_metrics(clone):
    committed = json.loads(clone.run("git", "show", "HEAD~1:results/metrics.json").stdout)
    found = metrics(clone)
    assert {key: found[key] for key in ("task", "kind", "primary")} == {
        "task": "digits",
        "kind": "multiclass",
        "primary": "accuracy",
    }
    for part in ("validation", "test"):
        assert found[part].keys() == committed[part].keys() == {"accuracy", "macro_f1", "log_loss", "calibration_error"}
        assert found[part]["accuracy"] == pytest.approx(committed[part]["accuracy"], abs=BAND)
    assert found["test"]["accuracy"] >= 0.96


def test_repro_again_changes_nothing(clone):
    before = clone.contents()
    assert "Data and pipelines are up to date." in clone.run("dvc", "repro").stdout
    assert clone.contents() == before


def test_a_forced_repro_gives_the_same_bits(clone):
    before = clone.bits()
    clone.run("dvc", "repro", "--force")
    assert clone.bits() == before


def test_an_edited_chart_runs_report_alone(clone):
    charts = clone.folder / "src/percept/reporting/charts.py"
    former = charts.read_text(encoding="utf-8")
    charts.write_text(former + "\n# edited\n", encoding="utf-8")
    status = json.loads(clone.run("dvc", "status", "--json").stdout)
    charts.write_text(former, encoding="utf-8")
    assert list(status) == ["report"]


@pytest.mark.slow
def test_a_thousand_epochs_print_no_thousand_lines(clone):
    output = clone.run("dvc", "exp", "run", "-S", "task=and_gate", "-n", "gate").stdout
    assert "train: 1000 epochs in " in output
    assert len(output.splitlines()) < 60
    assert metrics(clone)["test"]["accuracy"] == 1.0


@pytest.mark.slow
def test_a_perceptron_fails_at_xor_and_says_why(clone):
    output = clone.run("dvc", "exp", "run", "-S", "task=xor_gate", "-S", "model=perceptron").stdout
    assert metrics(clone)["test"]["accuracy"] <= 0.75
    assert "no straight line parts these classes" in output
    assert "-S model=mlp" in output


@pytest.mark.slow
def test_queued_experiments_run_and_log_where_tensorboard_looks(clone):
    clone.run("dvc", "exp", "run", "--queue", "-S", "task=iris,wine", "-n", "flowers")
    clone.run("sh", "-c", "dvc queue start > queue.txt 2>&1")  # or its worker holds what `run` reads from
    deadline_s = time.monotonic() + 240
    while clone.run("dvc", "queue", "status").stdout.count("Success") < 2:
        assert time.monotonic() < deadline_s, clone.run("dvc", "queue", "logs", "flowers-1", check=False).stdout
        time.sleep(1)
    names = {folder.name for folder in (clone.folder / "logs").iterdir()}
    assert {"iris-mlp-flowers-1", "wine-mlp-flowers-2"} <= names
    for name in ("iris-mlp-flowers-1", "wine-mlp-flowers-2"):
        events = list((clone.folder / "logs" / name).rglob("events.out.tfevents.*"))
        assert {event.parent.name for event in events} == {"train", "validation", "test"}
        fingerprint = json.loads((clone.folder / "logs" / name / "environment.json").read_text(encoding="utf-8"))
        assert fingerprint["packages"].keys() >= {"keras", "tensorflow"} and fingerprint["cpus"] >= 1

    header, *rows = clone.run("python", "src/compare.py").stdout.splitlines()
    assert header.split()[:3] == ["run", "commit", "task"]
    tasks = {name: task for name, _, task, *_ in map(str.split, filter(None, rows))}
    assert tasks["flowers-1"] == "iris" and tasks["flowers-2"] == "wine" and tasks["workspace"] == "xor_gate"

    table = list(csv.DictReader(io.StringIO(clone.run("dvc", "exp", "show", "--csv").stdout)))
    accuracy = {row["Experiment"]: row["test.accuracy"] for row in table}
    assert float(accuracy["flowers-1"]) >= 0.8 and float(accuracy["flowers-2"]) >= 0.8


@pytest.mark.slow
def test_metrics_and_plots_of_two_runs_stand_side_by_side(clone):
    clone.run("dvc", "exp", "run", "-S", "fit.epochs=3")
    difference = json.loads(clone.run("dvc", "metrics", "diff", "--json").stdout)
    assert difference["results/metrics.json"]["test.accuracy"]["old"] >= 0.96
    assert "| Path" in clone.run("dvc", "metrics", "diff", "--md").stdout
    sentence = clone.run("python", "src/compare.py", "HEAD", "workspace").stdout.splitlines()[-1]
    assert re.fullmatch(r"workspace is worse than HEAD by \d.* points of accuracy \(95 % .*; 360 test rows\)", sentence)
    output = clone.run("dvc", "plots", "diff", "HEAD").stdout
    assert "WARNING" not in output
    page = (clone.folder / "dvc_plots/index.html").read_text(encoding="utf-8")
    for title in ("confusion matrix: test rows", "ROC: test rows", "precision and recall: test rows"):
        assert title in page
    clone.run("git", "checkout", "--quiet", ".")
    clone.run("dvc", "checkout", "--force")
