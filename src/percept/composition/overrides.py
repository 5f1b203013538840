"""Overrides such as `model.dropout=0.1`, checked before Hydra sees them: its own refusals name no near key."""

import argparse
import difflib
from collections.abc import Iterable

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException

from percept import paths
from percept.composition.config import Config
from percept.composition.hydra_setup import option_classes
from percept.errors import UserError, listed, nearest

GROUPS = ("task", "model", "optimizer", "fit", "features", "objective", "search", "experiment")  # folders of conf/


def check_overrides(words: Iterable[str]) -> None:
    """Check overrides as a person typed them. Raises `UserError`."""
    for word in words:
        try:
            (override,) = OverridesParser.create().parse_overrides([word])
        except (HydraException, RecursionError, ValueError) as error:
            found = " ".join(str(error).split())
            expected = "key=value, such as model.dropout=0.1"
            raise UserError("configuration", found, expected, f"correct {word}") from None
        _check(override, word)


def _check(override: Override, word: str) -> None:
    key, value = override.key_or_group, override.value()
    section = key.partition(".")[0]
    if override.package is not None or (section == "hydra" and key != "hydra.searchpath"):
        raise UserError("configuration", f"{word}: it sets up Hydra itself", "an option of a run", "leave it out")
    if override.is_add() and key in GROUPS:
        found, expected = f"{word}: conf/config.yaml has {key} already", word.removeprefix("+")
        raise UserError("configuration", found, expected, "leave out the `+`")
    is_choice = isinstance(value, str) or override.is_sweep_override() or (key == "experiment" and value is None)
    if key in GROUPS and not is_choice and not isinstance(value, dict):
        choices = listed(choices_of(key), 100)
        raise UserError("configuration", f"{word}: no name of a {key}", f"one of {choices}", f"correct {word}")
    known = list(dict.fromkeys([*Config.model_fields, *GROUPS]))
    if section not in [*known, "hydra"]:
        options = [f"{group}.{name}" for group in Config.model_fields for name in _options(group)]
        hint = _nearest_option(section, options) or nearest(section, known) or f"; known: {', '.join(known)}"
        raise UserError("configuration", f"{section}: unknown key{hint}", "a key of conf/", f"correct {word}")


def choices_of(group: str) -> list[str]:
    """Return what `group=...` may be: the files of conf/<group>, but for those in `base`, from which others start."""
    folder = paths.ROOT / paths.CONF / group
    files = (file.relative_to(folder).with_suffix("") for file in sorted(folder.rglob("*.yaml")))
    return [file.as_posix() for file in files if file.parts[0] != "base"]


def _options(group: str) -> list[str]:
    classes = option_classes(Config.model_fields[group].annotation)
    return list(dict.fromkeys(name for options in classes for name in options.model_fields))


def _nearest_option(name: str, options: list[str]) -> str:
    """Return a hint at the option of a section that is called so, or nearly so."""
    names = {option.partition(".")[2] for option in options}
    matches = difflib.get_close_matches(name, names, n=1)
    meant = [option for option in options if matches and option.partition(".")[2] == matches[0]]
    return f"; did you mean {' or '.join(meant)}?" if meant else ""


def overrides_of_dvc(words: list[str]) -> list[str]:
    """Return what `-S` gives in the words of a `dvc` command: DVC tells a plugin nothing of it."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("-S", "--set-param", action="append", default=[])
    given = [word.removeprefix(f"{paths.PARAMS}:") for word in parser.parse_known_args(words)[0].set_param]
    return [word for word in given if ":" not in word.partition("=")[0]]  # before it stands another file
