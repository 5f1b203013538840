"""search [--show-space] [OVERRIDE ...]: try many settings of a task, and keep the best one ready to run.

python src/search.py task=iris search.trials=20   write params.yaml, and let DVC fetch the data and run the search
python src/search.py                              search the task of params.yaml, whose data are there: the stage

Trials run in processes of their own and are judged without the test rows. Writes search/ (a table of trials, pictures,
the best one) and conf/experiment/<task>_tuned.yaml. Stopped or killed, the same command goes on. --show-space prints
what would be tried.
"""

import argparse
import os
import sys
from pathlib import Path

from percept.command import option_parser

import yaml

from percept import paths
from percept.composition import Sections, composed, write
from percept.errors import run
from percept.params import plain_values, read
from percept.tuning.search.space import Space
from percept.workspace import run_stage

# Copied to dvc.yaml beside it at the first search: DVC says nothing of a search where there was none.
PIPELINE = Path("search/pipeline.yaml")


class SearchParams(Sections):
    """A trial may vary any of them."""


def main(options: argparse.Namespace) -> None:
    if options.show_space and options.overrides:
        values = plain_values(composed(options.overrides))
        params = SearchParams.check({name: values[name] for name in SearchParams.model_fields}, "configuration")
    else:
        params, values = SearchParams.load(), read(paths.PARAMS)
    space = Space({name: values[name] for name in SearchParams.model_fields}, params.search.space)
    if options.show_space:
        print(yaml.safe_dump({"space": _plain(space)}, sort_keys=False, default_flow_style=None, width=120), end="")
        return
    from percept.tuning.search.run import run as run_search

    found = run_search(space, params.search, params.source, _tell)
    params.check_unchanged()
    _tell(f"wrote {paths.TRIALS}, {paths.BEST_TRIAL} and {paths.SEARCH_PLOTS}")
    _tell(f"the best setting is run by: {found['run']}")


def _let_dvc_run(overrides: list[str]) -> None:
    """Compose, and become the process of DVC."""
    _tell(f"wrote {paths.PARAMS} for {write(composed(overrides))}")
    stages = PIPELINE.with_name("dvc.yaml")
    with paths.replaced(stages) as draft:
        draft.write_bytes(PIPELINE.read_bytes())
    # The stage's `python` is then this one, whether or not the environment is activated.
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)))
    os.execve(sys.executable, [sys.executable, "-m", "dvc", "repro", str(stages)], os.environ | {"PATH": path})


def _plain(space: Space) -> dict[str, dict]:
    parameters = space.parameters.items()
    return {key: each.model_dump(mode="json", by_alias=True, exclude_defaults=True) for key, each in parameters}


def _tell(text: str) -> None:
    print(f"search: {text}", flush=True)


def _options() -> argparse.Namespace:
    parser = option_parser(__doc__)
    parser.add_argument("--show-space", action="store_true", help="print what would be tried, and run nothing")
    parser.add_argument(
        "overrides", nargs="*", metavar="OVERRIDE", help="those of compose.py: task=wine search=default"
    )
    return parser.parse_args()


if __name__ == "__main__":
    given = _options()
    if given.overrides and not given.show_space:
        run(lambda: _let_dvc_run(given.overrides))
    else:
        run_stage(lambda: main(given))
