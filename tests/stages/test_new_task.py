"""new_task from a person's file to a run: difficult tables, pictures, and all that is refused."""

import csv
import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from golden_tasks import FOLDER, OPTIONS, ROOT, inferred, rendered
from hypothesis import given, settings
from hypothesis import strategies as st
from omegaconf import OmegaConf
from PIL import Image
from stage_runs import run_stages, workspace

import fetch
import preprocess
from percept import paths
from percept.composition import composed
from percept.errors import UserError
from percept.profiling.reading import ReadOptions, read_table
from percept.profiling.task import propose_task
from percept.profiling.task_file import render
from percept.profiling.task_options import TaskOptions
from percept.sources.download import sha256


@pytest.mark.parametrize("name", OPTIONS)
def test_the_task_file_of_a_difficult_table_is_the_one_that_was_reviewed(name):
    assert rendered(name) == (ROOT / FOLDER / f"{name}.yaml").read_text(encoding="utf-8")


def with_tasks(folder: Path, name: str) -> list[str]:
    """Overrides that choose a golden task in a workspace, with its file in place."""
    for file in (ROOT / FOLDER).iterdir():
        target = folder / ("found/task" if file.suffix == ".yaml" else FOLDER) / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
    return [f"task={name}", f"hydra.searchpath=[file://{folder / 'found'}]"]


@pytest.mark.parametrize("name", OPTIONS)
def test_preprocess_takes_the_task_file_of_a_difficult_table(name):
    with workspace() as folder:
        paths.PARAMS.write_text(OmegaConf.to_yaml(composed(with_tasks(folder, name))), encoding="utf-8")
        fetch.main()
        preprocess.main()
        assert (paths.PREPARED / paths.SPEC).is_file() and not paths.VIOLATIONS.exists()


@pytest.mark.parametrize("name", ["korean", "payments", "rents", "visits"])
def test_a_run_of_the_task_is_better_than_the_simplest_guess(name):
    with workspace() as folder:
        report = run_stages([*with_tasks(folder, name), "fit.epochs=10"])
    task = inferred(name)
    score = report["test"][report["primary"]]
    if task.kind == "regression":
        assert score > 0.5
    elif report["primary"] == "roc_auc":
        assert score > 0.8
    else:
        assert score > task.classes[0][1] / task.target.num_present + 0.2


@pytest.fixture(scope="module")
def repository(tmp_path_factory) -> Path:
    """A copy of src/ and conf/, for the script to write into."""
    folder = tmp_path_factory.mktemp("new_task") / "percept"
    for name in ("src", "conf"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    rows = [f"C{row:03d},{20 + row % 50},{('yes', 'no')[row % 50 % 7 > row % 3]}\n" for row in range(300)]
    (folder / "customers.csv").write_text("".join(["customer_id,age,churned\n", *rows]), encoding="utf-8")
    return folder


def run(folder: Path, *words: str, script: str = "new_task.py", code: int = 0) -> str:
    """What a script says; `code` is its exit status."""
    command = [sys.executable, str(folder / "src" / script), *words]
    known = {name: value for name, value in os.environ.items() if name != "DATA_MIRROR"}
    result = subprocess.run(command, cwd=folder, env=known, capture_output=True, text=True, timeout=120)
    assert result.returncode == code, result.stdout + result.stderr
    assert "Traceback" not in result.stderr
    return result.stdout if code == 0 else result.stderr


def test_the_script_shows_the_columns_writes_the_file_and_names_the_next_command(repository):
    output = run(repository, "customers.csv", "--target", "churned", "--name", "first")
    assert output.startswith("customers.csv: 300 rows, 3 columns\n")
    assert re.search(r"customer_id +identifier +- +300 different values, such as C000 +left out: identifier", output)
    assert re.search(r"age +number +- +whole numbers from 20 to 69 +numeric\n", output)
    assert output.endswith("wrote conf/task/first.yaml\n\nReview it, then:\n  dvc exp run -S task=first\n")
    text = (repository / "conf/task/first.yaml").read_text(encoding="utf-8")
    assert "      urls: [customers.csv] " in text
    assert f'sha256: "{sha256(repository / "customers.csv")}"' in text
    assert "# Written by `python src/new_task.py customers.csv --target churned --name first`." in text
    run(repository, "task=first", script="compose.py")


def test_nothing_is_overwritten_without_force(repository):
    words = ("customers.csv", "--target", "churned", "--name", "second")
    run(repository, *words)
    file = repository / "conf/task/second.yaml"
    written = file.read_bytes()
    assert "conf/task/second.yaml says so already" in run(repository, *words)
    message = run(repository, *words, "--drop", "customer_id", code=1)
    assert "conf/task/second.yaml: it is there already; this would change:" in message
    assert "+    - customer_id           # as asked" in message and "--force" in message
    assert file.read_bytes() == written
    run(repository, *words, "--drop", "customer_id", "--force")
    assert b"# as asked" in file.read_bytes()
    assert sorted(one.name for one in file.parent.glob(".*")) == []


def test_a_file_elsewhere_is_named_from_the_root(repository, tmp_path):
    shutil.copy(repository / "customers.csv", tmp_path / "Kunden 2024.csv")
    output = run(repository, str(tmp_path / "Kunden 2024.csv"), "--target", "churned")
    assert "dvc exp run -S task=kunden_2024" in output
    text = (repository / "conf/task/kunden_2024.yaml").read_text(encoding="utf-8")
    assert f'urls: ["{tmp_path}/Kunden 2024.csv"]' in text and "path: Kunden 2024.csv\n" in text


@pytest.mark.parametrize("form", ["parquet", "csv.gz"])
def test_a_table_in_another_form_becomes_the_same_task(repository, form, tmp_path):
    table = pd.read_csv(repository / "customers.csv")
    file = tmp_path / f"bookings.{form}"
    table.to_parquet(file) if form == "parquet" else table.to_csv(file, index=False)
    run(repository, "customers.csv", "--target", "churned", "--name", "plain", "--force")
    run(repository, str(file), "--target", "churned", "--force")
    plain, other = (
        OmegaConf.to_container(OmegaConf.load(repository / f"conf/task/{name}.yaml")) for name in ("plain", "bookings")
    )
    assert other.pop("source")["kind"] == form.removesuffix(".gz") and plain.pop("source")
    assert other | {"task": "plain"} == plain
    run(repository, "task=bookings", script="compose.py")
    run(repository, script="fetch.py")
    assert "300 rows -> " in run(repository, script="preprocess.py")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["customers.csv"], "--target: not given; customers.csv has 'customer_id', 'age', 'churned'"),
        (["customers.csv", "--target", "churn"], "no column 'churn'; did you mean 'churned'?"),
        (["nothing.csv", "--target", "x"], "nothing.csv: there is no such file; beside it: customers.csv"),
        (["src", "--target", "x"], "src: a folder"),
        (["--images", "conf"], "conf: no picture of 'experiment'"),
    ],
)
def test_what_a_person_can_correct_is_one_message(repository, words, message):
    before = sorted((repository / "conf/task").iterdir())
    assert message in run(repository, *words, code=1)
    assert sorted((repository / "conf/task").iterdir()) == before


