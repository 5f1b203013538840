"""What a machine that lacks something is told."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def setup(folder: Path, python: str) -> subprocess.CompletedProcess[str]:
    """Run tools/setup.sh in an empty folder, with one Python on the path that is the shell script `python`."""
    tools = folder / "bin"
    tools.mkdir()
    for name in ("python3", "python3.11", "python3.12", "python3.13", "python"):
        (tools / name).write_text(f"#!/bin/sh\n{python}\n", encoding="utf-8")
        (tools / name).chmod(0o755)
    shutil.copy(ROOT / "requirements.lock", folder)
    environment = {"PATH": f"{tools}{os.pathsep}/usr/bin{os.pathsep}/bin"}
    return subprocess.run(
        ["sh", str(ROOT / "tools/setup.sh")], cwd=folder, env=environment, capture_output=True, text=True, timeout=60
    )


def test_an_old_python_is_named_and_the_right_ones_too(tmp_path):
    result = setup(tmp_path, 'test "$1" = --version && echo "Python 3.9.1"; exit 1')
    assert result.returncode == 1
    assert result.stderr.startswith("setup: found Python 3.9.1")
    assert "Python 3.11, 3.12 or 3.13" in result.stderr
    assert not (tmp_path / ".venv").exists()


def test_a_missing_venv_module_comes_with_its_cure(tmp_path):
    python = f'case "$2" in *ensurepip*) exit 1;; *) exec {sys.executable} "$@";; esac'
    result = setup(tmp_path, python)
    assert result.returncode == 1
    assert "has no venv module" in result.stderr
    assert f"apt install python{sys.version_info[0]}.{sys.version_info[1]}-venv" in result.stderr
    assert not (tmp_path / ".venv").exists()


def test_the_lock_file_has_hashes_and_no_addresses():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    packages = [line for line in lock.splitlines() if line and not line.startswith((" ", "#"))]
    assert len(packages) > 100
    assert all("==" in package for package in packages)
    assert lock.count("--hash=sha256:") >= len(packages)
    assert "://" not in lock and "--find-links" not in lock and "--index-url" not in lock


def test_a_stage_without_the_environment_says_how_to_get_it(tmp_path):
    command = [sys.executable, "-I", "-S", "-c", "import sys; sys.path.insert(0, 'src'); import percept.params"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 1
    assert "make setup" in result.stderr and "source .venv/bin/activate" in result.stderr
