"""Every script of src/ says what it takes, refuses what it does not know, and says where the environment is missing."""

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted((ROOT / "src").glob("*.py"))
HEAVY = {"keras", "matplotlib", "onnxruntime", "pandas", "sklearn", "tensorflow"}
every_script = pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)


@every_script
def test_help_says_what_a_script_does_runs_nothing_and_loads_nothing_heavy(script, tmp_path):
    code = (
        "import runpy, sys, atexit\n"
        f"atexit.register(lambda: print({HEAVY} & set(sys.modules) or 'light', file=sys.stderr))\n"
        f"sys.path.insert(0, {str(script.parent)!r})\n"
        f"sys.argv = [{script.name!r}, '--help']\n"
        f"runpy.run_path({str(script)!r}, run_name='__main__')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "light\n")
    assert done.stdout.startswith(f"usage: {script.name}") and f"\n{script.stem}" in done.stdout
    assert list(tmp_path.iterdir()) == []


@every_script
def test_a_word_that_a_script_does_not_know_is_refused(script, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [script.name, "--surely-not-there"])
    with pytest.raises(SystemExit) as refusal:
        runpy.run_path(str(script), run_name="__main__")
    assert refusal.value.code == 2 and "error: " in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@every_script
def test_without_the_environment_a_script_says_so_in_one_line(script, tmp_path):
    command = [sys.executable, "-S", "-E", str(script), "--help"]  # without the packages of the environment
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.startswith(f"{script.stem}: the environment is not active: `source .venv/bin/activate`")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("package", ["dvc", "numpy", "onnx", "tabulate", "yaml"])
def test_any_missing_package_is_one_line(package):
    code = f"import sys; sys.modules[{package!r}] = None; import percept, {package}"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT / "src", capture_output=True, text=True, check=False)
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert f"{package} is not installed for {sys.executable}" in done.stderr
