"""Whether conf/ was edited after it had been composed into params.yaml."""

import hashlib
import sys
from pathlib import Path
from typing import Any

from percept import paths, yaml_file


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
