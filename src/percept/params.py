"""Typed, closed, read-only view of params.yaml.

Hydra composes conf/ into params.yaml before a run; stages read only the result. A stage names the sections it
reads as fields of a `Params` class, and dvc.yaml lists the same names, so DVC runs the stage again exactly when
something it can see has changed.
"""

import hashlib
import sys
import time
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args, get_origin

from omegaconf import DictConfig, OmegaConf
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from percept import paths, yaml_file
from percept.errors import UserError, nearest
from percept.names import plain_name
from percept.workspace import is_of_this_run

AGAIN = "nothing was replaced: start the run again, and change params.yaml once it has ended"
NUM_LOOKS = 20

# Text that looks like a number: `-S objective.positive=1` arrives as an integer.
Label = Annotated[str, BeforeValidator(lambda value: str(value) if type(value) is int else value)]
Seed = Annotated[int, Field(ge=0, lt=2**32)]  # what NumPy, scikit-learn and Keras all take

RENAMED_KINDS = {"python": "custom"}  # of models: what people wrote before, and what it is called now


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
            raise _explained(cls, error, where) from None


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


def conf_digest(task: str, conf: Path = paths.CONF) -> str:
    """Short sha256 of the files in conf/ that can take part in composing `task`."""
    files = [conf / "config.yaml", *_with_bases(conf / "task" / f"{task}.yaml")]
    for group in ("model", "optimizer", "fit", "features", "objective"):
        files += sorted((conf / group).rglob("*.yaml"))
    digest = hashlib.sha256()
    for file in files:
        if file.is_file():
            digest.update(str(file.relative_to(conf)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def _with_bases(file: Path, seen: tuple[Path, ...] = ()) -> list[Path]:
    """A file of conf/, and those of its own group that it starts from."""
    if not file.is_file() or file in seen:
        return []
    try:
        loaded = yaml_file.load(file)[1]
    except (OSError, ValueError):
        loaded = None  # composing says what is wrong with it
    defaults = loaded.get("defaults") if isinstance(loaded, dict) else None
    names = [name for name in defaults if isinstance(name, str)] if isinstance(defaults, list) else []
    bases = [file.parent / f"{name}.yaml" for name in names if name != "_self_" and ".." not in name]
    return [file, *(found for base in bases for found in _with_bases(base, (*seen, file)))]


def is_stale(values: dict[str, Any], conf: Path = paths.CONF) -> bool:
    """Say whether conf/ was edited after it had been composed into params.yaml, of which these are the values."""
    composed = values.get("conf")
    digest = composed.get("digest") if isinstance(composed, dict) else None
    return digest != conf_digest(str(values.get("task")), conf)


def warn_when_stale(values: dict[str, Any], path: Path = paths.PARAMS) -> None:
    """Say so on stderr."""
    conf = path.parent / paths.CONF
    if conf.is_dir() and is_stale(values, conf):
        print(
            f"warning: {path} was composed before conf/ was edited, and the run follows {path}.\n"
            "  `python src/compose.py --check` shows what differs; "
            f"`python src/compose.py task={values.get('task')}` composes it anew.",
            file=sys.stderr,
        )


def _check_task_name(values: dict[str, Any], path: Path) -> None:
    """Refuse a name that would lead elsewhere, in stages too that make no path of it. Raises `UserError`."""
    try:
        plain_name(str(values.get("task")))
    except ValueError as error:
        advice = "correct it, or compose params.yaml anew with `python src/compose.py task=NAME`"
        raise UserError(f"{path}: task", f"{values.get('task')!r}", str(error), advice) from None


def unknown_keys(cls: type[Section], values: dict[str, Any]) -> list[tuple[str, ...]]:
    """Return the keys in `values` that a class does not have, by the keys that lead to them."""
    try:
        cls.model_validate(values)
    except ValidationError as error:
        problems = [problem for problem in error.errors() if problem["type"] == "extra_forbidden"]
        return [tuple(_located(cls, problem["loc"])[1]) for problem in problems]
    return []


def _explained(cls: type[Section], error: ValidationError, where: str) -> UserError:
    found = [(*_located(cls, problem["loc"]), problem) for problem in error.errors()]
    reasons: dict[str, list[str]] = {}
    for section, names, problem in found:
        # Each branch of a union has its own complaint; one further inside is the better one.
        if not any(len(other) > len(names) and other[: len(names)] == names for _, other, _ in found):
            subject, reason = _described(section, names, problem)
            reasons.setdefault(subject, []).append(reason)
    lines = [f"{subject}: {', or '.join(dict.fromkeys(texts))}" for subject, texts in reasons.items()]
    count = f"{len(lines)} problem" + ("s" if len(lines) > 1 else "")
    return UserError(
        where,
        "\n    ".join([count, *lines]),
        "the keys and ranges that the classes in src/percept declare (params.yaml has every key)",
        "correct the value in conf/ or in the `-S` override; nothing was run",
    )


def _described(section: type[Section] | None, names: list[str], problem: Any) -> tuple[str, str]:
    """(key, with the value where it is short; what is wrong with it)."""
    name = ".".join(names)
    match problem["type"]:
        case "extra_forbidden":
            known = list(section.model_fields) if section else []
            return name, f"unknown key{nearest(names[-1], known) or '; known: ' + ', '.join(known)}"
        case "missing":
            return name, "missing"
        case "union_tag_not_found":
            return f"{name}.{_discriminator(problem)}", "missing"
        case "union_tag_invalid":
            tag, tags = problem["ctx"]["tag"], problem["ctx"]["expected_tags"]
            new = RENAMED_KINDS.get(tag)
            renamed = f"; it is now called {new!r}" if new and repr(new) in tags else ""
            return f"{name}.{_discriminator(problem)} = {_short(tag)}", f"should be one of {tags}{renamed}"
    value = "" if isinstance(problem["input"], dict) else f" = {_short(problem['input'])}"
    return f"{name}{value}", problem["msg"].removeprefix("Value error, ").removeprefix("Input ")


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 100 else f"{text[:100]}..."


def _discriminator(problem: Any) -> str:
    return problem["ctx"]["discriminator"].strip("'")


def _located(cls: type[Section], loc: tuple[int | str, ...]) -> tuple[type[Section] | None, list[str]]:
    """The section class a problem lies in, and the names a person typed: pydantic also names the branch of a union."""
    annotation: Any = cls
    section: type[Section] | None = cls
    names: list[str] = []
    for key in loc:
        variants = _variants(annotation)
        if len(variants) > 1 and isinstance(key, str):
            annotation = next((variant for variant in variants if _is_branch(variant, key)), None)
            continue
        names.append(str(key))
        annotation = variants[0] if variants else None
        if isinstance(annotation, type) and issubclass(annotation, Section):
            section = annotation
            field = section.model_fields.get(str(key))
            annotation = field.annotation if field else None
        else:
            annotation = (get_args(annotation) or (None,))[-1 if get_origin(annotation) is dict else 0]
    return section, names


def _variants(annotation: Any) -> list[Any]:
    """The members of a union, None aside."""
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in (None, Literal, tuple, list, dict):
        return [] if annotation in (None, type(None)) else [annotation]
    return [leaf for member in get_args(annotation) for leaf in _variants(member)]


def _is_branch(variant: Any, label: str) -> bool:
    """Whether pydantic calls `variant` so: by its kind or type, or a container by its name."""
    fields = getattr(variant, "model_fields", {})
    tag = fields.get("kind") or fields.get("type")
    return label in get_args(tag.annotation) if tag else label.startswith(f"{getattr(variant, '__name__', None)}[")
