"""The name of a task file, and writing it."""

import pytest

from percept import paths
from percept.errors import UserError
from percept.profiling.writing import safe_name, write


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Customers", "customers"),
        ("Café Léon-2", "cafe_leon_2"),
        ("2024 sales", "data_2024_sales"),
        ("null", "data_null"),
    ],
)
def test_a_name_is_made_one_that_hydra_takes(name, safe):
    assert safe_name(name) == safe


@pytest.mark.parametrize("name", ["고객", "고객_abc", "2024", "--", ""])
def test_a_name_that_would_lose_its_meaning_is_asked_for(name):
    with pytest.raises(UserError, match="--name customers"):
        safe_name(name)


def test_a_file_that_is_there_is_replaced_only_by_force(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    target = tmp_path / "mine.yaml"
    assert write(target, "task: mine\n", force=False) == "wrote mine.yaml"
    assert write(target, "task: mine\n", force=False) == "mine.yaml says so already"
    with pytest.raises(UserError, match=r"-task: mine\n +\+task: other"):
        write(target, "task: other\n", force=False)
    assert target.read_text(encoding="utf-8") == "task: mine\n"
    assert write(target, "task: other\n", force=True) == "wrote mine.yaml"
    assert target.read_text(encoding="utf-8") == "task: other\n"
