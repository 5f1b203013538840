"""Files of conf/ are read within bounds; what is wrong with one is said with its name."""

import os
import re
import shutil

import pytest

from percept import paths
from percept.composition import composed
from percept.errors import UserError


@pytest.fixture
def task(tmp_path, monkeypatch):
    """A function that composes a task file of a copy of conf/."""
    shutil.copytree(paths.ROOT / paths.CONF, tmp_path / paths.CONF)
    monkeypatch.setattr(paths, "ROOT", tmp_path)

    def compose(lines: str | bytes, *overrides: str):
        head = b"# @package _global_\ndefaults:\n  - digits\n  - _self_\n"
        content = head + lines.encode() if isinstance(lines, str) else lines
        (tmp_path / paths.CONF / "task/hostile.yaml").write_bytes(content)
        return composed(["task=hostile", *overrides])

    return compose


@pytest.mark.parametrize(
    "name", ["..", "../../x", "/etc", "", "a/b", "a.b", "nul", "x" * 101, r'"a\0b"', r'"a\nb"', "'a:b'", "-a", "{b: 1}"]
)
def test_a_task_is_called_by_a_plain_name(task, name):
    with pytest.raises(UserError, match=r"\n    task"):
        task(f"task: {name}\n")
    assert task("task: hostile\n").task == "hostile"


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("fit:\n  epochs: ${oc.env:HOME}\n", "conf/task/hostile.yaml: fit.epochs: '${oc.env:HOME}' asks for more"),
        ("conf: mine\n", "conf/task/hostile.yaml: conf: a key of the composition itself"),
        ("hydra:\n  job:\n    env_copy: [HOME]\n", "conf/task/hostile.yaml: hydra: a key of the composition itself"),
        (b"# @package conf\nx: 1\n", "conf/task/hostile.yaml: @package conf: a key"),
        (b"# @package hydra.job\nenv_copy: [NONE]\n", "conf/task/hostile.yaml: @package hydra.job: a key"),
        (b"defaults:\n  - /optimizer@conf: adam\n", "conf/task/hostile.yaml: /optimizer@conf: a key"),
        (b"defaults:\n  - /fit/default@hydra.job\n", "conf/task/hostile.yaml: /fit/default@hydra.job: a key"),
        ("x: &x [1, 2]\ny: *z\n", "conf/task/hostile.yaml: *z stands inside, or before"),
        (b"task: \xff\n", "conf/task/hostile.yaml: 'utf-8' codec can't decode"),
        (b"- a\n", "conf/task/hostile.yaml: no mapping of options"),
        (b"# @package\ntask: hostile\n", "conf/task/hostile.yaml: Expected header format"),
        (b"task: [1\n", "conf/task/hostile.yaml: while parsing"),
        (b"defaults:\n  - ../../outside\n", "outside"),
        (b"defaults:\n  - hostile\n", "a file of conf/ starts from itself"),
        ("seed: -1\n", "seed = -1: should be greater than or equal to 0"),
        ("seed: 4294967296\n", "seed = 4294967296: should be less than 4294967296"),
        ("model:\n  kind: custom\n  entry: /etc/x.py:build\n", "should be a file below src/custom/"),
    ],
)
def test_a_task_file_that_cannot_be_composed_is_refused_with_its_key(task, lines, reason):
    with pytest.raises(UserError, match=re.escape(reason)):
        task(lines)


def test_a_file_outside_conf_is_not_composed(task, tmp_path):
    (tmp_path / "outside.yaml").write_text("seed: 1\n")
    with pytest.raises(UserError, match="it leads out of its folder"):
        composed(["task=../../outside"])


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_file_that_may_not_be_read_is_named(task, tmp_path):
    task("task: hostile\n")
    (tmp_path / paths.CONF / "task/hostile.yaml").chmod(0)
    with pytest.raises(UserError, match=r"conf/task/hostile\.yaml: .*Permission denied"):
        composed(["task=hostile"])
