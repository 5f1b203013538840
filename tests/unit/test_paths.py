"""Only what the project makes itself is ever removed as a whole."""

from pathlib import Path

import pytest

from percept import paths
from percept.errors import UserError
from percept.names import folder_name, plain_name


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    """A project's folder with a file in it and beside it."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for place in (tmp_path, folder):
        (place / "precious").mkdir()
        (place / "precious/file.txt").write_text("mine")
    return folder


@pytest.mark.parametrize(
    "target", ["precious", ".", "..", "../precious", "release", "release/..", "release/../precious", "src", "data"]
)
def test_a_folder_that_the_project_did_not_make_is_never_replaced(project, target):
    before = sorted(project.parent.rglob("*"))
    for place in (Path(target), project / target):
        with pytest.raises(ValueError, match="is no folder that the project makes"), paths.replaced(place):
            pass
    assert sorted(project.parent.rglob("*")) == before


@pytest.mark.parametrize("target", [*paths.OUTPUTS, paths.RELEASE / "iris"])
def test_outputs_are_replaced_as_a_whole(target):
    for number in range(2):
        with paths.replaced(target) as draft:
            (draft / f"{number}.txt").write_text("new")
    assert [file.name for file in target.iterdir()] == ["1.txt"]


def test_a_folder_in_the_place_of_a_file_is_left_alone(project):
    (project / "params.yaml").mkdir()
    (project / "params.yaml/mine").touch()
    with pytest.raises(OSError), paths.replaced(paths.PARAMS) as draft:
        draft.write_text("new")
    assert (project / "params.yaml/mine").exists()


NO_NAMES = ["", ".", "..", "../x", "/x", "a/b", "a\\b", "a\0", "a\n", "c:", "x" * 300, "\u2028", "-x"]


@pytest.mark.parametrize("name", [*NO_NAMES, "nul", "COM1", "a.b", "a b"])
def test_a_name_that_could_be_a_path_is_no_plain_name(name):
    with pytest.raises(ValueError, match="it names a folder"):
        plain_name(name)


@pytest.mark.parametrize("name", NO_NAMES)
def test_a_folder_is_named_by_no_path(name):
    with pytest.raises(UserError, match="the name of a folder"):
        folder_name(name)


@pytest.mark.parametrize("name", ["iris", "고객", "own_data-2", "7"])
def test_plain_names_are_taken_as_they_are(name):
    assert plain_name(name) == folder_name(name) == name
    assert folder_name(f"{name}-wide_deep-v1.2 (best)")
