"""A real clone of the repository with a real DVC in it; and no deadline for property tests, as machines vary."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings
from omegaconf import OmegaConf
from project_conf import PUBLISHED, own_files

settings.register_profile("percept", deadline=None)
settings.load_profile("percept")

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Clone:
    """A clone in a temporary folder, worked in as a person would."""

    folder: Path

    def run(self, *command: str, check: bool = True, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command there; stdout and stderr come as one text in `stdout`."""
        known = {
            name: value for name, value in os.environ.items() if not name.startswith(("DVC_", "GIT_", "PYTHONPATH"))
        }
        known |= {f"GIT_{who}_{what}": "percept" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        known["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{known['PATH']}"
        result = subprocess.run(
            command,
            cwd=self.folder,
            env=known | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
        )
        assert not check or result.returncode == 0, f"{' '.join(command)}\n{result.stdout}"
        return result

    def contents(self) -> dict[str, bytes]:
        """Every file a failed run must leave as it was."""
        files = [self.folder / "params.yaml", self.folder / "dvc.lock"]
        for name in ("data", "models", "results"):
            files += [file for file in (self.folder / name).rglob("*") if file.is_file()]
        return {str(file.relative_to(self.folder)): file.read_bytes() for file in files}

    def bits(self) -> dict[str, bytes]:
        """Every file of a run but the one that says where it was made."""
        return {name: file for name, file in self.contents().items() if name != "results/provenance.json"}


def clone_of_working_tree(folder: Path) -> Clone:
    """Clone the repository, with the edits that are not committed yet, without a person's own tasks."""
    if not (ROOT / ".git").exists():
        pytest.skip("this copy of the project is no Git repository, which DVC experiments need")
    clone = Clone(folder)
    folder.mkdir(parents=True)
    clone.run("git", "clone", "--quiet", str(ROOT), ".")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--modified", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        source, target = ROOT / name, folder / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
        else:
            target.unlink(missing_ok=True)
    _leave_own_tasks(clone)
    clone.run("git", "add", "--all")
    clone.run("git", "commit", "--quiet", "--allow-empty", "--message", "the working tree")
    return clone


def _leave_own_tasks(clone: Clone) -> None:
    """A person's own tasks, and what a run of one wrote, are no part of what is tested."""
    if OmegaConf.load(clone.folder / "params.yaml").task not in PUBLISHED:
        clone.run("git", "checkout", "--quiet", "HEAD", "--", "params.yaml", "dvc.lock", "results/metrics.json")
    for file in own_files(clone.folder / "conf"):
        file.unlink()


@pytest.fixture(scope="session")
def reproduced(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """A clone in which `dvc repro` has run and its results are committed."""
    clone = clone_of_working_tree(tmp_path_factory.mktemp("pipeline") / "percept")
    clone.run("dvc", "repro")
    clone.run("git", "commit", "--quiet", "--all", "--allow-empty", "--message", "results")
    clone.run("git", "tag", "start")
    return clone


@pytest.fixture(scope="module")
def clone(reproduced: Clone) -> Iterator[Clone]:
    """That clone; what a file of tests does to it is taken back at its end."""
    yield reproduced
    reproduced.run("git", "reset", "--quiet", "--hard", "start")
    reproduced.run("git", "clean", "--quiet", "--force", "-d")
    ignored = ("release", "data", "models", "results")  # by Git
    reproduced.run("git", "clean", "--quiet", "--force", "-dX", *ignored)
    reproduced.run("dvc", "checkout", "--force")
