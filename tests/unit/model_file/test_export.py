"""The shipped file says what Keras says, for tables with gaps and categories and for pictures."""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import get_args

import keras
import numpy as np
import onnx
import pytest

from percept import paths
from percept.dataset.table import Images, Table
from percept.evaluation.outcome import decide
from percept.features import Features
from percept.features.prepare import Preparation, prepare
from percept.features.split import Split
from percept.model_file import session as shipped
from percept.models import Model, build
from percept.models.mlp import Mlp
from percept.models.tabm import TabM
from percept.objective import Objective
from percept.params import Params
from percept.prepared.examples import load_examples, load_raw
from percept.prepared.spec import DatasetSpec


class Task(Params):
    features: Features
    split: Split
    objective: Objective
    model: Model


RELOAD = """
import sys
import keras, numpy as np
for folder in sys.argv[1:]:
    network = keras.models.load_model(folder + "/model.keras")
    np.savez(folder + "/y.npz", *keras.tree.flatten(network(np.load(folder + "/x.npy"))))
"""
SPLIT = {
    "test": {"kind": "last", "fraction": 0.3},
    "validation": {"kind": "none"},
}
MLP = {"kind": "mlp", "units": [8], "dropout": 0.0, "activation": "relu"}
WIDE_DEEP = {"kind": "wide_deep", "wide": ["plan"], "deep": "all", "units": [4], "auxiliary_weight": 0.2}
CNN = {"kind": "cnn", "filters": [3], "units": [4], "augmentation": {"flip": "horizontal", "rotation": 10}}
TABM = {"kind": "tabm", "units": [6, 4], "members": 2}  # whose members learn from folds
EMBEDDED = TABM | {"embedding": 1}  # of any category of more levels
TABLE = {"kind": "table", "numeric": ["area m2", "나이"], "category": ["plan"]}
RICH = {
    "numeric": ["area m2", "나이", "sent"],
    "scaling": "robust",
    "missing": {"indicator": True},
    "min_frequency": 20,
    "target_mean": 2,
    "cyclic": {"sent": 86_400_000},
}
BINARY = {"kind": "binary", "target": "left", "positive": "yes"}
MULTICLASS = {"kind": "multiclass", "target": "plan2"}
REGRESSION = {"kind": "regression", "target": "price"}
SEVERAL = {"kind": "regression", "target": ["price", "rent"], "output": "tanh"}
MULTILABEL = {"kind": "multilabel", "target": ["likes tea", "likes 커피"], "positive": "yes"}
CUSTOM = {"kind": "custom", "entry": "weight_tied.py:build", "options": {"units": 4, "steps": 2}}
DECISION = {"binary": (0.4,), "multilabel": (0.4, 0.6)}  # thresholds


def table(rows: int = 50) -> Table:
    rng = np.random.default_rng(0)
    columns = {
        "area m2": rng.normal(50, 20, rows).round(1).astype(str),
        "나이": np.where(rng.random(rows) < 0.2, "", rng.integers(18, 90, rows).astype(str)),
        "plan": rng.choice(["basic", "pro", ""], rows),
        "left": rng.choice(["yes", "no"], rows),
        "plan2": rng.choice(["x", "y", "z"], rows),
        "price": rng.lognormal(12, 1, rows).round().astype(str),
        "sent": (1_700_000_000_000 + np.arange(rows)).astype(str),
        "rent": rng.lognormal(6, 1, rows).round().astype(str),
        "likes tea": rng.choice(["yes", "no"], rows),
        "likes 커피": rng.choice(["yes", "no"], rows),
    }
    return Table("rows.csv", {name: cells.astype(object) for name, cells in columns.items()}, np.arange(rows) + 2)


def images() -> Images:
    rng = np.random.default_rng(0)
    return Images(rng.integers(0, 256, (40, 6, 5, 1), dtype=np.uint8), rng.integers(0, 3, 40), ("a", "b", "c"))


