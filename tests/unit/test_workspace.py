"""Who holds a clone, where outputs may lead, and which parameters belong to a run."""

import subprocess
import sys
from pathlib import Path

import pytest

from percept import paths
from percept.errors import UserError
from percept.workspace import begin, check_links, held, is_of_this_run

HOLDS = """
import sys
from pathlib import Path
from percept import paths
paths.ROOT = Path.cwd()
from percept.workspace import held
with held({part!r}):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def clone(tmp_path, monkeypatch):
    """The current folder, which counts as the clone."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    (tmp_path / ".dvc/tmp").mkdir(parents=True)


@pytest.mark.parametrize(
    ("one", "other", "refused"),
    [("run", "stage", False), ("run", "run", True), ("stage", "stage", True), ("run", "", True), ("stage", "", True)],
)
def test_a_run_and_its_stage_stand_beside_each_other_and_nothing_else(one, other, refused, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2] / "src"))
    command = [sys.executable, "-c", HOLDS.format(part=one)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as process:
        assert process.stdout.readline() == "held\n"
        try:
            with held(other):
                assert not refused
        except UserError as error:
            assert refused and f"(PID {process.pid})" in str(error)
        process.stdin.close()
    with held(other):
        pass


def test_an_output_that_leads_out_of_the_clone_is_refused(tmp_path_factory):
    check_links()
    elsewhere = tmp_path_factory.mktemp("disk")
    Path("inside").mkdir()
    Path("models").symlink_to("inside")
    check_links()
    Path("data").symlink_to(elsewhere)
    with pytest.raises(UserError, match="data/raw: a link leads to"):
        check_links()


def test_parameters_are_those_of_the_run_or_not(monkeypatch):
    assert is_of_this_run({"seed": 1}), "without DVC any are"
    begin({"seed": 1})
    monkeypatch.setattr("percept.workspace._is_dvc", lambda process: True)
    monkeypatch.setattr("psutil.Process.parents", lambda process: [process])
    assert is_of_this_run({"seed": 1, "conf": "other"}) and not is_of_this_run({"seed": 2})
    paths.ROOT.joinpath(".dvc/tmp/percept_run.json").write_text('{"run": "of oth')
    assert is_of_this_run({"seed": 3}) and not is_of_this_run({"seed": 1}), "the first stage of a run says them"
