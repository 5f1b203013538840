"""The settings of a run beside its scores, for the HPARAMS page."""

from collections.abc import Iterator, Mapping
from typing import Any

from tensorboard.compat.proto.summary_pb2 import Summary

from percept.logs import hparams
from percept.logs.run import as_text, changed, experiment_of, value_at

SECTIONS = ("model", "optimizer", "fit")  # whose options are shown, those of the others where they differ
NUMBERS = int | float  # bool is one, too
MAX_TEXT = 60  # characters of a value


def shown(params: Mapping[str, Any], name: str) -> Iterator[Summary.Value]:
    """Return the settings of a run that has ended. name: of its folder."""
    keys = changed(params)
    words = [f"{key.rpartition('.')[2]} {_value(value_at(params, key))}" for key in keys]
    differs = ", ".join([*filter(None, [experiment_of(params)]), *words])
    found: dict[str, Any] = {"differs from the task's defaults": differs or "nothing", "task": params["task"]}
    for key in ["seed", *keys, *_options(params)]:
        found[key] = _value(value_at(params, key))
    yield from hparams.start(name, found)
    yield hparams.end()


def _options(params: Mapping[str, Any]) -> Iterator[str]:
    for section in SECTIONS:
        for name in params[section]:
            yield f"{section}.{name}"


def _value(value: Any) -> bool | float | str:
    if isinstance(value, NUMBERS):
        return value
    text = as_text(value)
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 3]}..."
