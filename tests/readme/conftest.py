"""A clone in which the commands of a page run."""

import sys
from pathlib import Path

import pytest
from conftest import Clone, clone_of_working_tree


@pytest.fixture(scope="module")
def fresh(tmp_path_factory) -> Clone:
    """A clone with this environment in place of the one that `make setup` would download."""
    clone = clone_of_working_tree(tmp_path_factory.mktemp("readme") / "percept")
    environment = clone.folder / ".venv"
    environment.mkdir()
    for name in ("bin", "lib", "pyvenv.cfg"):
        (environment / name).symlink_to(Path(sys.prefix) / name)
    (environment / "ready").touch()
    return clone
