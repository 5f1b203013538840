"""A search space over a configuration: settings are drawn from it, and make the configuration of a trial."""

import copy
import json
from collections.abc import Mapping
from typing import Any, Protocol

from percept.composition import Config, checked_sections, choices_of, unchecked
from percept.composition.references import value_at
from percept.errors import UserError, listed, nearest
from percept.spaces.defaults import default_space
from percept.spaces.parameters import Parameter

WHERE = "search.space"
ADVICE = "correct it in conf/search/ or in the `-S` override; nothing was run"
GROUPS = ("model", "optimizer", "fit", "features", "objective")  # sections whose choices are names of files in conf/
LENGTH = ".length"  # ends the name of what draws how long a list is

Settings = dict[str, Any]  # values by key of the configuration


class Ask(Protocol):
    """Draws one value; an Optuna trial is one."""

    def suggest_int(self, name: str, low: int, high: int, *, step: int = 1, log: bool = False) -> int: ...

    def suggest_float(
        self, name: str, low: float, high: float, *, step: float | None = None, log: bool = False
    ) -> float: ...

    def suggest_categorical(self, name: str, choices: list[Any]) -> Any: ...


class Space:
    """What the trials of a configuration may vary. Raises `UserError` where one of its corners is no configuration."""

    def __init__(self, config: Mapping[str, Any], parameters: Mapping[str, Parameter] | None) -> None:
        """config: sections of params.yaml as plain values; parameters: None for those of the network."""
        self.config = {name: values for name, values in config.items() if name != "search"}
        self._sections: dict[tuple[str, str], dict[str, Any]] = {}  # as conf/ composes them, by group and name
        self.parameters = dict(default_space(config) if parameters is None else parameters)
        if not self.parameters:
            raise UserError(WHERE, "it is empty", "a parameter at least", ADVICE)
        self._check_conditions()
        for key, parameter in self.parameters.items():
            for value in _corners(parameter):
                self._check_corner(key, value)

    def suggest(self, ask: Ask) -> Settings:
        """Draw one value for each parameter whose condition holds."""
        settings: Settings = {}
        for key, parameter in self.parameters.items():
            if self._holds(parameter, settings):
                settings[key] = _drawn(key, parameter, ask)
        return settings

    def grid(self) -> dict[str, list[Any]]:
        """Return all values of each name that `suggest` asks for. Raises `UserError` for numbers without a step."""
        found: dict[str, list[Any]] = {}
        for key, parameter in self.parameters.items():
            if parameter.length:
                found[key + LENGTH] = list(range(parameter.length[0], parameter.length[1] + 1))
            found[key] = _all_values(key, parameter)
        return found

    def values(self, settings: Settings) -> dict[str, Any]:
        """Return the sections of the configuration with these settings, as plain values. Raises `UserError`."""
        values = copy.deepcopy(self.config)
        names = {key: name for key, name in settings.items() if key in GROUPS and isinstance(name, str)}
        for group, name in names.items():
            if (group, name) not in self._sections:
                self._sections[group, name] = unchecked([f"task={values['task']}", f"{group}={name}"])[group]
            values[group] = copy.deepcopy(self._sections[group, name])
        for key, value in settings.items():
            if key not in names:
                _put(values, key, value)
        return values

    def trial_config(self, settings: Settings) -> Config:
        """Return the configuration of a trial. Raises `UserError` where settings do not go together."""
        return checked_sections(self.values(settings) | {"search": {}}, f"{WHERE}: {shown(settings)}")

    def _holds(self, parameter: Parameter, settings: Settings) -> bool:
        """Tell whether a parameter is tried beside settings that were drawn before it."""
        return all(self._value(key, settings) in _as_list(wanted) for key, wanted in parameter.when.items())

    def _value(self, key: str, settings: Settings) -> Any:
        """Return a value that a condition looks at: what was drawn, or what the configuration has."""
        if key in settings:
            return settings[key]
        return value_at(self.config, key)

    def _check_conditions(self) -> None:
        """Check that each condition looks at what is drawn before it, or at a key of the configuration."""
        before: list[str] = []
        for key, parameter in self.parameters.items():
            for looked_at in parameter.when:
                known = value_at(self.config, looked_at) is not None and looked_at not in self.parameters
                if looked_at not in before and not known:
                    found = f"{looked_at!r} is no key of the configuration, and no parameter before this one"
                    found += nearest(looked_at, before)
                    raise UserError(f"{WHERE}.{key}.when", found, "what is known when it is drawn", ADVICE)
            before.append(key)

    def _check_corner(self, key: str, value: Any) -> None:
        if key in GROUPS and value not in (known := choices_of(key)):
            found = f"{value!r}: there is no conf/{key}/{value}.yaml{nearest(str(value), known)}"
            raise UserError(f"{WHERE}.{key}", found, f"one of {listed(known, 99)}", ADVICE)
        settings = self._conditions_of(key) | {key: value}
        if key in GROUPS:
            settings |= self._first_of_dependents(key, value)
        try:
            checked_sections(self.values(settings) | {"search": {}}, WHERE)
        except UserError as error:
            found = str(error).partition("\n  expected:")[0]
            raise UserError(
                f"{WHERE}.{key} = {_short(value)}", found, "a configuration that can be run", ADVICE
            ) from None

    def _conditions_of(self, key: str) -> Settings:
        """Return settings under which a parameter is tried."""
        found: Settings = {}
        for looked_at, wanted in self.parameters[key].when.items():
            if looked_at in self.parameters:
                found = self._conditions_of(looked_at) | found | {looked_at: _as_list(wanted)[0]}
        group = next((each for each in found if each in GROUPS), None)
        return found | (self._first_of_dependents(group, found[group]) if group else {})

    def _first_of_dependents(self, group: str, name: str) -> Settings:
        """Return first values of what is tried only where a section has this choice: it may need them."""
        return {
            key: _corners(parameter)[0]
            for key, parameter in self.parameters.items()
            if group in parameter.when and name in _as_list(parameter.when[group])
        }


