"""A task file's name, a check that Hydra composes it, and writing it without overwriting another."""

import difflib
import re
import unicodedata
from pathlib import Path
from typing import Any

from percept import paths
from percept.composition import composed, differences
from percept.errors import UserError
from percept.params import plain_values
from percept.profiling.yaml_text import Draft
from percept.sources.download import inside


def safe_name(name: str) -> str:
    """Turn a name into one that Hydra accepts without quotes. Raises `UserError` where too little is left of it."""
    plain = unicodedata.normalize("NFKD", name)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    safe = re.sub(r"[^A-Za-z0-9]+", "_", plain).strip("_").lower()
    if not re.search("[a-z]", safe) or any(letter.isalpha() and not letter.isascii() for letter in plain):
        expected = "letters a to z, digits and _: Hydra takes no others"
        raise UserError("the task's name", f"{name!r}", expected, "give one: --name customers")
    return f"data_{safe}" if safe[0].isdigit() or safe in ("null", "true", "false", "nan", "inf") else safe


def stored_name(file: Path, name: str) -> str:
    """Return the name that the file has in data/raw: its own, or the task's where its own is not usable there."""
    try:
        return inside(file.name)
    except ValueError:
        return f"{name}{file.suffix}"


def address(file: Path) -> str:
    """Return the path from the repository, or from the root of the machine for a file outside it."""
    absolute = file.resolve()
    return str(absolute.relative_to(paths.ROOT) if absolute.is_relative_to(paths.ROOT) else absolute)


def check_composes(draft: Draft, name: str) -> None:
    """Check that Hydra composes the task as it is meant, in a temporary folder. Raises `UserError`."""
    with paths.scratch() as folder:
        file = folder / "task" / f"{name}_draft.yaml"
        file.parent.mkdir()
        file.write_text(draft.text, encoding="utf-8")
        found = plain_values(composed([f"task={name}_draft", f"hydra.searchpath=['file://{folder}']"]))
    for key, meant, there in differences(draft.meant, _as_far(found, draft.meant)):
        advice = "rename it in the data, and please report it"
        raise UserError(f"{name}.yaml: {key}", f"Hydra reads {there!r}", f"{meant!r}, as the data have it", advice)


def _as_far(values: Any, pattern: Any) -> Any:
    """Return the values without the keys that a pattern lacks."""
    if not (isinstance(values, dict) and isinstance(pattern, dict)):
        return values
    return {key: _as_far(value, pattern[key]) for key, value in values.items() if key in pattern}


def write(target: Path, text: str, force: bool) -> str:
    """Write a task file, and return a line that says so. Raises `UserError` where another is there and not `force`."""
    shown = target.relative_to(paths.ROOT)
    former = target.read_text(encoding="utf-8") if target.exists() else None
    if former == text:
        return f"{shown} says so already"
    if former is not None and not force:
        changes = difflib.unified_diff(former.splitlines(), text.splitlines(), str(shown), "new", lineterm="", n=0)
        found = "\n    ".join(["it is there already; this would change:", *changes])
        raise UserError(str(shown), found, "a new file", "give another --name, or --force to replace it")
    with paths.replaced(target) as draft:
        draft.write_text(text, encoding="utf-8")
    return f"wrote {shown}"
