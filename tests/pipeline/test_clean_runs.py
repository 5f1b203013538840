"""Older experiments go, and every commit is as it was, with the real DVC and Git."""

import json
import shutil

import pytest
from conftest import clone_of_working_tree

pytestmark = pytest.mark.slow

QUICK = ("-S", "fit.epochs=1")


@pytest.fixture(scope="module")
def young(tmp_path_factory):
    """A clone without history, with two commits on two branches, and three runs that no commit holds."""
    clone = clone_of_working_tree(tmp_path_factory.mktemp("clean") / "percept")
    shutil.rmtree(clone.folder / ".git")
    clone.run("git", "init", "--quiet", "--initial-branch", "trunk")
    for branch, task in (("trunk", "and_gate"), ("other", "or_gate")):
        clone.run("git", "checkout", "--quiet", "-B", branch)
        if branch == "trunk":
            clone.run("git", "add", "--all")
            clone.run("git", "commit", "--quiet", "--message", "first")
        clone.run("dvc", "exp", "run", "-n", f"held-{branch}", "-S", f"task={task}", *QUICK)
        clone.run("git", "commit", "--quiet", "--all", "--message", task)
    for seed in (1, 2, 3):
        clone.run("dvc", "exp", "run", "-n", f"run-{seed}", "-S", "task=and_gate", "-S", f"seed={seed}", *QUICK)
    return clone


def names(clone) -> set[str]:
    refs = clone.run("git", "for-each-ref", "--format=%(refname)", "refs/exps").stdout.split()
    return {ref.rpartition("/")[2] for ref in refs if "/exec/" not in ref}


def test_older_experiments_go_and_every_commit_can_be_checked_out(young):
    before = {path: path.stat().st_size for path in (young.folder / ".dvc/cache/files").rglob("*") if path.is_file()}
    said = young.run("python", "src/clean_runs.py", "--keep", "1", "--dry-run").stdout
    assert "2 of 5 experiments go: " in said and len(names(young)) == 5
    said = young.run("python", "src/clean_runs.py", "--keep", "1").stdout
    assert "2 of 5 experiments go: " in said and " MiB freed" in said
    assert names(young) == {"held-trunk", "held-other", "run-3"}
    logs = sorted(folder.name for folder in (young.folder / "logs").iterdir())
    kept = ("held-other", "held-trunk", "run-3")
    assert len(logs) == 3 and all(any(log.endswith(f"-{name}") for log in logs) for name in kept)
    left = {path for path in before if path.is_file()}
    assert left < set(before)
    for commit in young.run("git", "rev-list", "--branches", "--grep=gate").stdout.split():
        young.run("git", "checkout", "--quiet", "--force", commit)
        young.run("dvc", "checkout", "--force")
        assert status(young) == {}
    young.run("git", "checkout", "--quiet", "--force", "other")
    young.run("dvc", "exp", "apply", "run-3")
    assert status(young) == {}


def status(clone) -> dict:
    return json.loads(clone.run("dvc", "status", "--json").stdout.splitlines()[-1])


def test_nothing_goes_while_somebody_works_in_the_clone(young):
    works = "python -c 'import time; time.sleep(60)' dvc > /dev/null 2>&1 &"
    result = young.run("sh", "-c", f"{works} python src/clean_runs.py; code=$?; kill $!; exit $code", check=False)
    assert result.returncode == 1 and "this clone: at work: " in result.stdout
