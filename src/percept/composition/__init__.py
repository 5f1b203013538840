"""conf/ composed by Hydra and checked before params.yaml is touched; imports every room that has options."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hydra import compose, initialize_config_dir
from hydra.errors import HydraException, MissingConfigException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import ConfigAttributeError, ConfigKeyError, MissingMandatoryValue, OmegaConfBaseException

from percept import paths
from percept.composition.config import RENAMED_MODELS, Config, Sections, check, checked_sections, task_change
from percept.composition.hydra_setup import register
from percept.composition.inherited import without_inherited
from percept.composition.overrides import check_overrides, choices_of, overrides_of_dvc
from percept.composition.references import sections
from percept.errors import UserError, nearest
from percept.params import plain_values
from percept.workspace import held

__all__ = [
    "RENAMED_MODELS",
    "Config",
    "Sections",
    "check_overrides",
    "checked_sections",
    "choices_of",
    "composed",
    "differences",
    "load_config",
    "overrides_of_dvc",
    "register",
    "sections",
    "task_change",
    "unchecked",
    "write",
]


def composed(overrides: list[str]) -> DictConfig:
    """Compose conf/ with overrides such as `task=churn`, resolved and checked, as params.yaml has it.

    Raises `UserError`.
    """
    register()
    check_overrides(overrides)
    with _explained(overrides):
        with initialize_config_dir(str(paths.ROOT / paths.CONF), version_base=None):
            config = _compose(overrides)
        config.conf = check(config, overrides)
        OmegaConf.resolve(config)
    return config


def _compose(overrides: list[str]) -> DictConfig:
    advice = f"correct {' '.join(overrides)}"
    try:
        return compose("config", overrides)
    except RecursionError:
        raise UserError("configuration", "a file of conf/ starts from itself", "an end of it", advice) from None
    except (ValueError, AssertionError, TypeError) as error:  # what Hydra says where overrides mean nothing
        found = " ".join(str(error).split()) or "Hydra cannot take this"
        raise UserError("configuration", found, "what conf/ offers", advice) from error


@contextmanager
def _explained(overrides: list[str]) -> Iterator[None]:
    """Turn what Hydra and OmegaConf say into a `UserError`."""
    try:
        yield
    except (HydraException, OmegaConfBaseException) as error:
        raise _user_error(error, overrides) from None


def _user_error(outermost: Exception, overrides: list[str]) -> UserError:
    error: BaseException | None = outermost
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
        return UserError("configuration", found, "a key of conf/", "correct the override")
    expected, found = "what conf/ offers", " ".join(str(outermost).split())
    if isinstance(outermost, MissingConfigException) and outermost.missing_cfg_file:
        group, _, name = outermost.missing_cfg_file.partition("/")
        known = choices_of(group)
        if known:
            found = f"there is no {group}={name} (conf/{group}/{name}.yaml){nearest(name, known)}"
            expected = f"one of {' '.join(known)}"
    return UserError("configuration", found, expected, f"correct {' '.join(overrides)}")


def write(config: DictConfig) -> str:
    """Write params.yaml of what was composed; return which task it is of. Raises `UserError` while a run reads it."""
    task = task_change(config.task) or f"task {config.task}"
    with held(), paths.replaced(paths.PARAMS) as draft:
        draft.write_text(OmegaConf.to_yaml(config), encoding="utf-8")
    return task


def load_config(overrides: list[str]) -> Config:
    """Compose conf/ with overrides into checked sections. Raises `UserError`."""
    return Config.check(plain_values(composed(overrides)), "configuration")


def unchecked(overrides: list[str]) -> dict[str, Any]:
    """Return the sections that conf/ composes, of whatever values. Raises `UserError` where nothing can be composed."""
    register(lambda config: {})
    with _explained(overrides), initialize_config_dir(str(paths.ROOT / paths.CONF), version_base=None):
        found = sections(_compose(overrides))
    return without_inherited(Sections, found, overrides)


def differences(here: object, there: object, key: str = "") -> list[tuple[str, object, object]]:
    """Return (key, value here, value there) of each value that differs; a key that is missing counts as `???`."""
    if not (isinstance(here, dict) and isinstance(there, dict)):
        return [] if here == there else [(key, here, there)]
    names = list(dict.fromkeys([*here, *there]))
    return [
        difference
        for name in names
        for difference in differences(here.get(name, "???"), there.get(name, "???"), f"{key}.{name}".lstrip("."))
    ]
