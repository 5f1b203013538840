"""Every kind of task goes through all stages with every engine, from a CSV file to the scores of the shipped file."""

import csv
import hashlib
import json
from typing import get_args

import numpy as np
import pytest
from stage_runs import run_stages, workspace

from percept import paths
from percept.composition import composed
from percept.model_file import session as shipped
from percept.objective import Objective
from percept.prepared.examples import load_raw, load_spec

KINDS = {
    "binary": {
        "options": ["objective.target=left", "objective.positive=yes", "objective.weight=weight"],
        "more": ["objective.threshold=f1", "objective.calibration=temperature", "objective.class_weights=balanced"],
        "drop": "[rent, price, tea, coffee]",
        "better_than": ("roc_auc", 0.9),
    },
    "multilabel": {
        "options": ["objective.target=[tea, coffee]", "objective.positive=yes", "objective.threshold=f1"],
        "more": ["objective.calibration=temperature"],
        "drop": "[rent, price, left, weight]",
        "better_than": ("macro_f1", 0.8),
    },
    "regression": {
        "options": ["objective.target=[rent, price]", "objective.output=softplus", "objective.loss=huber"],
        "more": ["objective.scale_target=true", "objective.weight=weight", "objective.primary=r2"],
        "drop": "[tea, coffee, left]",
        "better_than": ("r2", 0.7),
    },
}


def write_table(path) -> None:
    """300 rows whose answers follow from a and b, but for some noise."""
    random = np.random.default_rng(0)
    a, b = random.normal(size=(2, 300))
    noise = random.normal(0, 0.1, 300)
    columns = {
        "a": a,
        "b": b,
        "left": np.where(a + b + noise > 0, "yes", "no"),
        "tea": np.where(a + noise > 0.5, "yes", "no"),
        "coffee": np.where(b + noise > 0, "yes", "no"),
        "rent": np.maximum(0, 3 + a + noise),
        "price": np.maximum(0, 300 + 50 * b + noise),
        "weight": random.integers(1, 4, 300),
    }
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))


@pytest.mark.parametrize("engine", ["compiled", "graph", "keras"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_task_runs_from_file_to_scores(kind, engine):
    wanted = KINDS[kind]
    with workspace() as folder:
        write_table(folder / "rows.csv")
        digest = hashlib.sha256((folder / "rows.csv").read_bytes()).hexdigest()
        fraction = "{kind: fraction, fraction: 0.25, stratify: false}"
        report = run_stages(
            [
                "task=iris",
                "~source.name",
                f"objective={kind}",
                f"source={{kind: csv, files: [{{path: rows.csv, urls: [rows.csv], sha256: '{digest}'}}]}}",
                f"features.drop={wanted['drop']}",
                f"split={{test: {fraction}, validation: {fraction}}}",
                "optimizer.learning_rate=0.02",
                "fit.epochs=60",
                f"fit.engine={engine}",
                *wanted["options"],
                *wanted["more"],
            ]
        )
        found = shipped.predict(paths.MODELS / paths.SHIPPED, load_raw("test", load_spec()))
        metadata = shipped.read_metadata(paths.MODELS / paths.SHIPPED)
        weights = np.load("data/prepared/train.npz").get("weight")
    metric, least = wanted["better_than"]
    assert report["test"][metric] > least
    assert len(found["prediction"]) == 75
    if kind == "regression":
        assert (found["prediction"] >= 0).all() and set(report["test"]["by_target"]) == {"rent", "price"}
        assert "decision" not in found
    else:
        thresholds = json.loads(metadata["thresholds"])
        assert min(thresholds) > 0 and max(thresholds) < 1 and thresholds != [0.5] * len(thresholds)
        assert report["temperature"] == json.loads(metadata["temperature"]) != 1
        positive = found["prediction"] > np.float32(thresholds)
        assert ((found["decision"].reshape(positive.shape) == ("yes" if kind == "binary" else 1)) == positive).all()
    assert (weights is None) == (kind == "multilabel")


OPEN = {
    "binary": ["objective.target=y", "objective.positive=1"],
    "multiclass": [],
    "multilabel": ["objective.target=[y]"],
    "regression": ["objective.target=y"],
}


@pytest.mark.parametrize("variant", get_args(get_args(Objective)[0]))
def test_the_options_of_an_objective_all_stand_in_what_conf_composes(variant):
    (kind,) = get_args(variant.model_fields["kind"].annotation)
    found = composed([f"objective={kind}", *OPEN[kind]]).objective
    assert set(found) == set(variant.model_fields)
