"""A public table with Korean and emoji in all its names, the way of a new user."""

import pytest
from golden_tasks import ROOT
from stage_runs import overrides_of_new_task, run_stages, workspace

from percept.profiling.task_options import TaskOptions


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
        report = run_stages([*overrides_of_new_task(file, TaskOptions(own.target)), "fit.epochs=20"])
    assert report["test"]["accuracy"] > 0.9


def test_an_archive_with_other_bytes_is_refused(own_tables, monkeypatch, tmp_path):
    monkeypatch.setattr(own_tables, "FOLDER", tmp_path)
    (tmp_path / own_tables.PACKAGES["palmerpenguins"].file).write_bytes(b"other")
    with pytest.raises(SystemExit, match="expected 5c3be9af"):
        own_tables.penguins()
