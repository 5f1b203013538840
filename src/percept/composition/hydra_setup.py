"""What Hydra is told before it composes conf/, in our own process and in DVC's, which composes by itself."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, get_args

from hydra._internal.core_plugins import file_config_source
from hydra._internal.sources_registry import SourcesRegistry
from hydra.core.config_store import ConfigStore
from hydra.plugins.config_source import ConfigResult
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from pydantic import TypeAdapter

from percept import paths, yaml_file
from percept.composition.config import RENAMED_MODELS, Config
from percept.composition.config import check as check_sections
from percept.composition.references import check_references
from percept.errors import UserError
from percept.params import Section

MAIN = "config.yaml"
RESOLVERS = ("oc.create", "oc.decode", "oc.deprecated", "oc.dict.keys", "oc.dict.values", "oc.env", "oc.select")


def register(check: Callable[[DictConfig], dict[str, Any]] | None = None) -> None:
    """Make known what conf/config.yaml asks for, so that DVC's composition checks like our own.

    `${check:}` runs `check`, or `check_for_dvc`, in DVC alone. `options/<group>/<kind>` has the defaults of a class of
    options: conf/ starts from it, so that a default is stated once and params.yaml still has all. `open_sections` lets
    Hydra set any key below a section: Hydra would refuse an unknown one without naming the nearest. `conf` is the
    first key there, so that it is resolved, and all checked, before any other.
    """
    for resolver in RESOLVERS:  # so that none runs before `check` could refuse it, in a list of defaults for example
        OmegaConf.clear_resolver(resolver)
    OmegaConf.register_new_resolver(
        "check", lambda *, _root_: OmegaConf.create((check or check_for_dvc)(_root_)), replace=True
    )
    SourcesRegistry.instance().types[FileConfigSource.scheme()] = FileConfigSource
    sections = [name for name, field in Config.model_fields.items() if option_classes(field.annotation)]
    node = OmegaConf.create({name: OmegaConf.create({}, flags={"struct": False}) for name in sections})
    store = ConfigStore.instance()
    store.store(name="open_sections", node=OmegaConf.merge({"conf": None}, node))
    for old in RENAMED_MODELS:
        store.store(group="model", name=old, node={"kind": old})
    for group in sections:
        for options in option_classes(Config.model_fields[group].annotation):
            kind = options.model_fields.get("kind")
            name = get_args(kind.annotation)[0] if kind else group
            store.store(group=f"options/{group}", name=name, node=_defaults(options, {"kind": name} if kind else {}))


def check_for_dvc(config: DictConfig, overrides: Sequence[str] = ()) -> dict[str, Any]:
    """Check what DVC composes, which it writes into the folder it was called in. Raises `UserError`."""
    if not Path.cwd().samefile(paths.ROOT):
        found, expected = f"DVC would write {paths.PARAMS} here", "the project's folder"
        raise UserError(str(Path.cwd()), found, expected, f"cd {paths.ROOT}, and run it there")
    return check_sections(config, overrides)


class FileConfigSource(file_config_source.FileConfigSource):
    """Reads files of conf/ within bounds. Its name is that of Hydra's, or Hydra would take it for a second one."""

    def load_config(self, config_path: str) -> ConfigResult:
        """Read a file such as `task/churn`. Raises `UserError` where it is none that can be composed."""
        name = self._normalize_file_name(config_path)
        where = f"{paths.CONF}/{name}"
        if ".." in Path(name).parts:
            raise UserError(where, "it leads out of its folder", f"a file below {paths.CONF}/", "put the file there")
        try:
            text, values = yaml_file.load(Path(self.path) / name)
            header = self._get_header_dict(text[:512])
            config = OmegaConf.create({} if values is None else values)
            if not isinstance(config, DictConfig):
                raise ValueError("no mapping of options")
        except (OSError, ValueError, OmegaConfBaseException) as error:
            found = " ".join(str(error).split())
            raise UserError(where, found, "readable YAML of options", "correct the file") from None
        if name == MAIN:
            values = {key: value for key, value in values.items() if key != "conf"}
        else:
            _check_places(values or {}, header, name)
        check_references(values, where)
        return ConfigResult(self.provider, f"{self.scheme()}://{self.path}", config, header)


def _check_places(values: dict[str, Any], header: dict[str, str | None], name: str) -> None:
    """Refuse a file that would reach what Hydra and `check` keep for themselves. Raises `UserError`."""
    entries = values.get("defaults") if isinstance(values.get("defaults"), list) else []
    starts = [str(min(entry, default="") if isinstance(entry, dict) else entry) for entry in entries or []]
    moved = [start for start in starts if "@" in start.replace("@_here_", "")]
    taken = [str(key) for key in (*values, name.split("/")[0]) if key in ("conf", "hydra")]
    if header["package"] not in (None, "_global_"):
        taken.append(f"@package {header['package']}")
    if moved or taken:
        found = f"{(moved + taken)[0]}: a key of the composition itself, or a way to one"
        raise UserError(f"{paths.CONF}/{name}", found, "options of a run", "take it out")


def option_classes(annotation: Any) -> list[type[Section]]:
    """Find the classes of options that a section may be."""
    if isinstance(annotation, type):
        return [annotation] if issubclass(annotation, Section) else []
    return [found for member in get_args(annotation) for found in option_classes(member)]


def _defaults(options: type[Section], values: dict[str, Any]) -> dict[str, Any]:
    """Add the defaults of a class to values, as YAML has them."""
    for name, field in options.model_fields.items():
        if not field.is_required():
            default = field.get_default(call_default_factory=True)
            values[name] = TypeAdapter(Any).dump_python(default, mode="json")
    return values
