"""A task file or params.yaml from a stranger, and data full of configuration: nothing outside the clone is touched."""

import json

import pytest

from percept.params import read

SECRET = "hunter2"
HOSTILE = "# @package _global_\n# Hostile.\ndefaults:\n  - digits\n  - _self_\n"
TEXTS = ["${oc.env:SECRET}", "\\${fit.epochs}", "$${a\\\\", "a: b #\nseed: 7", "x\u2028\x85\u202ey"]


@pytest.fixture
def around(clone):
    """What lies beside the clone, by its name."""
    victim = clone.folder.parent / "victim"
    victim.mkdir(exist_ok=True)
    (victim / "file.txt").write_text("precious")
    (victim / "net.py").write_text(f"open({str(victim / 'was_run')!r}, 'w')\n")

    def files() -> dict[str, bytes]:
        return {str(file): file.read_bytes() for file in clone.folder.parent.glob("victim/**/*")} | {
            file.name: b"" for file in clone.folder.parent.iterdir()
        }

    return files


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ('task: "../../victim"\n', "it names a folder"),
        ("task: hostile\nfit:\n  epochs: ${oc.env:SECRET}\n", "fit.epochs: '${oc.env:SECRET}' asks for more"),
        ("task: hostile\nmodel:\n  kind: custom\n  entry: ../../../victim/net.py:f\n", "model.entry"),
        ("task: hostile\nconf: none\n", "conf: a key of the composition itself"),
    ],
)
def test_a_hostile_task_file_is_refused_before_anything_is_written(clone, around, lines, message):
    (clone.folder / "conf/task/hostile.yaml").write_text(HOSTILE + lines, encoding="utf-8")
    before, beside = clone.contents(), around()
    result = clone.run("dvc", "exp", "run", "-S", "task=hostile", check=False, SECRET=SECRET)
    assert result.returncode != 0 and message in result.stdout
    assert SECRET not in result.stdout and "Traceback" not in result.stdout
    assert (clone.contents(), around()) == (before, beside)
    (clone.folder / "conf/task/hostile.yaml").unlink()


@pytest.mark.parametrize("script", ["fetch", "train", "ship"])
def test_a_name_edited_into_params_yaml_is_refused(clone, around, script):
    file = clone.folder / "params.yaml"
    former = file.read_text(encoding="utf-8")
    file.write_text(former.replace("task: digits", 'task: "../../victim"'), encoding="utf-8")
    before, beside = clone.contents(), around()
    result = clone.run("python", f"src/{script}.py", check=False)
    assert result.returncode == 1 and "params.yaml: task: '../../victim'" in result.stdout
    assert (clone.contents(), around()) == (before, beside)
    file.write_text(former, encoding="utf-8")


@pytest.mark.slow
def test_texts_of_the_data_stay_texts_from_new_task_to_the_shipped_file(clone):
    rows = [f'{number % 7},"{TEXTS[number % 5]}","{TEXTS[number % 2]}"\n' for number in range(120)]
    content = "".join(['"${price}\nseed: 7","#: {x","${oc.env:SECRET}"\n', *rows])
    (clone.folder / "odd.csv").write_text(content, encoding="utf-8", newline="")
    clone.run("python", "src/new_task.py", "odd.csv", "--target", "${oc.env:SECRET}", SECRET=SECRET)
    clone.run("dvc", "exp", "run", "-S", "task=odd", "-S", "fit.epochs=2", SECRET=SECRET)
    params = read(clone.folder / "params.yaml")
    assert (params["seed"], params["objective"]["target"]) == (0, "${oc.env:SECRET}")
    assert sorted(params["contract"]["columns"]["#: {x"]["values"]) == sorted(TEXTS)
    assert params["features"]["numeric"] == ["${price}\nseed: 7"]
    clone.run("python", "src/compose.py", "task=odd", "fit.epochs=2", SECRET=SECRET)
    assert read(clone.folder / "params.yaml") == params
    answers = clone.run("python", "src/predict.py", "odd.csv", SECRET=SECRET).stdout
    assert json.loads((clone.folder / "results/metrics.json").read_text())["task"] == "odd"
    assert f"probability of {TEXTS[1]}" in answers and SECRET not in answers
    tracked = clone.run("git", "grep", "--untracked", "-l", "--fixed-strings", SECRET, check=False).stdout.split()
    assert [name for name in tracked if not name.startswith("tests/")] == []


def test_commands_work_on_the_project_wherever_they_are_started_and_dvc_says_where_it_belongs(clone):
    before = clone.contents()
    refused = clone.run("sh", "-c", "cd docs && dvc exp run -S task=wine", check=False).stdout
    assert "DVC would write params.yaml here" in refused and "Traceback" not in refused
    assert clone.contents() == before and not (clone.folder / "docs/params.yaml").exists()
    clone.run("sh", "-c", "cd docs && python ../src/compose.py task=wine")
    assert read(clone.folder / "params.yaml")["task"] == "wine" and not (clone.folder / "docs/params.yaml").exists()
    shown = [
        clone.run("sh", "-c", f"cd {folder} && python {root}/src/show.py").stdout
        for folder, root in ((".", "."), ("docs", ".."))
    ]
    assert shown[0] == shown[1]
