"""The scripts of the stages, run in a temporary folder, many times in one process."""

import contextlib
import io
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from omegaconf import OmegaConf

import evaluate
import fetch
import preprocess
import train
from percept import paths
from percept.composition import composed
from percept.errors import UserError
from percept.files.limits import LIMITS, Limits
from percept.profiling.reading import read_table
from percept.profiling.task import propose_task
from percept.profiling.task_file import render
from percept.profiling.task_options import TaskOptions
from percept.sources import download
from percept.sources.download import sha256

Result = TypeVar("Result")


def prepare_data(overrides: list[str]) -> None:
    """Compose, fetch and preprocess in the current folder."""
    paths.PARAMS.write_text(OmegaConf.to_yaml(composed(overrides)), encoding="utf-8")
    fetch.main()
    preprocess.main()


def run_stages(overrides: list[str]) -> dict:
    """Compose and run all stages in the current folder; gives the content of metrics.json."""
    prepare_data(overrides)
    train.main()
    evaluate.main()
    return json.loads(paths.METRICS.read_text(encoding="utf-8"))


@contextlib.contextmanager
def workspace() -> Iterator[Path]:
    """A temporary folder with conf/ in it that is the current folder meanwhile; what the stages print is dropped."""
    former = Path.cwd()
    with tempfile.TemporaryDirectory(prefix="percept-") as name:
        (Path(name) / "conf").symlink_to(paths.ROOT / "conf")
        os.chdir(name)
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                yield Path(name)
        finally:
            os.chdir(former)


def or_skip(name: str, work: Callable[[], Result]) -> Result:
    """Return what is made, or skip the test where the data is out of reach: wrong bytes are not."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(download, "NUM_ATTEMPTS", 1)
        try:
            return work()
        except UserError as error:
            if "not found, or not the right bytes; tried" in str(error) and "sha256 is" not in str(error):
                pytest.skip(f"{name}: its data cannot be reached here, and DATA_MIRROR does not have it")
            raise


def overrides_of_new_task(file: Path, options: TaskOptions, limits: Limits = LIMITS) -> list[str]:
    """Write the task file of a table, as new_task does, below the current folder; gives overrides that choose it."""
    task, found = propose_task(read_table(file, limits=limits), options), Path("found").absolute()
    source = {"path": file.name, "urls": [str(file)], "sha256": sha256(file)}
    (found / "task").mkdir(parents=True, exist_ok=True)
    text = render(task, file.stem, source, "new_task").text
    (found / "task" / f"{file.stem}.yaml").write_text(text, encoding="utf-8")
    return [f"task={file.stem}", f"hydra.searchpath=[file://{found}]"]
