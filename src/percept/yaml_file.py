"""YAML of the configuration: read within bounds and without resolving anything, texts of the data escaped.

OmegaConf takes `${` in a text for the start of a reference. Where it is text, conf/ and params.yaml have backslashes
before it (`\\${`), which Hydra takes off when it composes conf/, and `plain_values` when params.yaml is read.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from omegaconf import OmegaConf
from omegaconf._utils import get_omega_conf_dumper, get_yaml_loader

MAX_BYTES = 2_000_000
MAX_VALUES = 100_000  # keys, items and values, those behind aliases counted each time
MAX_DEPTH = 50  # of mappings and lists in each other
OPEN = "???"  # Hydra's word for a value that is yet to be given

_OPENING = re.compile(r"(\\*)\$\{")


def load(path: Path) -> tuple[str, Any]:
    """Return the text of a file and the values in it. Raises `OSError`, or `ValueError` that says what is wrong.

    Numbers are read as OmegaConf reads them, because it writes params.yaml: PyYAML would read its 1e-3 as a string.
    """
    with path.open("rb") as stream:
        content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ValueError(f"more than {MAX_BYTES:,} bytes; a file of the configuration has at most so many")
    text = content.decode("utf-8")
    try:
        _check_size(text)
        return text, yaml.load(text, Loader=get_yaml_loader())
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from None


def _check_size(text: str) -> None:
    """Count values before anything is made of them: a few aliases can stand for billions. Raises `ValueError`."""
    sizes: dict[str, int] = {}  # of what an anchor names
    open_nodes = [("", 0)]  # anchor, and the count at its start
    count = 0
    for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        match event:
            case yaml.AliasEvent():
                if event.anchor not in sizes:
                    raise ValueError(f"*{event.anchor} stands inside, or before, what &{event.anchor} names")
                count += sizes[event.anchor]
            case yaml.ScalarEvent():
                count += 1
                sizes[event.anchor] = 1
            case yaml.CollectionStartEvent():
                open_nodes.append((event.anchor, count))
                sizes.pop(event.anchor, None)
                count += 1
            case yaml.CollectionEndEvent():
                anchor, start = open_nodes.pop()
                sizes[anchor] = count - start
        if count > MAX_VALUES or len(open_nodes) > MAX_DEPTH:
            bounds = f"{MAX_VALUES:,} values, aliases counted each time, and {MAX_DEPTH} levels"
            raise ValueError(f"line {event.start_mark.line + 1}: more than {bounds}, which is the most")


def dump(values: Any) -> str:
    """Write values as params.yaml has them."""
    return OmegaConf.to_yaml(OmegaConf.create(with_texts(values, lambda _, text: escape(text))))


def escape(text: str) -> str:
    """Return what OmegaConf reads as this text: `\\${` for `${`, and backslashes before it twice."""
    return _OPENING.sub(lambda found: 2 * found[1] + r"\${", text)


def unescape(text: str) -> str:
    """Return the text that `escape` was given. Raises `ValueError` where `${` is not escaped, or the value is open."""
    if any(len(found[1]) % 2 == 0 for found in _OPENING.finditer(text)):
        raise ValueError(f"{text!r} would refer to something else; write `\\${{` where it is text")
    if text == OPEN:
        raise ValueError(f"{OPEN} stands for a value that is yet to be given")
    return _OPENING.sub(lambda found: found[1][: len(found[1]) // 2] + "${", text)


def with_texts(values: Any, change: Callable[[str, str], Any], key: str = "") -> Any:
    """Return values with each text changed by what is given its key and it; keys stay, as OmegaConf has them."""
    match values:
        case str():
            return change(key, values)
        case dict():
            return {name: with_texts(value, change, f"{key}.{name}".lstrip(".")) for name, value in values.items()}
        case list():
            return [with_texts(value, change, f"{key}.{number}") for number, value in enumerate(values)]
    return values


def _represent_text(dumper: Any, text: str) -> Any:
    """Quote a text as OmegaConf does, but where PyYAML writes U+0085 as a line break that it reads as a blank."""
    if "\x85" in text:
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
    return dumper.str_representer(dumper, text)


get_omega_conf_dumper().add_representer(str, _represent_text)
