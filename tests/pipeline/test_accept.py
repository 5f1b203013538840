"""A run that is worse than the accepted one is neither accepted nor shipped, unless a person says why."""

import json

import pytest

pytestmark = pytest.mark.slow
FILE = "release/digits/model.onnx"


def commit(clone) -> None:
    clone.run("git", "add", "--all")
    clone.run("git", "commit", "--quiet", "--message", "a run")


def accepted(clone) -> dict:
    return json.loads((clone.folder / "results/accepted.json").read_text(encoding="utf-8"))["digits"]


@pytest.fixture(scope="module")
def digits(clone):
    """The clone with a run that is accepted and shipped."""
    assert "accept: digits, accuracy" in clone.run("python", "src/accept.py").stdout
    commit(clone)
    clone.run("python", "src/ship.py")
    return clone


def test_what_is_kept_is_small_and_has_scores_with_intervals_and_groups(digits):
    kept, metrics = accepted(digits), json.loads((digits.folder / "results/metrics.json").read_text(encoding="utf-8"))
    assert {name: score["value"] for name, score in kept["test"].items()} == metrics["test"]
    low, high = kept["test"]["accuracy"]["interval"]
    assert low < metrics["test"]["accuracy"] < high and kept["reason"] is None
    assert set(kept["groups"]) == {f"class {digit}" for digit in range(10)}
    assert (digits.folder / "results/accepted.json").stat().st_size < 5_000


def test_the_same_run_again_is_no_worse(digits):
    output = digits.run("python", "src/accept.py").stdout
    assert "cannot be told apart" in output and "the same 360 test rows" in output


def test_a_worse_run_is_refused_by_accept_and_ship_until_a_reason_is_given(digits):
    before, released = accepted(digits), (digits.folder / FILE).read_bytes()
    digits.run("dvc", "exp", "run", "-S", "fit.epochs=1", "-S", "optimizer.learning_rate=0.0003")
    commit(digits)
    for script in ("src/accept.py", "src/ship.py"):
        refused = digits.run("python", script, check=False)
        assert refused.returncode == 1 and "this run is worse than the accepted run by" in refused.stdout
        assert "for class " in refused.stdout and "python src/accept.py --force REASON" in refused.stdout
    assert accepted(digits) == before and (digits.folder / FILE).read_bytes() == released
    digits.run("python", "src/accept.py", "--force", "it has to be small")
    assert accepted(digits)["reason"] == "it has to be small" and len(accepted(digits)["worse"]) == 2
    assert "release/digits" in digits.run("python", "src/ship.py").stdout


def test_a_run_of_other_test_rows_is_compared_by_intervals(digits):
    digits.run("dvc", "exp", "run", "-S", "seed=3")
    output = digits.run("python", "src/accept.py").stdout
    assert "not worse, as far as can be told, than the accepted run" in output
    assert accepted(digits)["reason"] is None and accepted(digits)["commit"].endswith("(with changes)")
