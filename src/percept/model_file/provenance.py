"""Where results come from: results/provenance.json, of which each stage that makes what is kept writes its part.

Git holds it beside dvc.lock, so that it moves with the run: into an experiment, a commit, and back. It is no output of
DVC, as the same run at another commit is another origin of the same bits.
"""

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from percept import paths
from percept.errors import UserError
from percept.model_file.environment import PACKAGES, version_of
from percept.params import read
from percept.programs import output_of
from percept.workspace import command, digest_of

INPUTS = (paths.CONF, "src", paths.PARAMS, "dvc.yaml", "requirements.lock")  # what a run is made from, beside data
LOCK = Path("requirements.lock")
MODEL = str(paths.MODELS / paths.SHIPPED)


def origin(data: Mapping[str, str], used: Iterable[Path], made: Mapping[str, Path]) -> dict[str, Any]:
    """Return what this process makes something from, and the sha256 of that.

    data: sha256 of the files of the source, by name; used: files that were read; made: where lies now what will have
    this name.
    """
    return {
        **_git(),
        "command": command(),
        "params": digest_of(read(paths.PARAMS)),
        "data": {**data, **{str(file): sha256(file) for file in used if file.is_file()}},
        "lock": sha256(LOCK) if LOCK.is_file() else None,
        "versions": {"python": platform.python_version()} | {name: version_of(name) for name in PACKAGES},
        "made": {name: sha256(file) for name, file in made.items()},
    }


def write(draft: Path, stage: str, found: dict[str, Any], former: Path = paths.PROVENANCE) -> None:
    """Write the origin of a stage, and those of former stages that made what lies here: of another model none stays."""
    kept = json.loads(former.read_text(encoding="utf-8")) if former.is_file() else {}
    here = found["made"].get(MODEL) or found["data"].get(MODEL)
    kept = {name: part for name, part in kept.items() if part["made"].get(MODEL) == here and name != stage}
    draft.write_text(json.dumps(kept | {stage: found}, indent=2) + "\n", encoding="utf-8")


def _git() -> dict[str, Any]:
    """Return the commit, and which files of INPUTS differ from it; None where this is no repository."""
    try:
        commit = output_of("git", "rev-parse", "HEAD").strip()
        status = ["git", "-c", "core.quotePath=false", "status", "--porcelain", "--", *map(str, INPUTS)]
        return {"commit": commit, "changed": [line[3:] for line in output_of(*status).splitlines()]}
    except UserError:
        return {"commit": None, "changed": None}


def sha256(file: Path) -> str:
    """Return the sha256 of a file of any size."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
