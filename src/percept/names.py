"""Which names can become those of folders, and which those of keys in params.yaml."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator

from percept.errors import UserError

MAX_NAME_BYTES = 100  # a log folder's name has more than that of the task
LONGEST_KEY = 60  # characters of a key as it is written: DVC folds longer ones in dvc.lock, and cannot read them then
DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}


def plain_name(name: str) -> str:
    """Return a name that can become that of a folder. Raises `ValueError` where it could be a path, or none at all."""
    if not re.fullmatch(r"\w[\w-]*", name) or len(name.encode()) > MAX_NAME_BYTES or name.lower() in DEVICES:
        raise ValueError(f"should be letters, digits, _ and - alone, {MAX_NAME_BYTES} bytes at most: it names a folder")
    return name


Name = Annotated[str, AfterValidator(plain_name)]


def folder_name(name: str) -> str:
    """Return a name for one new folder, put together of several. Raises `UserError` where it would be a path."""
    if not (re.fullmatch(r"\w[^/\\:]*", name) and name.isprintable()) or len(name.encode()) > 2 * MAX_NAME_BYTES:
        expected = f"a name without / \\ : and control characters, {2 * MAX_NAME_BYTES} bytes at most"
        raise UserError("the name of a folder", repr(name), expected, "give the task or the experiment another name")
    return name


def fits_key(text: str) -> bool:
    """Tell whether DVC reads back a text that is a key of params.yaml."""
    escaped = re.findall(r"[\"'\\\n]", text)
    return len(text) + len(escaped) <= LONGEST_KEY and text.replace("\n", "").isprintable()


def by_name(values: Any, option: str = "") -> Any:
    """Return a mapping of options by the `name` inside of them, for names that are no keys, else by their key.

    option: the one beside `name` that is the value by itself, where options are no mapping. Raises `ValueError` for a
    name that comes twice.
    """
    if not isinstance(values, dict):
        return values
    found: dict[str, Any] = {}
    for key, options in values.items():
        name = key
        if isinstance(options, dict) and "name" in options:
            options = dict(options)
            name = options.pop("name")
            options = options[option] if options.keys() == {option} else options
        if name in found:
            raise ValueError(f"{name!r} stands there twice")
        found[name] = options
    return found
