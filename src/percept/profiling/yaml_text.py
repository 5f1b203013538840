"""YAML that is read back as it was meant, with comments beside it."""

import json
import re
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from wcwidth import wcswidth

from percept.profiling.phrases import one_line
from percept.yaml_file import escape

WIDTH = 28  # cells of the terminal before a comment; longer lines are not waited for
PLAIN = re.compile(r"[^\W\d][\w ()/.%-]*[\w)%]|[^\W\d]")  # texts that need no quotes in YAML
KEYWORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", "none"}

Line = tuple[str, str]  # YAML, and the comment beside it
Leaf = tuple[Any, str]  # a value, written on one line, and the comment beside it


class Block(NamedTuple):
    """Keys or items, each on a line or lines of its own, and the comment beside what they stand under."""

    content: "Mapping[str, Block | Leaf] | Sequence[Block | Leaf]"
    comment: str = ""


class Quoted(str):
    """A text in quotes even where YAML needs none, such as a digest."""


class Draft(NamedTuple):
    """A task file that is not written yet."""

    text: str
    meant: dict[str, Any]  # what Hydra is to compose from it


def draft(head: Sequence[str], choices: Sequence[Block | Leaf], sections: Mapping[str, Block | Leaf]) -> Draft:
    """Write a task file: comments, the choices of other groups, and the sections of the task itself."""
    text = ["# @package _global_", *commented(head)]
    text += [*aligned([("defaults:", ""), *to_lines(Block(choices), "  ")]), ""]
    for name, part in sections.items():
        text += aligned(to_lines(Block({name: part})))
    return Draft("\n".join(text) + "\n", values(Block(sections)))


def to_lines(block: Block, indent: str = "") -> list[Line]:
    """Write a block, its own comment aside."""
    named = isinstance(block.content, Mapping)
    parts = block.content.items() if isinstance(block.content, Mapping) else (("", part) for part in block.content)
    found: list[Line] = []
    for name, part in parts:
        start = f"{indent}{quoted(name, is_key=True)}:" if named else f"{indent}-"
        if not isinstance(part, Block):
            found.append((f"{start} {flow(part[0])}", part[1]))
        elif named:
            found += [(start, part.comment), *to_lines(part, f"{indent}  ")]
        else:
            first, *rest = to_lines(part, f"{indent}  ")
            found += [(f"{start} {first[0].strip()}", first[1]), *rest]
    return found


def values(part: Block | Leaf) -> Any:
    """Return what is written, as it is meant."""
    if not isinstance(part, Block):
        return _plain(part[0])
    if isinstance(part.content, Mapping):
        return {name: values(inner) for name, inner in part.content.items()}
    return [values(inner) for inner in part.content]


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {name: _plain(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
    return value


def quoted(text: str, is_key: bool = False) -> str:
    """Quote a text so that YAML and OmegaConf read it back.

    OmegaConf takes `${` for the start of an interpolation in a value, but not in a key.
    """
    if not is_key:
        text = escape(text)
    if PLAIN.fullmatch(text) and text.lower() not in KEYWORDS:
        return text
    return _in_quotes(text)


def _in_quotes(text: str) -> str:
    return "".join(map(_printable, json.dumps(text, ensure_ascii=False)))


def _printable(letter: str) -> str:
    if letter.isprintable():
        return letter
    return f"\\u{ord(letter):04x}" if ord(letter) < 0x10000 else f"\\U{ord(letter):08x}"


def flow(value: Any) -> str:
    """Write a value on one line, as YAML calls its flow style."""
    match value:
        case bool() | None:
            return {True: "true", False: "false", None: "null"}[value]
        case Quoted():
            return _in_quotes(escape(value))
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
    lines = [(text, one_line(comment)) for text, comment in lines]
    width = max([wcswidth(text) for text, comment in lines if comment and wcswidth(text) <= WIDTH], default=0)
    return [f"{text}{' ' * (width - wcswidth(text))}  # {comment}" if comment else text for text, comment in lines]


def commented(lines: Sequence[str]) -> list[str]:
    """Wrap lines of text into comment lines."""
    return [f"# {part}" for line in lines for part in textwrap.wrap(one_line(line), 116, break_long_words=False)]
