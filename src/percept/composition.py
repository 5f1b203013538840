"""The whole configuration, checked at the moment Hydra composes it: before params.yaml is touched."""

from typing import Any

from omegaconf import DictConfig, OmegaConf

from percept import paths
from percept.features import Features
from percept.features.split import Split
from percept.models import Model
from percept.objective import Objective
from percept.optimizer import Optimizer
from percept.params import Params, conf_digest
from percept.sources import Source
from percept.training.options import Fit


class Config(Params):
    """Every section of params.yaml."""

    task: str
    seed: int
    source: Source
    features: Features
    split: Split
    objective: Objective
    model: Model
    optimizer: Optimizer
    fit: Fit
    conf: str  # digest of the files it was composed from


def check(config: DictConfig) -> str:
    """Validate a composed configuration; gives the digest that params.yaml keeps as `conf`. Raises `UserError`."""
    sections = OmegaConf.masked_copy(config, [key for key in config if key != "conf"])
    values: dict[str, Any] = OmegaConf.to_container(sections, resolve=True, throw_on_missing=True)
    digest = conf_digest(str(values.get("task")), paths.ROOT / paths.CONF)
    Config.check(values | {"conf": digest}, "configuration")
    return digest


def register() -> None:
    """Make `${check:}` known: conf/config.yaml asks for it, so DVC's composition checks too."""
    OmegaConf.register_new_resolver("check", lambda *, _root_: check(_root_), replace=True)