CASES = {
    "binary": (table, TABLE | {"drop": "rest"}, BINARY, MLP),
    "multiclass": (table, TABLE | {"drop": "rest", "scaling": "min_max"}, MULTICLASS, MLP),
    "regression": (table, TABLE | {"drop": "rest"}, REGRESSION | {"log_target": True, "scale_target": True}, MLP),
    "clipped": (table, TABLE | {"drop": "rest"}, REGRESSION | {"scale_target": True, "clip": True}, MLP),
    "all features": (table, TABLE | RICH | {"drop": "rest"}, MULTICLASS, MLP),
    "several targets": (table, TABLE | {"drop": "rest"}, SEVERAL, MLP),
    "labels": (table, TABLE | {"drop": "rest"}, MULTILABEL, MLP),
    "far from 0": (table, {"kind": "table", "numeric": ["sent"], "drop": "rest"}, BINARY, MLP),
    "members, binary": (table, TABLE | {"drop": "rest", "bins": 4}, BINARY, TABM),
    "members, multiclass": (table, TABLE | RICH | {"drop": "rest", "bins": 4}, MULTICLASS, TABM),
    "members, embedding": (table, TABLE | RICH | {"drop": "rest", "bins": 4}, MULTICLASS, EMBEDDED),
    "members, one embedding": (table, TABLE | {"drop": "rest"}, REGRESSION, EMBEDDED),
    "members, labels": (table, TABLE | {"drop": "rest"}, MULTILABEL, TABM),
    "members, regression": (table, TABLE | {"drop": "rest", "bins": 4}, REGRESSION | {"scale_target": True}, TABM),
    "forest, binary": (table, TABLE | RICH | {"drop": "rest"}, BINARY, TABM),
    "forest, multiclass": (table, TABLE | {"drop": "rest", "bins": 4}, MULTICLASS, TABM),
    "forest, labels": (table, TABLE | {"drop": "rest"}, MULTILABEL, TABM),
    "forest, regression": (table, TABLE | {"drop": "rest"}, REGRESSION | {"scale_target": True, "clip": True}, TABM),
    "perceptron": (table, TABLE | {"drop": "rest"}, REGRESSION | {"scale_target": True}, {"kind": "perceptron"}),
    "wide and deep": (table, TABLE | {"drop": "rest"}, REGRESSION | {"scale_target": True}, WIDE_DEEP),
    "convolutions": (images, {"kind": "image"}, {"kind": "multiclass"}, CNN),
    "pictures": (images, {"kind": "image"}, {"kind": "multiclass"}, MLP),
    "custom": (images, {"kind": "image"}, {"kind": "multiclass"}, CUSTOM),
}
NAMES = {
    kind: get_args(options.model_fields["activation"].annotation) for kind, options in (("mlp", Mlp), ("tabm", TabM))
}
ACTIVATIONS = {
    f"{kind} with {name}": (
        table,
        TABLE | {"drop": "rest"},
        BINARY,
        {"mlp": MLP, "tabm": TABM}[kind] | {"activation": name},
    )
    for kind, names in NAMES.items()
    for name in names
}


def export_of(case: str, folder: Path) -> tuple[Task, DatasetSpec, keras.Model, Path]:
    """(task, spec, Keras model in the target's unit, folder) of a network that has not been trained."""
    from percept.model_file import export
    from percept.model_file.metadata import Decision
    from percept.models.deployed import as_kept
    from percept.training import forest

    raw, features, objective, model = (CASES | ACTIVATIONS)[case]
    split = SPLIT | ({"validation": {"kind": "folds", "num": 3}} if model["kind"] == "tabm" else {})
    task = Task.check({"features": features, "split": split, "objective": objective, "model": model}, "test")
    found = prepare(raw(), Preparation("toy", task.features, task.split, task.objective, 0))
    found.save(folder)
    spec = found.spec
    keras.utils.set_random_seed(0)  # by chance a price near 0 among large ones has few digits that are right
    network = build(task.model, spec, task.objective)
    if case.startswith("forest"):
        num_outputs = network.output.shape[-1]
        trees = forest.fit_trees(found.examples["train"], task.objective, num_outputs, seed=0, threads=1)
        network = network.averaged(forest.nodes_of(trees), share=0.4)
    network = as_kept(network, spec)
    decision = Decision(thresholds=DECISION.get(task.objective.kind, ()))
    shipped_file = export.to_onnx(network, found.encoder, spec, task.objective, decision)
    (folder / paths.SHIPPED).write_bytes(shipped_file)
    export.save_keras(network, folder / paths.NETWORK)
    return task, spec, network, folder


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    """What `export_of` gives, made once for each case: tests add files to its folder, and change none."""
    return cache(lambda case: export_of(case, tmp_path_factory.mktemp("export")))