def test_pictures_become_a_task(repository):
    random = np.random.default_rng(0)
    for number in range(60):
        shade = number % 3 * 80
        size = (40 + number % 5, 30)
        file = repository / "leaves" / ("oak", "maple", "단풍")[number % 3] / f"{number}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(random.integers(shade, shade + 60, size, dtype=np.uint8)).save(file)
    (repository / "leaves/oak/broken.png").write_bytes(b"no picture")
    output = run(repository, "--images", "leaves")
    assert output.startswith("leaves: 60 pictures, 42 x 30 in the middle, grey; maple (20), oak (20), 단풍 (20)")
    assert "Cannot be read, and left out: oak/broken.png." in output
    text = (repository / "conf/task/leaves.yaml").read_text(encoding="utf-8")
    assert "size: [32, 32]" in text and "color: grey" in text and "broken: drop" in text
    run(repository, "task=leaves", script="compose.py")
    run(repository, script="fetch.py")
    output = run(repository, script="preprocess.py")
    assert "61 rows -> 36 train, 12 validation, 12 test, 1 dropped (picture cannot be read)" in output


WORD = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp", "Zs"]), min_size=1, max_size=6)
VALUES = st.one_of(
    st.integers(-(10**6), 10**6).map(str),
    st.floats(-1e6, 1e6).map(lambda number: f"{number:.3f}"),
    st.dates().filter(lambda day: day.year > 1800).map(str),
    WORD,
    st.sampled_from(["yes", "no", "", "NA", "?"]),
)


@st.composite
def tables(draw) -> tuple[list[str], list[list[str]]]:
    """Names and rows of a table whose columns hold values of one sort each; the last one has two classes."""
    names = draw(st.lists(WORD, min_size=2, max_size=5, unique_by=str.strip))
    num_rows = draw(st.integers(8, 40))
    columns = []
    for _ in names[1:]:
        some = draw(st.lists(VALUES, min_size=1, max_size=6))
        columns.append([some[row % len(some)] for row in range(num_rows)])
    labels = draw(st.lists(WORD, min_size=2, max_size=2, unique_by=str.lower))
    columns.append([labels[row % 2] for row in range(num_rows)])
    return names, [list(row) for row in zip(*columns, strict=True)]


@settings(max_examples=15)
@given(tables())
def test_any_table_of_simple_columns_gives_a_file_that_composes(tmp_path_factory, table):
    names, rows = table
    stream = io.StringIO(newline="")
    csv.writer(stream, quoting=csv.QUOTE_ALL).writerows([names, *rows])
    folder = tmp_path_factory.mktemp("any")
    file = folder / "table.csv"
    file.write_bytes(stream.getvalue().encode())
    try:
        reading = read_table(file, ReadOptions(header=True, separator=","))
        task = propose_task(reading, TaskOptions(list(reading.table.columns)[-1]))
    except UserError as refused:
        assert "what to do: " in str(refused) and "configuration" not in str(refused)
        return
    text = render(task, "any", {"path": "table.csv", "urls": [str(file)], "sha256": "0" * 64}, "new_task").text
    (folder / "task").mkdir()
    (folder / "task/any.yaml").write_text(text, encoding="utf-8")
    config = composed(["task=any", f"hydra.searchpath=[file://{folder}]"])
    used = [*config.features.numeric, *config.features.category, *config.features.date, *config.features.drop]
    assert sorted([*used, config.objective.target]) == sorted(reading.table.columns)
