"""DVC composes conf/ by itself; it loads this file (`hydra.plugins_path`), so that it also checks what it composed."""

import atexit
import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from omegaconf import DictConfig

from percept.composition import check_overrides, overrides_of_dvc, register, sections, task_change
from percept.composition.hydra_setup import check_for_dvc
from percept.errors import UserError
from percept.workspace import begin, held


def check_and_begin(config: DictConfig) -> dict[str, Any]:
    """Check what DVC composed, say where it is another task, and let the stages of this very process know it."""
    values = sections(config)
    checked = check_for_dvc(config, given)
    if change := task_change(str(config.task)):
        print(change, file=sys.stderr)
    begin(values)
    return checked


def check_cache() -> None:
    """Raise `UserError` where DVC could not tell a run in a folder of its own where the cache is."""
    from dvc.repo import Repo

    cache = Repo().cache.local_cache_dir
    if not cache.isascii():
        expected = (
            "ASCII letters alone: DVC's queue can write no others (plain `dvc exp run` and `dvc repro` work here)"
        )
        advice = "`dvc config --local cache.dir /a/folder/of/such/letters`, or move the clone"
        raise UserError(f"the path of DVC's cache, {cache}", "letters that are not ASCII", expected, advice)


if Path(sys.argv[0]).stem != "dvc":  # compose.py and others that compose
    register()
else:
    given = overrides_of_dvc(sys.argv[1:])
    check_overrides(given)
    if {"--queue", "--temp"}.isdisjoint(sys.argv):
        register(check_and_begin)
        until_exit = ExitStack()
        until_exit.enter_context(held("run"))
        atexit.register(until_exit.close)
    else:
        register(partial(check_for_dvc, overrides=given))
        check_cache()