def shown(settings: Settings) -> str:
    """Write settings in a line."""
    return " ".join(f"{key}={_short(value)}" for key, value in settings.items())


def _short(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3g}"
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _drawn(key: str, parameter: Parameter, ask: Ask) -> Any:
    if parameter.choice:
        return _choice(parameter, ask.suggest_categorical(key, _labels(parameter.choice)))
    length = ask.suggest_int(key + LENGTH, *parameter.length) if parameter.length else None
    if parameter.int_:
        value: float = ask.suggest_int(key, *parameter.int_, step=int(parameter.step or 1), log=parameter.is_log)
    else:
        low, high = parameter.bounds or (0.0, 1.0)
        value = ask.suggest_float(key, low, high, step=parameter.step, log=parameter.is_log)
    return value if length is None else [value] * length


def _labels(choices: tuple[Any, ...]) -> list[Any]:
    """Return what stands for choices: themselves, or their text where they are lists or mappings."""
    return [json.dumps(value) if isinstance(value, list | dict | tuple) else value for value in choices]


def _choice(parameter: Parameter, label: Any) -> Any:
    choices = parameter.choice or ()
    return copy.deepcopy(choices[_labels(choices).index(label)])


def _all_values(key: str, parameter: Parameter) -> list[Any]:
    if parameter.choice:
        return _labels(parameter.choice)
    low, high = parameter.bounds or (0, 0)
    step = parameter.step or (1 if parameter.int_ and not parameter.is_log else None)
    if step is None:
        expected = "values that can be counted, as sampler grid tries all: choice, or a step"
        raise UserError(f"{WHERE}.{key}", "numbers without a step", expected, ADVICE)
    count = int((high - low) / step + 1e-9) + 1
    return [low + number * step for number in range(count)]


def _corners(parameter: Parameter) -> list[Any]:
    if parameter.length:
        return [[value] * length for value in parameter.corners for length in dict.fromkeys(parameter.length)]
    return list(parameter.corners)


def _as_list(wanted: Any) -> list[Any]:
    return list(wanted) if isinstance(wanted, list | tuple) else [wanted]


def _put(values: dict[str, Any], key: str, value: Any) -> None:
    """Replace the value of a key. Raises `UserError` where there is none."""
    *path, last = key.split(".")
    place: Any = values
    for depth, name in enumerate(path):
        if not isinstance(place, dict) or name not in place:
            raise _unknown(key, ".".join(path[: depth + 1]), place)
        place = place[name]
    if not isinstance(place, dict) or last not in place:
        raise _unknown(key, key, place)
    place[last] = copy.deepcopy(value)


def _unknown(key: str, part: str, place: Any) -> UserError:
    known = list(place) if isinstance(place, dict) else []
    hint = nearest(part.rpartition(".")[2], known) or (f"; known: {listed(known, 99)}" if known else "")
    return UserError(f"{WHERE}.{key}", f"{part}: unknown key{hint}", "a key of the configuration", ADVICE)
