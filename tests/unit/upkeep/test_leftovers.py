"""What a killed run left is found and mended where that is proven, in a Git repository of a few files."""

import json
import os
import subprocess
from pathlib import Path

import psutil
import pytest

from percept import paths
from percept.upkeep import git
from percept.upkeep.leftovers import leftovers

RWLOCK = Path(".dvc/tmp/exps/rwlock")
GONE = {"pid": os.getpid(), "cmd": "dvc exp run -S no=such"}  # a number that is another's by now
TEXT = "schema: '2.0'\n"


@pytest.fixture(autouse=True)
def repository(tmp_path, monkeypatch):
    """A repository with one commit in the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "temporary"))
    for who in ("AUTHOR", "COMMITTER"):
        for what in ("NAME", "EMAIL"):
            monkeypatch.setenv(f"GIT_{who}_{what}", "percept")
    RWLOCK.parent.mkdir(parents=True)
    for name in ("dvc.lock", "params.yaml", "notes.txt"):
        Path(name).write_text(TEXT)
    run("init", "--quiet", "--initial-branch", "trunk")
    run("add", "dvc.lock", "params.yaml", "notes.txt")
    run("commit", "--quiet", "--message", "first")


def run(*words: str) -> str:
    return subprocess.run(["git", *words], check=True, capture_output=True, text=True).stdout


def mend() -> list[str]:
    """Mend all that can be, and return what is left."""
    for left in leftovers():
        if left.mend:
            left.mend()
    return [f"{left.where}: {left.what}" for left in leftovers()]


def test_nothing_is_found_where_nothing_is_left():
    RWLOCK.write_text('{"read": {}}')
    assert list(leftovers()) == []


@pytest.mark.parametrize("name", [".git/index.lock", ".git/refs/heads/trunk.lock", ".git/objects/ab/cd.lock"])
def test_a_lock_of_git_goes(name):
    Path(name).parent.mkdir(exist_ok=True)
    Path(name).touch()
    assert mend() == [] and not Path(name).exists()


@pytest.mark.parametrize("text", ["", '{"write": {"da', "[1, 2]"])
def test_a_half_written_lock_of_dvc_goes(text):
    RWLOCK.write_text(text)
    assert mend() == [] and not RWLOCK.exists()


def test_a_lock_of_a_process_that_lives_stays_and_that_of_another_goes():
    own = {"pid": os.getpid(), "cmd": " ".join(psutil.Process().cmdline())}
    RWLOCK.write_text(json.dumps({"write": {"a": own}, "read": {"b": [GONE]}}))
    assert list(leftovers()) == []
    RWLOCK.write_text(json.dumps({"read": {"a": [GONE]}}))
    assert mend() == [] and not RWLOCK.exists()


@pytest.mark.parametrize("name", ["dvc.lock", "params.yaml"])
@pytest.mark.parametrize("half", ["", "stages:\n  fetch: {cmd: [", "a\n"])
def test_a_half_written_file_is_that_of_the_last_commit(name, half):
    Path(name).write_text(half)
    assert mend() == [] and Path(name).read_text() == TEXT


DRAFTS = (".models.draft", "data/.raw.draft", "models/.models.draft", "results/cross_validation/.mine.csv.draft")


@pytest.mark.parametrize("left", DRAFTS)
def test_a_draft_of_a_stage_goes(left):
    for folder in (left, "models"):
        Path(folder).mkdir(parents=True, exist_ok=True)
    assert mend() == [] and not Path(left).exists() and Path("models").is_dir()


def killed_in_set_up() -> None:
    """Edits lie in the stash and HEAD stands on no branch, as where DVC is killed before it brings them back."""
    Path("notes.txt").write_text("an edit of mine\n")
    RWLOCK.write_text(json.dumps({"write": {"workspace": GONE}}))
    run("stash", "push", "--quiet")
    run("checkout", "--quiet", run("rev-parse", "HEAD").strip())
    Path("params.yaml").write_text("task: other\n")


def test_edits_and_branch_come_back_and_what_lay_there_is_kept():
    run("branch", "twin")
    killed_in_set_up()
    assert mend() == []
    assert Path("notes.txt").read_text() == "an edit of mine\n" and run("symbolic-ref", "HEAD") == "refs/heads/trunk\n"
    assert "what a killed `dvc exp run` left" in run("stash", "list")
    assert run("show", "stash@{0}:params.yaml") == "task: other\n"


def test_edits_of_a_run_that_was_killed_before_they_were_all_there_come_back():
    killed_in_set_up()
    RWLOCK.write_text("{}")
    run("update-ref", git.MERGE, run("rev-parse", "stash@{0}").strip())
    run("update-ref", git.BASELINE, "HEAD")
    run("stash", "drop", "--quiet")
    assert mend() == [] and Path("notes.txt").read_text() == "an edit of mine\n"
    assert not git.has(git.MERGE) and not git.has(git.BASELINE)


def test_a_stash_and_a_free_head_of_a_person_stay():
    killed_in_set_up()
    RWLOCK.unlink()
    before = run("stash", "list")
    assert mend() == [] and run("stash", "list") == before and not git.on_branch()


def test_a_branch_that_cannot_be_told_is_named():
    run("branch", "twin")
    run("update-ref", git.BASELINE, "HEAD")
    run("checkout", "--quiet", run("rev-parse", "HEAD").strip())
    Path(".git/logs/HEAD").unlink()
    (left,) = [left for left in leftovers() if left.where == "HEAD"]
    assert left.mend is None and "trunk, twin" in left.how
