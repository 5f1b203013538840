"""Every section of params.yaml, and the check of all of them at once."""

from collections.abc import Sequence
from typing import Any

from omegaconf import DictConfig

from percept import paths
from percept.composition.inherited import without_inherited
from percept.composition.origin import origin
from percept.composition.references import sections
from percept.dataset.contract import Contract
from percept.errors import UserError
from percept.evaluation.metrics import check_primary
from percept.features import Features
from percept.features.folds import Folds
from percept.features.split import Split
from percept.models import Model, check_serves, check_takes_folds
from percept.names import LONGEST_KEY, Name, fits_key
from percept.objective import Objective
from percept.params import Params, Seed, read
from percept.params.staleness import conf_digest
from percept.sources import Source
from percept.spaces.options import Search
from percept.training.optimizer import Optimizer
from percept.training.options import Fit
from percept.yaml_file import escape, with_texts

RENAMED_MODELS = {  # what people typed before, and what it is called now
    "cnn_digits": "recipe/digits_cnn",
    "cnn_fashion": "recipe/fashion_mnist_cnn",
    "mlp_4": "recipe/gates",
    "mlp_12_8": "recipe/diabetes",
    "mlp_16": "mlp_small",
    "mlp_30": "recipe/california",
    "mlp_64": "mlp_dropout",
    "mlp_64_64": "recipe/churn",
    "mlp_100": "recipe/mnist",
    "mlp_256_128": "mlp_large",
    "mlp_300_100": "recipe/fashion_mnist",
    "refining": "weight_tied",
    "wide_deep_california": "recipe/california_wide_deep",
}


class Sections(Params):
    """Every section of params.yaml that has options."""

    task: Name
    seed: Seed
    source: Source
    features: Features
    split: Split
    objective: Objective
    contract: Contract
    model: Model
    optimizer: Optimizer
    fit: Fit
    search: Search


class Config(Sections):
    """All of params.yaml."""

    conf: dict[str, Any]  # what it was composed of: see `check`


def check(config: DictConfig, overrides: Sequence[str]) -> dict[str, Any]:
    """Resolve and validate what was composed with overrides. Raises `UserError`.

    Returns what params.yaml keeps of it: the digest of the files of conf/, the experiment that was chosen, and which
    options differ from its, or the task's.
    Its texts are then escaped twice: once for `OmegaConf.resolve`, which DVC calls next, and once for params.yaml.
    """
    values = sections(config)
    _check_keys(values, "")
    _check_model_name(values)
    values = without_inherited(Sections, values, overrides)
    checked = checked_sections(values, "configuration")
    composed_of = origin(values, overrides)
    for name, value in values.items():
        config[name] = with_texts(value, lambda _, text: escape(escape(text)))
    return {"digest": conf_digest(checked.task, paths.ROOT / paths.CONF)} | composed_of


def checked_sections(values: dict, where: str) -> Config:
    """Return sections that are right, and that go together. Raises `UserError`; where: what they are, for its text."""
    checked = Config.check({"conf": {}} | values, where)
    check_serves(checked.model, checked.features.kind, checked.task)
    check_takes_folds(checked.model, isinstance(checked.split.validation, Folds))
    check_primary(checked.objective)
    return checked


def _check_keys(values: dict | list, where: str) -> None:
    """Raise `UserError` for a key of a mapping that DVC could not read back from dvc.lock, as then no command works."""
    for key, value in values.items() if isinstance(values, dict) else enumerate(values):
        if isinstance(key, str) and not fits_key(key):
            expected = f"a key of at most {LONGEST_KEY} printable characters, quotes and line breaks counted twice"
            advice = "write a short key, and the name inside: `key: {name: the whole name, ...}`; new_task.py does so"
            raise UserError(where.lstrip("."), f"the key {key!r}", expected, advice)
        if isinstance(value, dict | list):
            _check_keys(value, f"{where}.{key}")


def _check_model_name(values: dict) -> None:
    """Refuse a name of an earlier version, for which `register` makes a configuration. Raises `UserError`."""
    old = values["model"].get("kind") if isinstance(values.get("model"), dict) else None
    new = RENAMED_MODELS.get(old) if isinstance(old, str) else None
    if new:
        advice = f"write model={new}, or in a file of conf/ `override /model: {new}`"
        raise UserError(
            f"model={old}", "a name of an earlier version", f"model={new}, which has the same values", advice
        )


def task_change(task: str) -> str | None:
    """Return "task wine (was digits)" where params.yaml is of another task; None where it is not, or is unreadable."""
    try:
        former = read(paths.ROOT / paths.PARAMS).get("task", task)
    except UserError:
        return None  # it is about to be written anew
    return None if former == task else f"task {task} (was {former})"
