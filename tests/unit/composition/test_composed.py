import re
import shutil
import subprocess
import sys

import pytest
from omegaconf import OmegaConf

from percept import paths
from percept.composition import RENAMED_MODELS, composed, task_change
from percept.errors import UserError
from percept.params import read


def run_compose(folder, *words: str) -> subprocess.CompletedProcess:
    """Run the script of the project in `folder`, which gets the code and conf/ where it has none yet."""
    for name in ("src", "conf"):
        if not (folder / name).exists():
            shutil.copytree(paths.ROOT / name, folder / name)
    command = [sys.executable, str(folder / "src/compose.py"), *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)


def test_without_overrides_the_default_task_is_composed():
    assert composed([]).task == "digits"


def test_overrides_reach_their_keys():
    config = composed(
        ["task=churn", "fit.epochs=7", "model.units=[5]", "optimizer=sgd", "++objective.primary=f1", "seed=3"]
    )
    assert (config.task, config.seed, config.fit.epochs, config.objective.primary) == ("churn", 3, 7, "f1")
    assert (config.model.units, config.optimizer.kind) == ([5], "sgd")


def test_a_task_brings_its_own_model_and_optimizer():
    config = composed(["task=xor_gate"])
    assert (config.model.units, config.optimizer.kind) == ([4], "sgd")


def test_a_chosen_model_beats_the_one_of_the_task():
    assert composed(["task=xor_gate", "model=perceptron"]).model == {"kind": "perceptron"}
    assert composed(["model=perceptron", "task=xor_gate"]).model == {"kind": "perceptron"}


@pytest.mark.parametrize(
    ("overrides", "reason"),
    [
        (["model.droput=1"], "model.droput: unknown key; did you mean 'dropout'?"),
        (["+model.droput=1"], "model.droput: unknown key; did you mean 'dropout'?"),
        (["modle=mlp"], "modle"),
        (["zzz=1"], "zzz: unknown key; known: task, seed, source"),
        (["task=zzz"], "there is no task=zzz (conf/task/zzz.yaml)\n  expected: one of "),
        (["model=zzz"], "there is no model=zzz (conf/model/zzz.yaml)\n  expected: one of "),
        (["model=recipe/chrun"], "(conf/model/recipe/chrun.yaml); did you mean 'recipe/churn'?"),
        (["+zzz=mlp"], "zzz: unknown key"),
        (["fit.epochs=-3"], "fit.epochs = -3: should be greater than 0"),
        (["fit.epochs=???"], "fit.epochs is ???"),
        (["fit.epochs=${nowhere}"], "fit.epochs -> nowhere leads to no single value"),
        (["fit.epochs=["], "no viable alternative at input '['"),
        (["fit.epochs"], "fit.epochs"),
        (["--epochs"], "--epochs"),
    ],
)
def test_an_override_that_conf_cannot_take_is_refused_with_its_reason(overrides, reason):
    with pytest.raises(UserError, match=re.escape(reason)) as caught:
        composed(overrides)
    assert str(caught.value).startswith("configuration: ")


@pytest.mark.parametrize("task", ["iris", "churn", "california", "wine"])
def test_folds_are_chosen_by_their_kind_alone_for_the_members_of_tabm(task):
    config = composed([f"task={task}", "model=tabm", "split.validation.kind=folds"])
    assert (config.model.kind, config.split.validation.kind) == ("tabm", "folds")


@pytest.mark.parametrize("model", ["mlp", "perceptron", "recipe/churn"])
def test_folds_are_refused_for_a_model_without_members(model):
    with pytest.raises(UserError) as caught:
        composed(["task=churn", f"model={model}", "split.validation.kind=folds"])
    told = str(caught.value)
    assert "sets no rows apart (kind: folds), and this model learns from one set of rows" in told
    assert "expected: a model of members: tabm" in told and "choose one, such as `-S model=tabm`" in told


def test_a_metric_of_another_kind_of_task_is_refused_with_those_that_suit():
    with pytest.raises(UserError, match=r"primary = 'rox_auc': no metric of a binary task; did you mean 'roc_auc'\?"):
        composed(["task=churn", "objective.primary=rox_auc"])


def test_an_unknown_task_lists_every_task():
    with pytest.raises(UserError) as caught:
        composed(["task=zzz"])
    tasks = [file.stem for file in (paths.ROOT / "conf/task").glob("*.yaml")]
    assert len(tasks) > 10 and set(tasks) <= set(str(caught.value).split())
    assert "base/gate" not in str(caught.value)


def test_a_model_that_is_not_there_is_answered_with_the_recipes_too_and_with_no_former_name():
    with pytest.raises(UserError) as caught:
        composed(["model=zzz"])
    offered = set(str(caught.value).split())
    assert {"mlp_small", "recipe/churn"} <= offered and not set(RENAMED_MODELS) & offered


def test_a_recipe_is_chosen_by_its_name_and_takes_overrides_as_any_model():
    model = composed(["task=iris", "model=recipe/churn", "model.dropout=0.1"]).model
    assert (model.kind, model.units, model.dropout) == ("mlp", [64, 64], 0.1)
    with pytest.raises(UserError, match=r"model\.droput: unknown key; did you mean 'dropout'\?"):
        composed(["model=recipe/churn", "model.droput=0.1"])


