"""The whole configuration, checked at the moment Hydra composes it: before params.yaml is touched."""

from typing import Any, get_args

from hydra import compose, initialize_config_dir
from hydra.core.config_store import ConfigStore
from hydra.errors import HydraException, MissingConfigException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import ConfigAttributeError, ConfigKeyError, MissingMandatoryValue, OmegaConfBaseException
from pydantic import TypeAdapter

from percept import paths
from percept.dataset.contract import Contract
from percept.errors import UserError, nearest
from percept.evaluation.metrics import check_primary
from percept.features import Features
from percept.features.split import Split
from percept.models import Model, check_serves
from percept.objective import Objective
from percept.params import Params, Section, conf_digest, plain_values
from percept.sources import Source
from percept.training.optimizer import Optimizer
from percept.training.options import Fit

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


class Config(Params):
    """Every section of params.yaml."""

    task: str
    seed: int
    source: Source
    features: Features
    split: Split
    objective: Objective
    contract: Contract
    model: Model
    optimizer: Optimizer
    fit: Fit
    conf: str  # digest of the files it was composed from


def check(config: DictConfig) -> str:
    """Validate a composed configuration and return the digest that params.yaml keeps as `conf`. Raises `UserError`."""
    values = plain_values(OmegaConf.masked_copy(config, [str(key) for key in config if key != "conf"]))
    digest = conf_digest(str(values.get("task")), paths.ROOT / paths.CONF)
    checked = Config.check(values | {"conf": digest}, "configuration")
    check_serves(checked.model, checked.features.kind, checked.task)
    check_primary(checked.objective)
    return digest


def register() -> None:
    """Make known what conf/config.yaml asks for, so that DVC's composition checks like our own.

    `${check:}` runs `check`. `options/<group>/<kind>` has the defaults of a class of options: conf/ starts from it, so
    that a default is stated once and params.yaml still has all. `open_sections` lets Hydra set any key below a section:
    Hydra would refuse an unknown one without naming the nearest.
    """
    OmegaConf.register_new_resolver("check", lambda *, _root_: check(_root_), replace=True)
    sections = [name for name, field in Config.model_fields.items() if field.annotation not in (str, int)]
    node = OmegaConf.create({name: OmegaConf.create({}, flags={"struct": False}) for name in sections})
    store = ConfigStore.instance()
    store.store(name="open_sections", node=node)
    OmegaConf.register_new_resolver("renamed", _renamed, replace=True)
    for old, new in RENAMED_MODELS.items():
        store.store(group="model", name=old, node={"kind": f"${{renamed:{old},{new}}}"})
    for group, field in Config.model_fields.items():
        for options in _classes(field.annotation):
            kind = options.model_fields.get("kind")
            name = get_args(kind.annotation)[0] if kind else group
            store.store(group=f"options/{group}", name=name, node=_defaults(options, {"kind": name} if kind else {}))


def _renamed(old: str, new: str) -> str:
    advice = f"write model={new}, or in a file of conf/ `override /model: {new}`"
    raise UserError(f"model={old}", "a name of an earlier version", f"model={new}, which has the same values", advice)


def _classes(annotation: Any) -> list[type[Section]]:
    """Find the classes of options that a section may be."""
    if isinstance(annotation, type):
        return [annotation] if issubclass(annotation, Section) else []
    return [found for member in get_args(annotation) for found in _classes(member)]


def _defaults(options: type[Section], values: dict[str, Any]) -> dict[str, Any]:
    """Add the defaults of a class to values, as YAML has them."""
    for name, field in options.model_fields.items():
        if not field.is_required():
            default = field.get_default(call_default_factory=True)
            values[name] = TypeAdapter(Any).dump_python(default, mode="json")
    return values


def composed(overrides: list[str]) -> DictConfig:
    """Compose conf/ with overrides such as `task=churn`, resolved and checked. Raises `UserError`."""
    register()
    try:
        with initialize_config_dir(str(paths.ROOT / paths.CONF), version_base=None):
            config = compose("config", overrides)
        OmegaConf.resolve(config)
    except (HydraException, OmegaConfBaseException) as error:
        raise _explained(error, overrides) from None
    return config


def _explained(outermost: Exception, overrides: list[str]) -> UserError:
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
        known = _choices(group)
        if known:
            found = f"there is no {group}={name} (conf/{group}/{name}.yaml){nearest(name, known)}"
            expected = f"one of {' '.join(known)}"
    return UserError("configuration", found, expected, f"correct {' '.join(overrides)}")


def _choices(group: str) -> list[str]:
    """Return what `group=...` may be: the files of conf/<group>, but for those in `base`, from which others start."""
    folder = paths.ROOT / paths.CONF / group
    files = (file.relative_to(folder).with_suffix("") for file in sorted(folder.rglob("*.yaml")))
    return [file.as_posix() for file in files if file.parts[0] != "base"]


def load_config(overrides: list[str]) -> Config:
    """Compose conf/ with overrides into checked sections. Raises `UserError`."""
    return Config.check(plain_values(composed(overrides)), "configuration")


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
