"""Predicting in an environment with little more than ONNX Runtime, as docs/own-data.md lists it."""

import re
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from trained_models import ROOT

PAGE = (ROOT / "docs/own-data.md").read_text(encoding="utf-8")
PACKAGES = re.search(r"`pip install (numpy [a-z ]+)`", PAGE)[1].split()


def needed(packages: list[str]) -> set[str]:
    """These and what they need, directly or not."""
    found, left = set(), list(packages)
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            wanted = [Requirement(text) for text in distribution(name).requires or []]
            left += [one.name for one in wanted if one.marker is None or one.marker.evaluate({"extra": ""})]
    return found


@pytest.fixture(scope="module")
def few_packages(tmp_path_factory) -> Path:
    """A folder with links to what a fresh environment would have."""
    folder = tmp_path_factory.mktemp("packages")
    for name in needed(PACKAGES):
        files = distribution(name).files
        for top in {file.parts[0] for file in files if not file.parts[0].startswith((".", "_"))}:
            if not (folder / top).exists():
                (folder / top).symlink_to(distribution(name).locate_file(top))
    return folder


def test_rows_are_predicted_with_the_packages_of_the_page_alone(binary, few_packages):
    (binary.folder / "new.csv").write_text(binary.table(), encoding="utf-8")
    code = f"import sys; sys.path[:0] = [{str(ROOT / 'src')!r}, {str(few_packages)!r}]; sys.argv[1:] = ['new.csv']; "
    code += "import predict; predict.main()"
    command = [sys.executable, "-I", "-S", "-c", code]
    done = subprocess.run(command, cwd=binary.folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, binary.predict("new.csv").stdout), done.stderr
