"""The folder of logs/ that belongs to a run, named by what a person knows of it."""

import json
import os
import re
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from percept import paths
from percept.names import folder_name

HISTORY = "history.csv"  # in the folder: by it evaluate knows which run it judges
ENVIRONMENT = "environment.json"  # in the folder: what the run was trained with
MACHINE = ("processor", "cpus", "platform")  # of that
TRAIN, VALIDATION, TEST = "train", "validation", "test"  # parts of a run, each a folder that TensorBoard lists
CLOCK = "%Y%m%d-%H%M%S"
MAX_CHANGES = 60  # characters of a name that say what differs from the task's defaults
MAX_VALUE = 20  # characters of one value there


def begun(params: Mapping[str, Any]) -> Path:
    """Return the folder of the run that begins now. An earlier run of the same name makes room for it."""
    folder = paths.logs() / (_of_experiment(params) or _of_now(params))
    for part in (TRAIN, VALIDATION, TEST):
        shutil.rmtree(folder / part, ignore_errors=True)
    return folder


def found(params: Mapping[str, Any], history: Path) -> Path:
    """Return the folder of the run that a history is of: that of the experiment, or the last one of equal values.

    It need not exist, where training came out of DVC's cache.
    """
    if name := _of_experiment(params):
        return paths.logs() / name
    clock = re.compile(rf"{re.escape(name_of(params))}-\d{{8}}-\d{{6}}")
    folders = sorted((folder for folder in paths.logs().glob("*") if clock.fullmatch(folder.name)), reverse=True)
    return next((folder for folder in folders if is_of(folder, history)), paths.logs() / _of_now(params))


def machine(params: Mapping[str, Any], history: Path) -> dict[str, str]:
    """Return what processor and system a run was trained on; nothing where DVC took it out of its cache."""
    folder = found(params, history)
    file = folder / ENVIRONMENT
    known = json.loads(file.read_text(encoding="utf-8")) if file.is_file() and is_of(folder, history) else {}
    return {name: f"{known[name]}" for name in MACHINE if known.get(name)}


def is_of(folder: Path, history: Path) -> bool:
    """Tell whether a folder has the curves of a history."""
    kept = folder / HISTORY
    return kept.is_file() and kept.read_bytes() == history.read_bytes()


def name_of(params: Mapping[str, Any]) -> str:
    """Return task, model, experiment and what else differs from the task's defaults: digits-mlp-units=64,32-epochs=20.

    experiment: the file of conf/experiment, where one was chosen.
    """
    words: list[str] = []
    keys = [key for key in changed(params) if key != "model.kind"]
    for key in keys:
        word = _word(key, value_at(params, key))
        if sum(map(len, words)) + len(words) + len(word) > MAX_CHANGES:
            words.append(f"{len(keys) - len(words)}_more")
            break
        words.append(word)
    chosen = [experiment.replace("/", "-")] if (experiment := experiment_of(params)) else []
    return "-".join([params["task"], params["model"]["kind"], *chosen, *words])


def experiment_of(params: Mapping[str, Any]) -> str | None:
    """Return the name of the file of conf/experiment that was chosen, if any."""
    return _composed(params).get("experiment")


def changed(params: Mapping[str, Any]) -> list[str]:
    """Return the keys of the options that differ from the experiment's or the task's, as composing found them."""
    return list(_composed(params).get("changed", []))


def _composed(params: Mapping[str, Any]) -> dict[str, Any]:
    composed = params.get("conf")
    return composed if isinstance(composed, dict) else {}  # a text, in a params.yaml of a former version


def value_at(params: Mapping[str, Any], key: str) -> Any:
    """Return the value of a key such as `fit.epochs`."""
    section, _, name = key.partition(".")
    return params[section].get(name) if name else params[section]


def as_text(value: Any) -> str:
    """Return a value in a word: lists as 64,32, mappings as JSON."""
    if value in (None, [], {}):
        return "none"
    if isinstance(value, list) and not any(isinstance(item, list | dict) for item in value):
        return ",".join(map(as_text, value))
    if isinstance(value, dict | list):
        return str(value.get("kind")) if isinstance(value, dict) and "kind" in value else json.dumps(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _word(key: str, value: Any) -> str:
    name, text = key.rpartition(".")[2], as_text(value)
    plain = re.fullmatch(r"[\w.,+]+", text, re.ASCII) and len(text) <= MAX_VALUE
    return name if not plain else text if name == "kind" else f"{name}={text}"


def _of_experiment(params: Mapping[str, Any]) -> str:
    """Return the folder's name where DVC runs an experiment, which has a name, else nothing."""
    experiment = os.environ.get("DVC_EXP_NAME")
    return folder_name(f"{name_of(params)}-{experiment}") if experiment else ""


def _of_now(params: Mapping[str, Any]) -> str:
    return folder_name(f"{name_of(params)}-{time.strftime(CLOCK)}")
