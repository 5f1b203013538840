"""Another kind is chosen by one word, whatever the task, the experiment or a file of conf/ says for the kind it had."""

import pytest

from percept import paths
from percept.composition import composed, load_config
from percept.errors import UserError

TASK = """# @package _global_
defaults:
  - override /features: table
  - override /objective: multiclass
  - override /model: tabm
  - override /optimizer: adamw_cosine

task: own
source: {kind: bundled, name: iris}
features: {numeric: rest, scaling: standard}
split: {test: {kind: fraction, fraction: 0.2}, validation: {kind: fraction, fraction: 0.2}}
objective: {target: target}
model: {members: 8}
optimizer: {weight_decay: 0.05, schedule: {warmup_epochs: 3}}
"""
EXPERIMENT = """# @package _global_
defaults:
  - override /task: own

model: {members: 2}
"""
OTHER_MODEL = """# @package _global_
defaults:
  - override /task: own
  - override /model: mlp_small
"""


@pytest.fixture(autouse=True)
def own(tmp_path, monkeypatch):
    """Make tasks and experiments of a person."""
    conf = tmp_path / "conf"
    conf.mkdir()
    for folder in (paths.ROOT / paths.CONF).iterdir():
        (conf / folder.name).symlink_to(folder)
    for group, files in {"task": {"own": TASK}, "experiment": {"two": EXPERIMENT, "other": OTHER_MODEL}}.items():
        (conf / group).unlink()
        (conf / group).mkdir()
        for file in (paths.ROOT / paths.CONF / group).iterdir():
            (conf / group / file.name).symlink_to(file)
        for name, text in files.items():
            (conf / group / f"{name}.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(paths, "ROOT", tmp_path)


@pytest.mark.parametrize(
    "words",
    [
        ["task=own", "model=mlp"],
        ["experiment=two", "model=mlp"],
        ["experiment=other"],
        ["task=own", "model=tabm", "model.kind=mlp"],
    ],
)
def test_another_model_needs_no_word_on_what_the_former_had(words):
    assert "members" not in composed(words).model
    assert load_config(words).model.kind == "mlp"


def test_what_another_optimizer_or_schedule_had_goes_with_it():
    assert load_config(["task=own", "optimizer=sgd"]).optimizer.kind == "sgd"
    words = ["task=own", "optimizer.schedule.kind=constant"]
    assert set(composed(words).optimizer.schedule) == {"kind"}
    assert load_config(["optimizer=adamw_cosine", "optimizer.schedule={kind: constant}"])


@pytest.mark.parametrize(
    ("words", "key"),
    [
        (["task=own", "model=mlp", "model.members=8"], "model.members"),
        (["task=own", "model={kind: mlp, units: [8], members: 8}"], "model.members"),
        (["task=own", "model.dropuot=0.1"], "model.dropuot"),
        (["task=own", "optimizer.schedule={kind: constant, warmup_epochs: 3}"], "optimizer.schedule.warmup_epochs"),
    ],
)
def test_what_a_person_asks_for_is_never_left_out_in_silence(words, key):
    with pytest.raises(UserError, match=rf"{key}: unknown key"):
        composed(words)


def test_the_kind_of_the_task_keeps_its_options():
    assert load_config(["task=own", "seed=1"]).model.members == 8
    assert load_config(["experiment=two"]).model.members == 2
