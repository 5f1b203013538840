"""compose [--check] [overrides]: conf/ -> params.yaml, as `dvc exp run` does it.

python src/compose.py task=churn fit.epochs=20   write params.yaml for `dvc repro`
python src/compose.py --check                    say where params.yaml differs from conf/; status 1 if it does
"""

import sys

from omegaconf import DictConfig, OmegaConf

from percept import paths
from percept.composition import composed, differences
from percept.errors import UserError, run
from percept.params import plain_values, read
from percept.workspace import held


def main() -> None:
    words = sys.argv[1:]
    if "--help" in words or "-h" in words:
        print(__doc__)
        return
    config = composed([word for word in words if word != "--check"])
    if "--check" not in words:
        with held(), paths.replaced(paths.PARAMS) as draft:
            draft.write_text(OmegaConf.to_yaml(config), encoding="utf-8")
        print(f"compose: wrote {paths.PARAMS} for task {config.task}; `dvc repro` runs it")
        return
    _check(config, words)


def _check(config: DictConfig, words: list[str]) -> None:
    found = read(paths.PARAMS)
    if words == ["--check"] and found.get("task") != config.task:
        config = composed([f"task={found.get('task')}"])
    wanted = plain_values(config)
    differing = [
        f"{key}: {here!r} here, {there!r} in conf/" for key, here, there in differences(found, wanted) if key != "conf"
    ]
    if differing:
        raise UserError(
            str(paths.PARAMS),
            "\n    ".join(["differs from conf/", *differing]),
            f"what conf/ composes for task {config.task}",
            "compose it anew with `python src/compose.py`, unless these are overrides of yours",
        )
    print(f"compose: {paths.PARAMS} is what conf/ composes for task {config.task}")


if __name__ == "__main__":
    run(main)
