"""results/provenance.json says where the model and the scores that lie there come from, however they came there."""

import hashlib
import json

import onnx
import pytest

pytestmark = pytest.mark.slow
GATE = ("-S", "task=and_gate", "-S", "fit.epochs=20")


def sha256(clone, file: str) -> str:
    return hashlib.sha256((clone.folder / file).read_bytes()).hexdigest()


def provenance(clone) -> dict:
    return json.loads((clone.folder / "results/provenance.json").read_text(encoding="utf-8"))


def check_it_is_of_what_lies_here(clone) -> dict:
    found, model = provenance(clone), sha256(clone, "models/model.onnx")
    assert found["train"]["made"] == {"models/model.onnx": model}
    assert found["evaluate"]["data"]["models/model.onnx"] == model
    assert found["evaluate"]["made"] == {"results/metrics.json": sha256(clone, "results/metrics.json")}
    return found["train"]


def head(clone, name: str = "HEAD") -> str:
    return clone.run("git", "rev-parse", name).stdout.strip()


def test_a_run_of_a_commit_names_it_and_all_that_it_was_made_from(clone):
    found = check_it_is_of_what_lies_here(clone)
    assert (found["commit"], found["changed"], found["command"]) == (head(clone, "start~1"), [], "dvc repro")
    assert found["lock"] == sha256(clone, "requirements.lock")
    assert found["data"]["data/prepared/train.npz"] == sha256(clone, "data/prepared/train.npz")
    assert found["versions"]["tensorflow"] and len(found["environment"]) == 8 and len(found["params"]) == 12


def test_an_experiment_in_the_workspace_names_what_no_commit_holds(clone):
    clone.run("dvc", "exp", "run", "-n", "here", *GATE)
    found = check_it_is_of_what_lies_here(clone)
    assert (found["commit"], found["changed"]) == (head(clone), ["params.yaml"])
    assert found["command"] == "dvc exp run -n here -S task=and_gate -S fit.epochs=20"


@pytest.mark.parametrize("how", ["--temp", "--queue"])
def test_an_experiment_elsewhere_has_its_own_and_leaves_that_of_the_workspace(clone, how):
    before, name = provenance(clone), how.strip("-")
    clone.run("dvc", "exp", "run", how, "-n", name, *GATE, "-S", f"seed={5 + len(how)}")
    if how == "--queue":
        clone.run("python", "src/run_queue.py")
    assert provenance(clone) == before
    clone.run("dvc", "exp", "apply", name)
    found = check_it_is_of_what_lies_here(clone)
    assert found["commit"] == head(clone) and found["changed"] == ["params.yaml"]
    assert found["command"].startswith("dvc exp run") and str(clone.folder) not in json.dumps(provenance(clone))


def test_what_comes_back_from_the_cache_comes_with_its_own_origin(clone):
    clone.run("git", "checkout", "--quiet", "--force", "start")
    clone.run("dvc", "checkout", "--force")
    assert check_it_is_of_what_lies_here(clone)["command"] == "dvc repro"


def test_scores_computed_anew_leave_the_origin_of_the_model(clone):
    before = provenance(clone)
    clone.run("git", "commit", "--quiet", "--allow-empty", "--message", "later")
    clone.run("dvc", "repro", "--force", "--single-item", "evaluate")
    found = provenance(clone)
    assert found["train"] == before["train"] and found["evaluate"]["commit"] == head(clone)
    assert found["evaluate"]["made"] == before["evaluate"]["made"]


def test_a_model_of_unknown_origin_gets_none(clone):
    file = clone.folder / "models/model.onnx"
    model = onnx.load(file)
    model.doc_string = "made elsewhere"
    onnx.save(model, file)
    clone.run("python", "src/evaluate.py")
    assert set(provenance(clone)) == {"evaluate"}
