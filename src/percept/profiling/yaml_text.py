"""Words and YAML for what was found in a person's data."""

import json
import re
import textwrap
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from wcwidth import wcswidth

from percept.dataset.cells import EPOCH
from percept.errors import listed
from percept.profiling.columns import ColumnProfile

WIDTH = 28  # of what stands before a comment, where it can be
UNPRINTABLE = re.compile("[^\t\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
PLAIN = re.compile(r"[^\W\d][\w ()/.%-]*[\w)%]|[^\W\d]")  # YAML takes it as it is
WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", "rest", "none"}

Line = tuple[str, str]  # YAML, and the comment beside it


def quoted(text: str, is_key: bool = False) -> str:
    """A text as YAML and OmegaConf read it back, the latter with `${` in front of a formula, but not in a key."""
    if not is_key:
        text = re.sub(r"(\\*)\$\{", lambda found: 2 * found[1] + r"\${", text)
    if PLAIN.fullmatch(text) and text.lower() not in WORDS:
        return text
    return UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))


def flow(value: Any) -> str:
    """A value on one line."""
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
            if any(item.startswith('"') for item in items):  # then all, which reads better
                items = [f'"{item}"' if item == one else item for item, one in zip(items, value, strict=True)]
            return "[" + ", ".join(items) + "]"
    return str(value)


def shown(text: str, limit: int = 24) -> str:
    """A text of the data for a comment or a message: on one line, and cut."""
    text = " ".join(UNPRINTABLE.sub(" ", text).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def names(known: list[str]) -> str:
    """Column names for a message."""
    return listed(map(repr, known), 20)


def aligned(lines: list[Line]) -> list[str]:
    """Comments of neighbouring lines stand below each other."""
    width = max([wcswidth(text) for text, comment in lines if comment and wcswidth(text) <= WIDTH], default=0)
    return [f"{text}{' ' * (width - wcswidth(text))}  # {comment}" if comment else text for text, comment in lines]


def commented(lines: Sequence[str]) -> list[str]:
    """Lines of a comment, none too long."""
    return [f"# {part}" for line in lines for part in textwrap.wrap(line, 116, break_long_words=False)]


def share(part: float) -> str:
    return f"{100 * part:.1f} %"


def holds(column: ColumnProfile) -> str:
    """What a column holds, in some words."""
    if column.form:
        first, last = ((EPOCH + timedelta(days=end)).date().isoformat() for end in (column.low, column.high))
        return f"{first} to {last}"
    if column.kind in ("number", "identifier") and column.is_number:
        low, high = (
            f"{end:.0f}" if column.whole and abs(end) < 1e15 else f"{end:.6g}" for end in (column.low, column.high)
        )
        return f"{'whole numbers' if column.whole else 'numbers'} from {low} to {high}"
    if column.kind in ("identifier", "free text", "mixed"):
        return f"{column.num_values} different values, such as {shown(column.values[0][0])}"
    if not column.values:
        return "nothing"
    if column.num_values == 1:
        return shown(column.values[0][0])
    return f"{column.num_values} values: {listed((shown(value) for value, _ in column.values[:3]), 3)}" + (
        ", ..." if column.num_values > 3 else ""
    )


def macro_f1_of_guess(classes: Sequence[tuple[str, int]]) -> float:
    """Give the macro F1 of naming the first class each time: its precision is its share, its recall 1."""
    precision = classes[0][1] / sum(count for _, count in classes)
    return 2 * precision / (1 + precision) / len(classes)