@pytest.fixture(params=CASES)
def exported(request, exports):
    return exports(request.param)


@pytest.mark.parametrize("exported", [*CASES, *ACTIVATIONS], indirect=True)
def test_the_shipped_file_agrees_with_keras_on_raw_rows(exported):
    from percept.model_file import export

    task, spec, network, folder = exported
    expected = export.named_outputs(network(load_examples("test", folder).x))
    found = shipped.predict(folder / paths.SHIPPED, load_raw("test", spec, folder))
    assert list(found) == [*expected, *([] if task.objective.kind == "regression" else ["decision"])]
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("exported", ["members, embedding", "members, one embedding"], indirect=True)
def test_levels_of_a_category_are_embedded_in_what_is_shipped(exported):
    _, spec, network, _ = exported
    assert len(network.get_layer("embedding").levels[0]) == len(spec.levels()["plan"]) > 1


@pytest.mark.parametrize("exported", ["binary", "multiclass", "labels", "pictures"], indirect=True)
def test_the_shipped_file_decides_by_its_thresholds(exported):
    task, spec, _, folder = exported
    found = shipped.predict(folder / paths.SHIPPED, load_raw("test", spec, folder))
    decided = decide(task.objective, found["prediction"], DECISION.get(task.objective.kind, ()))
    expected = decided if task.objective.kind == "multilabel" else np.array(spec.classes)[decided]
    np.testing.assert_array_equal(found["decision"], expected)


def test_the_shipped_file_names_its_inputs_and_what_it_predicts(exported):
    task, spec, _, folder = exported
    model = onnx.load(folder / paths.SHIPPED)
    assert {value.name for value in model.graph.input} == {column.name for column in spec.raw_inputs}
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    assert metadata["kind"] == task.objective.kind
    assert tuple(json.loads(metadata["classes"])) == spec.classes
    assert tuple(json.loads(metadata["targets"])) == spec.targets
    assert tuple(json.loads(metadata["thresholds"])) == DECISION.get(task.objective.kind, ())


def test_saving_a_network_twice_gives_the_same_bytes(exported):
    from percept.model_file import export

    _, _, network, folder = exported
    export.save_keras(network, folder / "again.keras")
    assert (folder / "again.keras").read_bytes() == (folder / paths.NETWORK).read_bytes()


@pytest.mark.parametrize(
    "exported",
    ["binary", "wide and deep", "convolutions", "custom", "members, multiclass", "forest, multiclass"],
    indirect=True,
)
def test_the_same_weights_are_the_same_shipped_file_however_much_was_exported_before(exported):
    from percept.model_file import export
    from percept.model_file.metadata import Decision

    task, spec, network, folder = exported
    encoder = None if spec.pixels else (folder / "encoder.onnx").read_bytes()
    decision = Decision(thresholds=DECISION.get(task.objective.kind, ()))
    again = export.to_onnx(network, encoder, spec, task.objective, decision)
    assert again == (folder / paths.SHIPPED).read_bytes()


def test_a_fresh_process_reloads_the_keras_files_without_our_code(exports):
    found = [exports(case) for case in ("several targets", "pictures", "wide and deep", "convolutions")]
    for *_, folder in found:
        np.save(folder / "x.npy", load_examples("test", folder).x)
    folders = [str(folder) for *_, folder in found]
    subprocess.run([sys.executable, "-c", RELOAD, *folders], check=True, capture_output=True)
    for _, _, network, folder in found:
        with np.load(folder / "y.npz") as reloaded:
            expected = keras.tree.flatten(network(np.load(folder / "x.npy")))
            for name, values in zip(reloaded, expected, strict=True):
                np.testing.assert_allclose(reloaded[name], values, rtol=1e-6, atol=1e-6)


def test_the_saved_model_gives_what_the_shipped_file_gives(exported):
    from percept.release.saved_model import predict, save_saved_model

    _, spec, network, folder = exported
    save_saved_model(network, onnx.load(folder / paths.SHIPPED), folder / "saved")
    raw = load_raw("test", spec, folder)
    found = predict(folder / "saved", raw)
    for name, expected in shipped.predict(folder / paths.SHIPPED, raw).items():
        if name == "decision":
            np.testing.assert_array_equal(found[name], expected)
        else:
            np.testing.assert_allclose(found[name], expected, rtol=1e-5, atol=1e-5)