def test_a_task_file_with_a_former_name_of_a_model_is_told_the_line_to_write(tmp_path, monkeypatch):
    shutil.copytree(paths.ROOT / paths.CONF, tmp_path / paths.CONF)
    file = tmp_path / paths.CONF / "task/churn.yaml"
    file.write_text(file.read_text().replace("override /model: recipe/churn", "override /model: mlp_64_64"))
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    advice = r"write model=recipe/churn, or in a file of conf/ `override /model: recipe/churn`"
    with pytest.raises(UserError, match=f"model=mlp_64_64: .*\n.*\n.*{advice}"):
        composed(["task=churn"])


def test_a_model_of_the_former_kind_python_is_told_that_it_is_called_custom():
    with pytest.raises(UserError, match=r"model\.kind = 'python': should be one of .*; it is now called 'custom'"):
        composed(["model=weight_tied", "model.kind=python"])
    with pytest.raises(UserError) as caught:
        composed(["source.kind=python"])
    assert "source.kind = 'python'" in str(caught.value) and "custom" not in str(caught.value)


def test_the_contract_is_open_to_overrides_and_closed_to_unknown_keys():
    assert composed(["contract.violation=drop"]).contract == {"violation": "drop", "columns": {}}
    with pytest.raises(UserError, match=r"contract\.violatoin: unknown key; did you mean 'violation'\?"):
        composed(["contract.violatoin=drop"])


def test_the_script_writes_what_it_composes(tmp_path):
    result = run_compose(tmp_path, "task=xor_gate", "optimizer.learning_rate=1e-3")
    assert (result.returncode, result.stderr) == (0, "")
    assert "wrote params.yaml for task xor_gate" in result.stdout
    wanted = composed(["task=xor_gate", "optimizer.learning_rate=1e-3"])
    assert read(tmp_path / "params.yaml") == OmegaConf.to_container(wanted)
    assert {file.name for file in tmp_path.iterdir()} == {"params.yaml", "src", "conf"}


@pytest.mark.parametrize("override", ["fit.epochs=-3", "task=zzz", "model.droput=1", "fit.epochs=["])
def test_a_refused_composition_leaves_the_params_file_untouched(tmp_path, override):
    before = b"task: churn  # mine\r\nodd: [1,\n 2]"
    (tmp_path / "params.yaml").write_bytes(before)
    result = run_compose(tmp_path, override)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("compose: configuration: ") and "Traceback" not in result.stderr
    assert (tmp_path / "params.yaml").read_bytes() == before
    assert {file.name for file in tmp_path.iterdir()} == {"params.yaml", "src", "conf"}


@pytest.fixture
def composed_churn(tmp_path):
    """A folder whose params.yaml was composed for churn with an override."""
    config = composed(["task=churn", "fit.epochs=7"])
    del config.fit.patience
    (tmp_path / "params.yaml").write_text(OmegaConf.to_yaml(config))
    return tmp_path


def test_check_tells_each_difference_and_fails(composed_churn):
    before = (composed_churn / "params.yaml").read_bytes()
    result = run_compose(composed_churn, "--check")
    assert result.returncode == 1
    lines = [line.strip() for line in result.stderr.splitlines()]
    assert lines[0] == "compose: params.yaml: differs from conf/"
    assert lines[1:3] == ["fit.epochs: 7 here, 1000 in conf/", "fit.patience: '???' here, 50 in conf/"]
    assert (composed_churn / "params.yaml").read_bytes() == before


def test_check_passes_with_the_overrides_that_were_composed(tmp_path):
    (tmp_path / "params.yaml").write_text(OmegaConf.to_yaml(composed(["task=churn", "fit.epochs=7"])))
    result = run_compose(tmp_path, "--check", "task=churn", "fit.epochs=7")
    assert (result.returncode, result.stderr) == (0, "")
    assert "params.yaml is what conf/ composes for task churn" in result.stdout


def test_check_notices_an_edit_of_conf(tmp_path):
    assert run_compose(tmp_path, "task=digits").returncode == 0
    assert run_compose(tmp_path, "--check").returncode == 0
    with (tmp_path / "conf/optimizer/adam.yaml").open("a") as stream:
        stream.write("# a remark changes no value\n")
    assert run_compose(tmp_path, "--check").returncode == 0
    file = tmp_path / "conf/task/digits.yaml"
    file.write_text(file.read_text().replace("epochs: 100", "epochs: 101"))
    result = run_compose(tmp_path, "--check")
    assert result.returncode == 1 and "fit.epochs: 100 here, 101 in conf/" in result.stderr


def test_check_without_a_params_file_says_how_to_write_one(tmp_path):
    result = run_compose(tmp_path, "--check")
    assert result.returncode == 1 and "params.yaml: there is no such file" in result.stderr


def test_help_shows_the_commands(tmp_path):
    result = run_compose(tmp_path, "--help")
    assert result.returncode == 0 and "python src/compose.py --check" in result.stdout
    assert not (tmp_path / "params.yaml").exists()


def test_composing_loads_no_library_of_the_metrics_and_no_framework():
    heavy = {"keras", "onnxruntime", "pandas", "scipy", "sklearn", "tensorflow"}
    code = f"import sys; from percept.composition import composed; composed([]); print({heavy} & set(sys.modules))"
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, cwd=paths.ROOT / "src", capture_output=True, text=True, check=True)
    assert result.stdout == "set()\n"


def test_a_change_of_the_task_is_named_and_no_other_composition(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    assert task_change("wine") is None
    (tmp_path / "params.yaml").write_text("task: digits\n", encoding="utf-8")
    assert task_change("wine") == "task wine (was digits)"
    assert task_change("digits") is None
