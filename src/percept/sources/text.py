"""Text files, and the line that is not in the encoding."""

from collections.abc import Callable
from pathlib import Path

from percept.errors import UserError


def decoded(path: Path, encoding: str, unreadable: Callable[[Path, str, str], UserError]) -> str:
    """The text of a file. Raises what `unreadable` makes of (path, found, expected)."""
    try:
        content = path.read_bytes().decode(encoding)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise unreadable(path, f"line {line} is not {encoding}", "text in source.encoding") from None
    if "\0" in content:  # fixed-width text arrays would lose it; most often the file is UTF-16
        line = content.count("\n", 0, content.index("\0")) + 1
        raise unreadable(path, f"line {line} holds a NUL character", "text in source.encoding")
    return content
