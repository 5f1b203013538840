"""References of a configuration: a value may be `${section.key}` and nothing more; all else is text.

They are resolved here and not by OmegaConf, whose resolvers read the environment and whose references can be put
together so that a short file becomes a text without end.
"""

import re
from typing import Any

from omegaconf import DictConfig, OmegaConf

from percept.errors import UserError
from percept.yaml_file import OPEN, unescape, with_texts

REFERENCE = re.compile(r"\$\{(\w[\w.-]*)\}")
EXPECTED = "a value, or a reference to one other value such as ${optimizer.learning_rate}"
ADVICE = "write the value itself; where ${ is text, write \\${"


def resolved(values: Any) -> Any:
    """Return values with each reference replaced, and each text as it is meant. Raises `UserError` with the key."""
    return with_texts(values, lambda key, text: _value(values, key, text))


def sections(config: DictConfig) -> dict[str, Any]:
    """Return all but `conf` with references resolved. Raises `UserError`."""
    others = OmegaConf.masked_copy(config, [str(key) for key in config if key != "conf"])
    return dict(resolved(OmegaConf.to_container(others, resolve=False, throw_on_missing=True)))


def check_references(values: Any, where: str) -> None:
    """Raise `UserError` where a text is neither a reference nor free of them."""
    with_texts(values, lambda key, text: text == OPEN or REFERENCE.fullmatch(text) or _text(f"{where}: {key}", text))


def _value(values: Any, key: str, text: str) -> Any:
    followed = [key]
    while reference := REFERENCE.fullmatch(text):
        followed.append(reference[1])
        found = value_at(values, reference[1])
        if found is None or isinstance(found, dict | list) or reference[1] in followed[:-1]:
            what = "leads back to itself" if reference[1] in followed[:-1] else "leads to no single value"
            raise UserError(f"configuration: {key}", f"{' -> '.join(followed)} {what}", EXPECTED, ADVICE)
        if not isinstance(found, str):
            return found
        text = found
    return _text(f"configuration: {followed[-1]}", text)


def _text(where: str, text: str) -> str:
    try:
        return unescape(text)
    except ValueError:
        raise UserError(where, f"{text!r} asks for more than a reference may", EXPECTED, ADVICE) from None


def value_at(values: Any, key: str) -> Any:
    """Return the value of a key such as `fit.epochs`, None where there is none."""
    for name in key.split("."):
        values = values.get(name) if isinstance(values, dict) else None
    return values
