"""What is wrong with params.yaml, in the words of those who wrote it."""

from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError

from percept.errors import UserError, nearest

RENAMED_KINDS = {"python": "custom"}  # of models: what people wrote before, and what it is called now


def unknown_keys(cls: type[BaseModel], values: dict[str, Any]) -> list[tuple[str, ...]]:
    """Return the keys in `values` that a class does not have, by the keys that lead to them."""
    try:
        cls.model_validate(values)
    except ValidationError as error:
        problems = [problem for problem in error.errors() if problem["type"] == "extra_forbidden"]
        return [tuple(_located(cls, problem["loc"])[1]) for problem in problems]
    return []


def explained(cls: type[BaseModel], error: ValidationError, where: str) -> UserError:
    """Return what to tell of an error: a line for each problem. cls: what was to be made of the values."""
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


def _described(section: type[BaseModel] | None, names: list[str], problem: Any) -> tuple[str, str]:
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


def _located(cls: type[BaseModel], loc: tuple[int | str, ...]) -> tuple[type[BaseModel] | None, list[str]]:
    """The section class a problem lies in, and the names a person typed: pydantic also names the branch of a union."""
    annotation: Any = cls
    section: type[BaseModel] | None = cls
    names: list[str] = []
    for key in loc:
        variants = _variants(annotation)
        if len(variants) > 1 and isinstance(key, str):
            annotation = next((variant for variant in variants if _is_branch(variant, key)), None)
            continue
        names.append(str(key))
        annotation = variants[0] if variants else None
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
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
