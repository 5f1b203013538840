"""conf/, params.yaml, dvc.yaml and src/ agree with each other."""

import ast
import importlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hydra.core.config_store import ConfigStore
from omegaconf import OmegaConf
from project_conf import GROUPS, PUBLISHED, choices, own_files

from percept.composition import RENAMED_MODELS, Config, composed, register
from percept.errors import UserError
from percept.params import Params, plain_values, read
from percept.params.staleness import conf_digest

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src"
CONF = ROOT / "conf"
PIPELINES = ("dvc.yaml", "search/pipeline.yaml")
STAGES = {
    name: stage
    for pipeline in PIPELINES
    for name, stage in OmegaConf.to_container(OmegaConf.load(ROOT / pipeline))["stages"].items()
}
OPEN_VALUES = {  # what a choice leaves to the task
    "binary": ["objective.target=target", "objective.positive=1"],
    "multilabel": ["objective.target=[a,b]"],
    "regression": ["objective.target=target"],
    "tabm": ["task=iris"],
    "wide_deep": ["task=iris"],
    "recipe/california_wide_deep": ["task=california"],
}
HEAVY = {"keras", "tensorflow"}
CHOICES = [(group, choice) for group in GROUPS for choice in choices(group)]


def params_class(stage: str) -> type[Params]:
    """What a stage reads of params.yaml: nothing, where it has no such class."""
    return getattr(importlib.import_module(stage), f"{stage.title()}Params", Params)


def imported_files(script: Path, seen: set[Path] | None = None) -> set[Path]:
    """Project files that `script` imports, directly or not, at the top or inside a function."""
    seen = set() if seen is None else seen
    for node in ast.walk(ast.parse(script.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        packages = [".".join(name.split(".")[: end + 1]) for name in names for end in range(name.count(".") + 1)]
        for name in packages:
            base = SRC / Path(*name.split("."))
            for file in (base.with_suffix(".py"), base / "__init__.py"):
                if file.is_file() and file not in seen:
                    seen.add(file)
                    imported_files(file, seen)
    return seen


@pytest.mark.parametrize("stage", STAGES)
def test_dvc_tracks_every_section_a_stage_reads_and_no_other(stage):
    assert set(STAGES[stage].get("params", [])) == set(params_class(stage).model_fields)


def rooms_of(files: set[Path]) -> set[str]:
    """What dvc.yaml lists for these files: rooms of the library as whole folders, files elsewhere as they are."""
    library = SRC / "percept"
    rooms = {library / file.relative_to(library).parts[0] for file in files if file.is_relative_to(library)}
    return {str(path.relative_to(ROOT)) for path in rooms | {file for file in files if library not in file.parents}}


@pytest.mark.parametrize("stage", STAGES)
def test_dvc_tracks_every_room_a_stage_enters_and_no_other(stage):
    script = SRC / f"{stage}.py"
    code = {dep for dep in STAGES[stage]["deps"] if dep.startswith("src/") and dep != "src/custom"}
    assert code == rooms_of({script} | imported_files(script))


def test_every_section_of_the_configuration_is_read_by_some_stage():
    read_by_stages = {name for stage in STAGES for name in params_class(stage).model_fields}
    assert set(Config.model_fields) - {"conf"} == read_by_stages


@pytest.mark.parametrize(("group", "choice"), CHOICES)
def test_every_choice_in_conf_composes_and_is_accepted_by_every_stage(group, choice, tmp_path):
    params = tmp_path / "params.yaml"
    overrides = [f"{group}={choice}", *OPEN_VALUES.get(choice, [])]
    params.write_text(OmegaConf.to_yaml(composed(overrides)), encoding="utf-8")
    for stage in STAGES:
        params_class(stage).load(params)


def test_params_file_is_what_conf_composes_by_default_unless_an_own_task_was_run():
    found = read(ROOT / "params.yaml")
    wanted = plain_values(composed([]))
    assert found | {"conf": ""} == wanted | {"conf": ""} or found["task"] not in PUBLISHED


def test_params_file_carries_the_digest_of_conf():
    found = read(ROOT / "params.yaml")
    if own_files():
        pytest.skip(f"conf/ has files of a person's own, which the digest covers: {own_files()[0].name}")
    assert found["conf"]["digest"] == conf_digest(found["task"], CONF)


@pytest.mark.parametrize("task", PUBLISHED)
def test_a_task_is_named_like_its_file_and_opens_with_what_the_data_is(task):
    assert composed([f"task={task}"]).task == task
    lines = (CONF / "task" / f"{task}.yaml").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "# @package _global_"
    assert lines[1].startswith("# ") and lines[2].startswith("# ")


@pytest.mark.parametrize("stage", [stage for stage in STAGES if stage != "train"])
def test_only_train_loads_tensorflow_and_no_stage_a_package_of_an_extra(stage):
    late = {*HEAVY, "distributed", "optuna", "pyarrow"}
    code = f"import sys; sys.path.insert(0, 'src'); import {stage}; print({late} & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout == "set()\n"


def stated_in(group: str, choice: str) -> tuple[dict, dict]:
    """What a file of conf/ says, and what it starts from: another file, and in the end the defaults of a class."""
    stated = OmegaConf.to_container(OmegaConf.load(CONF / group / f"{choice}.yaml"))
    start, *_ = stated.pop("defaults")
    start = start.removesuffix("@_here_")
    if start.startswith(f"/options/{group}/"):
        register()
        return stated, OmegaConf.to_container(ConfigStore.instance().load(f"{start.removeprefix('/')}.yaml").node)
    said, started_from = stated_in(group, start)
    return stated, started_from | said


@pytest.mark.parametrize(("group", "choice"), [choice for choice in CHOICES if choice[0] not in ("task", "experiment")])
def test_a_default_is_stated_once_in_the_class_of_the_options_and_conf_says_what_differs(group, choice):
    stated, started_from = stated_in(group, choice)
    assert {key: value for key, value in stated.items() if key in started_from and started_from[key] == value} == {}


def test_the_main_file_of_conf_repeats_no_default_of_a_section():
    assert set(OmegaConf.load(CONF / "config.yaml")) == {"defaults", "seed", "conf"}


def test_params_file_states_every_default():
    found = read(ROOT / "params.yaml")
    checked = Config.check(found, "params.yaml").model_dump(mode="json")
    for section in ("features", "objective", "contract", "model", "optimizer", "fit"):
        assert found[section] == checked[section]


@pytest.mark.parametrize("old", RENAMED_MODELS)
def test_a_former_name_of_a_model_is_told_the_new_one(old):
    new = RENAMED_MODELS[old]
    assert (CONF / "model" / f"{new}.yaml").is_file()
    with pytest.raises(UserError, match=f"model={old}: a name of an earlier version\n  expected: model={new}"):
        composed([f"model={old}"])


def test_an_edit_of_what_a_task_starts_from_changes_the_digest(tmp_path):
    shutil.copytree(CONF, tmp_path / "conf")
    before = conf_digest("xor_gate", tmp_path / "conf")
    with (tmp_path / "conf/task/base/gate.yaml").open("a", encoding="utf-8") as stream:
        stream.write("# edited\n")
    assert conf_digest("xor_gate", tmp_path / "conf") != before
