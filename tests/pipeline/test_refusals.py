"""Bad input through DVC: one clear message, and nothing is changed."""

from pathlib import Path

import pytest

CHURN_LIKE = """# @package _global_
# Six rows.
# Expected: nothing.
defaults:
  - override /features: table
  - override /objective: binary

task: own
source:
  kind: csv
  files:
    - path: own.csv
      urls: [own.csv]
      sha256: "{sha256}"
features:
  numeric: [{numeric}]
  missing:
    numeric: error
split:
  test: {{kind: fraction, fraction: 0.34, stratify: false, random_state: 1}}
  validation: {{kind: none}}
objective:
  target: left
  positive: "yes"
"""
GOOD = "age,left\n31,yes\n32,no\n33,yes\n34,no\n35,yes\n36,no\n"


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("task=zzz", "Could not find 'task/zzz'"),
        ("model.droput=1", "model.droput: unknown key; did you mean 'dropout'?"),
        ("+model.droput=1", "model.droput: unknown key; did you mean 'dropout'?"),
        ("modell.dropout=1", "modell: unknown key; did you mean 'model'?"),
        ("dropout=0.1", "dropout: unknown key; did you mean model.dropout?"),
        ("task=null", "task=null: no name of a task"),
        ("model.dropout=1.5", "model.dropout = 1.5"),
        ("model=wide_deep", "a model that takes them: cnn, mlp, perceptron, custom"),
        ("model=mlp_64", "model=mlp_64: a name of an earlier version"),
        ("fit.epochs=-3", "fit.epochs = -3: should be greater than 0"),
        ("fit.epochs=many", "fit.epochs = 'many'"),
        ("objective.primary=mse", "objective.primary = 'mse'"),
        ("source.name=???", "source.name"),
    ],
)
def test_a_bad_override_is_refused_before_anything_is_written(clone, override, message):
    before = clone.contents()
    result = clone.run("dvc", "exp", "run", "-S", override, check=False)
    assert result.returncode != 0
    assert message in result.stdout
    assert "Traceback" not in result.stdout
    assert clone.contents() == before


@pytest.mark.parametrize(
    ("content", "numeric", "message"),
    [
        (GOOD, "agee", "has no column 'agee'; did you mean 'age'?"),
        (GOOD.replace("left", "gone"), "age", "has no column 'left'"),
        ("", "age", "the file is empty"),
        (GOOD.replace("no", "yes"), "age", "one class alone, 'yes', in 6 rows"),
        (GOOD.replace("33,", ","), "age", "1 of 6 cells are missing, the first in line 4"),
        (GOOD.replace("33,", "old,"), "age", "line 4: 'old'"),
    ],
    ids=["wrong column", "lost target", "empty", "one class", "missing cell", "text in a number"],
)
def test_a_bad_table_is_refused_and_the_former_outputs_stay(clone, content, numeric, message):
    own = clone.folder / "own.csv"
    task = clone.folder / "conf/task/own.yaml"
    own.write_text(content, encoding="utf-8")
    task.write_text(CHURN_LIKE.format(sha256=_sha256(own), numeric=numeric), encoding="utf-8")
    clone.run("python", "src/compose.py", "task=own")
    before = {name: content for name, content in clone.contents().items() if not name.startswith("data/raw/")}
    result = clone.run("dvc", "repro", check=False)
    assert result.returncode != 0
    assert message in result.stdout
    assert "Traceback" not in result.stdout
    after = {name: content for name, content in clone.contents().items() if not name.startswith("data/raw/")}
    assert {name: after[name] for name in before if name != "dvc.lock"} == {
        name: content for name, content in before.items() if name != "dvc.lock"
    }
    for file in (own, task):
        file.unlink()
    clone.run("git", "checkout", "--quiet", ".")


def _sha256(path: Path) -> str:
    from percept.sources.download import sha256

    return sha256(path)


def test_a_stale_params_file_is_warned_of(clone):
    fit = clone.folder / "conf/fit/default.yaml"
    former = fit.read_text(encoding="utf-8")
    fit.write_text(f"{former}  - _self_\n\nengine: keras\n", encoding="utf-8")
    assert "warning: params.yaml was composed before conf/ was edited" in clone.run("python", "src/evaluate.py").stdout
    check = clone.run("python", "src/compose.py", "--check", check=False)
    fit.write_text(former, encoding="utf-8")
    assert check.returncode == 1
    assert "fit.engine: 'auto' here, 'keras' in conf/" in check.stdout
