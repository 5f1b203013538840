"""compose [--check] [overrides]: conf/ -> params.yaml, as `dvc exp run` does it.

python src/compose.py task=churn fit.epochs=20   write params.yaml for `dvc repro`
python src/compose.py --check                    say where params.yaml differs from conf/; status 1 if it does
"""

import sys

from hydra import compose, initialize_config_dir
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import ConfigAttributeError, ConfigKeyError, MissingMandatoryValue, OmegaConfBaseException

from percept import paths
from percept.composition import register
from percept.errors import UserError, nearest, run
from percept.params import read


def composed(overrides: list[str]) -> DictConfig:
    """conf/ with overrides such as `task=churn`, resolved and checked. Raises `UserError`."""
    register()
    try:
        with initialize_config_dir(str(paths.ROOT / paths.CONF), version_base=None):
            config = compose("config", overrides)
        OmegaConf.resolve(config)
    except (HydraException, OmegaConfBaseException) as error:
        raise _explained(error, overrides) from None
    return config


def _explained(error: Exception, overrides: list[str]) -> UserError:
    outermost = error
    unknown = ConfigKeyError | ConfigAttributeError
    while error is not None and not isinstance(error, UserError | unknown | MissingMandatoryValue):
        error = error.__cause__ or error.__context__
    if isinstance(error, UserError):
        return error
    if isinstance(error, MissingMandatoryValue):
        return UserError("configuration", f"{error.full_key} is ???", "a value", f"give it: `{error.full_key}=...`")
    if isinstance(error, unknown) and error.parent_node is not None:
        known = [str(key) for key in error.parent_node if key != "hydra"]
        found = f"{error.full_key}: unknown key{nearest(str(error.key), known) or '; known: ' + ', '.join(known)}"
        return UserError("configuration", found, "a key of conf/", "mend the override")
    found = " ".join(str(outermost).split())
    return UserError("configuration", found, "what conf/ offers", f"mend {' '.join(overrides)}")


def main() -> None:
    words = sys.argv[1:]
    if "--help" in words or "-h" in words:
        print(__doc__)
        return
    config = composed([word for word in words if word != "--check"])
    if "--check" not in words:
        with paths.replaced(paths.PARAMS) as draft:
            draft.write_text(OmegaConf.to_yaml(config), encoding="utf-8")
        print(f"compose: wrote {paths.PARAMS} for task {config.task}; `dvc repro` runs it")
        return
    _check(config, words)


def _check(config: DictConfig, words: list[str]) -> None:
    found = read(paths.PARAMS)
    if words == ["--check"] and found.get("task") != config.task:
        config = composed([f"task={found.get('task')}"])
    wanted = OmegaConf.to_container(config)
    differing = [
        f"{key}: {here!r} here, {there!r} in conf/" for key, here, there in _differences(found, wanted) if key != "conf"
    ]
    if differing:
        raise UserError(
            str(paths.PARAMS),
            "\n    ".join(["differs from conf/", *differing]),
            f"what conf/ composes for task {config.task}",
            "compose it anew with `python src/compose.py`, unless these are overrides of yours",
        )
    print(f"compose: {paths.PARAMS} is what conf/ composes for task {config.task}")


def _differences(here: object, there: object, key: str = "") -> list[tuple[str, object, object]]:
    if not (isinstance(here, dict) and isinstance(there, dict)):
        return [] if here == there else [(key, here, there)]
    names = list(dict.fromkeys([*here, *there]))
    return [
        difference
        for name in names
        for difference in _differences(here.get(name, "???"), there.get(name, "???"), f"{key}.{name}".lstrip("."))
    ]


if __name__ == "__main__":
    run(main)
