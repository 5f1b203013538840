"""Through the stages: a training that goes wrong changes nothing, and what is odd about a run is said everywhere."""

import contextlib
import io
import json
from pathlib import Path

import pytest
from omegaconf import OmegaConf
from stage_runs import run_stages, workspace

import evaluate
import report
import train
from percept import paths
from percept.composition import composed
from percept.errors import UserError

IRIS = ["task=iris", "fit.epochs=5"]


def contents() -> dict[Path, bytes]:
    files = [file for folder in (paths.MODELS, paths.METRICS.parent, paths.logs()) for file in folder.rglob("*")]
    return {file: file.read_bytes() for file in files if file.is_file()}


def test_a_training_that_goes_wrong_leaves_the_former_model_and_no_log():
    with workspace():
        run_stages(IRIS)
        before = contents()
        paths.PARAMS.write_text(OmegaConf.to_yaml(composed([*IRIS, "optimizer.learning_rate=1e38"])), encoding="utf-8")
        with pytest.raises(UserError, match=r"epoch 1, step \d: .* lines? \d[\s\S]*`-S optimizer.learning_rate=0.001`"):
            train.main()
        assert contents() == before


def test_what_is_odd_is_said_by_train_evaluate_the_card_and_the_page():
    with workspace():
        found = run_stages(
            [*IRIS, "model.units=[8]", "model.dropout=0", "optimizer.learning_rate=3e4", "fit.weights=last"]
        )["warnings"]
        for said in (
            "the training loss exploded",
            "units that give every row the same answer",
            "get the same answer (",
        ):
            assert [line for line in found if said in line], (said, found)
        card = paths.CARD.read_text(encoding="utf-8")
        assert all(f"- **{line}**" in card for line in found)
        report.main()
        assert paths.REPORT.read_text(encoding="utf-8").count("Warning: ") == len(found)
        layers = json.loads((paths.MODELS / paths.LAYERS).read_text(encoding="utf-8"))
        assert [layer["name"] for layer in layers if layer.get("dead_units", 0) >= 0.5]


def test_evaluate_says_it_and_nothing_of_a_usual_run():
    with workspace():
        assert "warnings" not in run_stages(["task=iris"])
        with contextlib.redirect_stdout(io.StringIO()) as usual:
            evaluate.main()
        odd = run_stages([*IRIS, "optimizer.learning_rate=1e-9"])["warnings"]
        with contextlib.redirect_stdout(io.StringIO()) as said:
            evaluate.main()
    assert "warning" not in usual.getvalue()
    assert odd and all(f"evaluate: warning: {line}\n" in said.getvalue() for line in odd)
