"""The task file lists columns one by one, unless there are too many, and the overview is cut."""

import pytest
from omegaconf import OmegaConf

from percept.profiling.overview import overview
from percept.profiling.reading import read_table
from percept.profiling.task import propose_task
from percept.profiling.task_file import render
from percept.profiling.task_options import TaskOptions

SOURCE = {"path": "t.csv", "urls": ["t.csv"], "sha256": "0" * 64}


@pytest.fixture
def task(tmp_path):
    def of(num_columns: int, target=lambda row: "ab"[row % 2]):
        names = [f"g{number}" for number in range(num_columns)]
        lines = [",".join([*names, "kind", "y"])]
        for row in range(40):
            cells = [str((row * (number + 3)) % 11 / 2) for number in range(num_columns)]
            lines.append(",".join([*cells, "uvw"[row % 3], target(row)]))
        (tmp_path / "t.csv").write_text("\n".join(lines) + "\n")
        return propose_task(read_table(tmp_path / "t.csv"), TaskOptions("y"))

    return of


def test_a_thousand_columns_are_not_listed_one_by_one(task):
    found = task(1000)
    config = OmegaConf.to_container(OmegaConf.create(render(found, "t", SOURCE, "new_task").text))
    assert config["features"]["numeric"] == "rest" and config["features"]["category"] == ["kind"]
    assert list(config["contract"]["columns"]) == ["y"]
    lines = overview(found).splitlines()
    assert len(lines) < 50 and "... and 962 more columns" in lines


def test_some_columns_are_listed_each_with_its_rule(task):
    config = OmegaConf.to_container(OmegaConf.create(render(task(5), "t", SOURCE, "new_task").text))
    assert config["features"]["numeric"] == [f"g{number}" for number in range(5)]
    assert list(config["contract"]["columns"]) == [f"g{number}" for number in range(5)] + ["kind", "y"]
    assert config["contract"]["columns"]["g0"] == {"type": "number", "min": 0, "missing": False}
    assert config["contract"]["columns"]["kind"] == {"type": "category", "values": ["u", "v", "w"], "missing": False}


def test_all_classes_of_the_target_are_in_the_contract(task):
    found = task(2, target=lambda row: f"class {row // 2:02d}" if row < 36 else "other")
    config = OmegaConf.to_container(OmegaConf.create(render(found, "t", SOURCE, "new_task").text))
    assert len(config["contract"]["columns"]["y"]["values"]) == 19


def test_values_that_hydra_would_take_for_open_are_not_listed(task):
    found = task(2, target=lambda row: ("???", "x")[row % 2])
    config = OmegaConf.to_container(OmegaConf.create(render(found, "t", SOURCE, "new_task").text))
    assert config["contract"]["columns"]["y"] == {"type": "category", "missing": False}
