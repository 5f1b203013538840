"""Run the pipeline's own stages in a temporary folder, many times in one process."""

import contextlib
import io
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import evaluate
import fetch
import preprocess
import train
from compose import composed
from omegaconf import OmegaConf

from percept import paths


class Workspace:
    """A folder with conf/ and nothing else, in which stages run one after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, overrides: list[str], stages: tuple[str, ...] = ("fetch", "preprocess", "train", "evaluate")) -> dict:
        """Compose, run, and give metrics.json with `train_accuracy` and the like from the last row of history.csv."""
        main = {"fetch": fetch.main, "preprocess": preprocess.main, "train": train.main, "evaluate": evaluate.main}
        paths.PARAMS.write_text(OmegaConf.to_yaml(composed(overrides)), encoding="utf-8")
        shutil.rmtree("logs", ignore_errors=True)
        for stage in stages:
            main[stage]()
        return json.loads(paths.METRICS.read_text(encoding="utf-8"))


@contextlib.contextmanager
def workspace(quiet: bool = True) -> Iterator[Workspace]:
    """A temporary workspace that is the current folder meanwhile."""
    former = Path.cwd()
    with tempfile.TemporaryDirectory(prefix="percept-") as name:
        (Path(name) / "conf").symlink_to(paths.ROOT / "conf")
        os.chdir(name)
        try:
            with contextlib.redirect_stdout(io.StringIO()) if quiet else contextlib.nullcontext():
                yield Workspace(Path(name))
        finally:
            os.chdir(former)
