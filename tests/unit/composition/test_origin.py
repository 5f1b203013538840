"""params.yaml knows which experiment was chosen, and which options differ from the defaults."""

import pytest
from dvc.utils.hydra import compose_and_dump, load_hydra_plugins
from omegaconf import OmegaConf

from percept import paths
from percept.composition import composed, register
from percept.composition.hydra_setup import check_for_dvc
from percept.params import read

WAYS = [
    (["task=iris"], None, []),
    (["task=iris", "seed=0"], None, []),
    (["task=iris", "model.units=[8]", "fit.epochs=7"], None, ["model.units", "fit.epochs"]),
    (["task=iris", "optimizer=sgd"], None, ["optimizer.kind", "optimizer.learning_rate"]),
    (["experiment=xor_gate_tanh"], "xor_gate_tanh", []),
    (["experiment=xor_gate_tanh", "seed=5"], "xor_gate_tanh", ["seed"]),
]


@pytest.mark.parametrize(("overrides", "experiment", "changed"), WAYS)
def test_what_differs_is_known_of_every_composition(overrides, experiment, changed):
    found = composed(overrides).conf
    assert (found.experiment, found.changed) == (experiment, changed)


def test_dvc_which_composes_by_itself_finds_the_same(tmp_path, monkeypatch):
    monkeypatch.chdir(paths.ROOT)
    overrides, source = ["task=iris", "fit.epochs=7"], str(paths.ROOT / "src")
    load_hydra_plugins(source)
    register(lambda config: check_for_dvc(config, overrides))
    compose_and_dump(tmp_path / "params.yaml", str(paths.ROOT / paths.CONF), None, "config", source, overrides)
    assert read(tmp_path / "params.yaml") == OmegaConf.to_container(composed(overrides))
