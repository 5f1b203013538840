"""YAML that is read back as it was meant, with comments beside it."""

import json
import re
import textwrap
from collections.abc import Sequence
from typing import Any

from wcwidth import wcswidth

from percept.profiling.phrases import UNPRINTABLE

WIDTH = 28  # cells of the terminal before a comment; longer lines are not waited for
PLAIN = re.compile(r"[^\W\d][\w ()/.%-]*[\w)%]|[^\W\d]")  # texts that need no quotes in YAML
KEYWORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", "rest", "none"}

Line = tuple[str, str]  # YAML, and the comment beside it


def quoted(text: str, is_key: bool = False) -> str:
    """Quote a text so that YAML and OmegaConf read it back.

    OmegaConf takes `${` for the start of an interpolation in a value, but not in a key.
    """
    if not is_key:
        text = re.sub(r"(\\*)\$\{", lambda found: 2 * found[1] + r"\${", text)
    if PLAIN.fullmatch(text) and text.lower() not in KEYWORDS:
        return text
    return UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))


def flow(value: Any) -> str:
    """Write a value on one line, as YAML calls its flow style."""
    match value:
        case bool() | None:
            return {True: "true", False: "false", None: "null"}[value]
        case str():
            return quoted(value)
        case dict():
            return (
                "{" + ", ".join(f"{quoted(str(key), is_key=True)}: {flow(item)}" for key, item in value.items()) + "}"
            )
        case list() | tuple():
            items = list(map(flow, value))
            if any(item.startswith('"') for item in items):  # then quote all, which reads better
                items = [f'"{item}"' if item == one else item for item, one in zip(items, value, strict=True)]
            return "[" + ", ".join(items) + "]"
    return str(value)


def aligned(lines: list[Line]) -> list[str]:
    """Align the comments of neighbouring lines; wide characters such as Korean ones take two cells."""
    width = max([wcswidth(text) for text, comment in lines if comment and wcswidth(text) <= WIDTH], default=0)
    return [f"{text}{' ' * (width - wcswidth(text))}  # {comment}" if comment else text for text, comment in lines]


def commented(lines: Sequence[str]) -> list[str]:
    """Wrap lines of text into comment lines."""
    return [f"# {part}" for line in lines for part in textwrap.wrap(line, 116, break_long_words=False)]
