"""compose [--check] [overrides]: conf/ -> params.yaml, as `dvc exp run` does it.

python src/compose.py task=churn fit.epochs=20   write params.yaml for `dvc repro`
python src/compose.py --check                    say where params.yaml differs from conf/; status 1 if it does
"""

import argparse

from percept.command import option_parser

from omegaconf import DictConfig

from percept import paths
from percept.composition import composed, differences, write
from percept.errors import UserError, run
from percept.params import plain_values, read


def main() -> None:
    options = _options()
    config = composed(options.overrides)
    if not options.check:
        print(f"compose: wrote {paths.PARAMS} for {write(config)}; `dvc repro` runs it")
        return
    _check(config, options.overrides)


def _options() -> argparse.Namespace:
    parser = option_parser(__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, and say what differs")
    parser.add_argument("overrides", nargs="*", metavar="OVERRIDE", help="task=wine, model.dropout=0.2, ~key, +key=1")
    return parser.parse_args()


def _check(config: DictConfig, overrides: list[str]) -> None:
    found = read(paths.PARAMS)
    if not overrides and found.get("task") != config.task:
        config = composed([f"task={found.get('task')}"])
    wanted = plain_values(config)
    differing = [
        f"{key}: {here!r} here, {there!r} in conf/"
        for key, here, there in differences({**found, "conf": {}}, wanted | {"conf": {}})
    ]
    if differing:
        raise UserError(
            str(paths.PARAMS),
            "\n    ".join(["differs from conf/", *differing]),
            f"what conf/ composes for task {config.task}",
            f"compose it anew with `python src/compose.py task={config.task}`, unless these are overrides of yours",
        )
    print(f"compose: {paths.PARAMS} is what conf/ composes for task {config.task}")


if __name__ == "__main__":
    run(main)
