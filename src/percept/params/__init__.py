"""Typed, closed, read-only view of params.yaml; imports workspace and what lies below.

Hydra composes conf/ into params.yaml before a run; stages read only the result. A stage names the sections it
reads as fields of a `Params` class, and dvc.yaml lists the same names, so DVC runs the stage again exactly when
something it can see has changed.
"""

import time
from pathlib import Path
from typing import Annotated, Any, Self

from omegaconf import DictConfig, OmegaConf
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from percept import paths, yaml_file
from percept.errors import UserError
from percept.names import plain_name
from percept.params.problems import explained
from percept.params.staleness import warn_when_stale
from percept.workspace import is_of_this_run

AGAIN = "nothing was replaced: start the run again, and change params.yaml once it has ended"
NUM_LOOKS = 20

# Text that looks like a number: `-S objective.positive=1` arrives as an integer.
Label = Annotated[str, BeforeValidator(lambda value: str(value) if type(value) is int else value)]
Seed = Annotated[int, Field(ge=0, lt=2**32)]  # what NumPy, scikit-learn and Keras all take


class Section(BaseModel):
    """One section of params.yaml: immutable, and closed to unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Params(Section):
    """The sections one stage reads."""

    @classmethod
    def load(cls, path: Path = paths.PARAMS) -> Self:
        """Read and check this stage's sections. Raises `UserError`."""
        everything = _of_this_run(path)
        _check_task_name(everything, path)
        warn_when_stale(everything, path)
        return cls._of(everything, path)

    def check_unchanged(self, path: Path = paths.PARAMS) -> None:
        """Raise `UserError` where the file differs by now: DVC would take the output for one of the new parameters."""
        if self._of(_of_this_run(path), path) != self:
            raise UserError(str(path), "it was changed while the stage ran", "the parameters it began with", AGAIN)

    @classmethod
    def _of(cls, everything: dict[str, Any], path: Path) -> Self:
        return cls.check({key: everything[key] for key in cls.model_fields if key in everything}, str(path))

    @classmethod
    def check(cls, values: dict[str, Any], where: str) -> Self:
        """Validate `values`; one line for each problem. Raises `UserError`."""
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise explained(cls, error, where) from None


def _of_this_run(path: Path) -> dict[str, Any]:
    """Read params.yaml, where others lie for a moment while DVC puts a run into its queue. Raises `UserError`."""
    for _ in range(NUM_LOOKS):
        values = read(path)
        if is_of_this_run(values):
            return values
        time.sleep(0.5)
    found = f"other parameters than those the run began with (now: task {values.get('task')})"
    raise UserError(str(path), found, "the parameters of this run", AGAIN)


def read(path: Path) -> dict[str, Any]:
    """params.yaml as plain values, nothing in it resolved. Raises `UserError` where it is missing or unreadable."""
    advice = "write it with `python src/compose.py task=NAME`, or start the run with `dvc exp run`"
    if not path.is_file():
        raise UserError(str(path), "there is no such file", "the parameters of the run", advice)
    try:
        return plain_values(yaml_file.load(path)[1])
    except (OSError, ValueError) as error:
        raise UserError(str(path), " ".join(str(error).split()), "closed, readable YAML", advice) from None


def plain_values(values: Any) -> dict[str, Any]:
    """Return the sections of params.yaml with texts as they are meant. Raises `ValueError` where there are none."""
    if isinstance(values, DictConfig):
        values = OmegaConf.to_container(values)
    if not isinstance(values, dict):
        raise ValueError(f"a {type(values).__name__} instead of a mapping of sections")

    def as_meant(key: str, text: str) -> str:
        try:
            return yaml_file.unescape(text)
        except ValueError as error:
            raise ValueError(f"{key}: {error}") from None

    return {str(name): value for name, value in yaml_file.with_texts(values, as_meant).items()}


def _check_task_name(values: dict[str, Any], path: Path) -> None:
    """Refuse a name that would lead elsewhere, in stages too that make no path of it. Raises `UserError`."""
    try:
        plain_name(str(values.get("task")))
    except ValueError as error:
        advice = "correct it, or compose params.yaml anew with `python src/compose.py task=NAME`"
        raise UserError(f"{path}: task", f"{values.get('task')!r}", str(error), advice) from None
