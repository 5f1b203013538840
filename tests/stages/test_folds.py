"""Runs whose members learn from folds: the score on validation rows is that of each row by those who did not see it."""

import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import pytest
from stage_runs import run_stages, workspace

import baselines
import compare
import show
from percept import paths
from percept.model_file.session import predict
from percept.params import read
from percept.prepared.examples import load_examples, load_out_of_fold, load_raw, load_spec

WRITTEN = (paths.NETWORK, paths.BEST, paths.SHIPPED, paths.OUT_OF_FOLD)  # in models/
LOAD = """
import percept.models.member_network
import keras, numpy
network = keras.models.load_model("models/model.keras", compile=False)
numpy.save("found.npy", network.predict(numpy.load("x.npy"), verbose=0))
"""


@dataclass(frozen=True)
class Run:
    """What a run left."""

    folder: Path
    report: dict
    params: dict
    digests: dict[str, str]  # of files of models/


def table(num_rows: int = 120) -> str:
    random = np.random.default_rng(0)
    a, b = random.normal(size=(2, num_rows))
    kinds = np.digitize(a + 0.5 * b + random.normal(0, 0.3, num_rows), [-0.5, 0.5])
    rows = zip(a, b, kinds, 10 * a + b**2, strict=True)
    return "\n".join(["a,b,kind,rent", *(f"{a:.3f},{b:.3f},k{kind},{rent:.3f}" for a, b, kind, rent in rows)]) + "\n"


OPTIONS = {
    "multiclass": ["objective.target=kind", "features.drop=[rent]", "objective.calibration=temperature"],
    "regression": [
        *("objective.target=rent", "features.drop=[kind]", "objective.scale_target=true", "objective.clip=true")
    ],
}


def run_in(folder: Path, kind: str) -> Run:
    """Run all stages in the current folder, which `folder` is."""
    file = folder / "rows.csv"
    file.write_text(table(), encoding="utf-8")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    report = run_stages(
        [
            *("task=iris", "~source.name", f"objective={kind}", "model=tabm", "model.members=2", "model.units=[16]"),
            f"source={{kind: csv, files: [{{path: rows.csv, urls: [rows.csv], sha256: '{digest}'}}]}}",
            *("features.numeric=[a, b]", "++features.bins=6", "optimizer=adamw_cosine", "fit.epochs=8"),
            *("split.validation.kind=folds", "split.test.stratify=false", "split.validation.stratify=false"),
            *OPTIONS[kind],
        ]
    )
    digests = {name: hashlib.sha256((paths.MODELS / name).read_bytes()).hexdigest() for name in WRITTEN}
    return Run(folder, report, read(paths.PARAMS), digests)


@pytest.fixture(scope="module", params=OPTIONS)
def done(request):
    with workspace() as folder:
        yield run_in(folder, request.param)


def test_the_validation_score_is_that_of_each_training_row_by_members_that_did_not_see_it(done):
    spec, said, y = load_spec(), load_out_of_fold(), load_examples("train").y
    found = done.report["validation"]
    assert spec.num_folds == 5 and len(said) == len(y) == 96 and np.isfinite(said).all()
    if done.report["kind"] == "regression":
        mse = np.mean((said[:, 0].astype(np.float64) - y[:, 0]) ** 2)
        expected = {"mse": mse, "r2": 1 - mse / np.var(y)}
    else:
        right = said[np.arange(len(y)), y].astype(np.float64)
        expected = {"accuracy": np.mean(said.argmax(axis=1) == y), "log_loss": -np.log(right).mean()}
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-5)


def test_the_shipped_file_answers_the_training_rows_too_and_knows_them_better(done):
    answers = answers_of_the_shipped_file("train")
    y = load_examples("train").y
    assert np.isfinite(answers).all()
    if done.report["kind"] == "regression":
        assert np.mean((answers - y) ** 2) < done.report["validation"]["mse"]
    else:
        assert -np.log(answers[np.arange(len(y)), y]).mean() < done.report["validation"]["log_loss"]


def test_compare_shows_the_score_of_the_folds_as_that_of_validation_rows(done):
    found = {"name": "workspace", "commit": "workspace", "is_commit": False}
    (row,) = compare.table([found | {"metrics": done.report, "params": done.params}], "validation")
    shown = dict(zip(compare.HEADER, row, strict=True))
    primary = done.report["primary"]
    assert (shown["model"], shown["metric"]) == ("tabm 16", primary)
    assert shown["validation"] == f"{done.report['validation'][primary]:.4g}"


def test_a_second_run_is_equal_to_the_bit(done):
    with workspace() as folder:
        again = run_in(folder, done.report["kind"])
    assert (again.digests, again.report) == (done.digests, done.report)


def test_baselines_says_in_a_line_whether_the_network_beats_the_others_on_its_rows_and_show_repeats_it(
    done, monkeypatch, capsys
):
    monkeypatch.setattr(sys, "argv", ["baselines"])
    baselines.main()
    line = capsys.readouterr().out.removeprefix("baselines: ")
    score = done.report["test"][done.report["primary"]]
    assert line.startswith("the network ") and f"{done.report['primary']} {score:.4g} is " in line
    assert "boosted trees (" in line and "a straight line (" in line and "on the same 24 test rows" in line
    show.main()
    assert f"\n{line}" in capsys.readouterr().out
    paths.PREPARED.joinpath("test.npz").rename("test.npz")  # other rows, or none
    show.main()
    Path("test.npz").rename(paths.PREPARED / "test.npz")
    assert "the network " not in capsys.readouterr().out


@pytest.mark.parametrize("name", [paths.NETWORK, paths.BEST])
def test_keras_loads_the_saved_networks(done, name):
    found = keras.models.load_model(paths.MODELS / name, compile=False).predict(load_examples("test").x, verbose=0)
    expected = answers_of_the_shipped_file()
    assert found.shape == expected.shape and np.isfinite(found).all()
    if name == paths.NETWORK:
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_a_fresh_process_needs_no_more_for_that_than_the_import_that_the_page_names(done):
    if done.report["kind"] == "multiclass":
        return  # one kind will do
    assert "`import percept.models.member_network`" in (paths.ROOT / "docs/tables.md").read_text(encoding="utf-8")
    np.save("x.npy", load_examples("test").x)
    environment = os.environ | {"PYTHONPATH": str(paths.ROOT / "src")}
    told = subprocess.run([sys.executable, "-c", LOAD], env=environment, capture_output=True, text=True, timeout=120)
    assert told.returncode == 0, told.stderr
    np.testing.assert_allclose(np.load("found.npy"), answers_of_the_shipped_file(), rtol=1e-4, atol=1e-5)


def answers_of_the_shipped_file(subset="test") -> np.ndarray:
    return next(iter(predict(paths.MODELS / paths.SHIPPED, load_raw(subset, load_spec())).values()))
