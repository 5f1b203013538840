"""A public table with Korean and emoji in all its names, the way of a new user."""

import pytest
from golden_tasks import ROOT
from stage_runs import run_stages, workspace

from percept.profiling.reading import read_table
from percept.profiling.task import propose_task
from percept.profiling.task_file import render
from percept.profiling.task_options import TaskOptions
from percept.sources.download import sha256


@pytest.fixture
def own_tables(monkeypatch):
    """benchmarks/own_tables.py; skips where the package with the table cannot be had."""
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    import own_tables

    try:
        own_tables.archive("palmerpenguins")
    except SystemExit as reason:
        pytest.skip(str(reason))
    return own_tables


def test_the_task_file_of_a_public_table_runs_unedited_and_tells_the_classes_apart(own_tables):
    own = own_tables.TABLES["penguins"]
    with workspace() as folder:
        file = folder / "penguins.csv"
        file.write_bytes(own.build())
        task = propose_task(read_table(file), TaskOptions(own.target))
        source = {"path": file.name, "urls": [str(file)], "sha256": sha256(file)}
        (folder / "found/task").mkdir(parents=True)
        written = folder / "found/task/penguins.yaml"
        written.write_text(render(task, "penguins", source, "new_task").text, encoding="utf-8")
        report = run_stages(["task=penguins", f"hydra.searchpath=[file://{folder / 'found'}]"])
    assert report["test"]["accuracy"] > 0.9


def test_an_archive_with_other_bytes_is_refused(own_tables, monkeypatch, tmp_path):
    monkeypatch.setattr(own_tables, "FOLDER", tmp_path)
    (tmp_path / own_tables.PACKAGES["palmerpenguins"].file).write_bytes(b"other")
    with pytest.raises(SystemExit, match="expected 5c3be9af"):
        own_tables.penguins()
