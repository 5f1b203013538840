"""The metadata that a release adds to the shipped file: test scores, Git commit and model card."""

import json
import sys
from pathlib import Path
from typing import Any, Self

import onnx

from percept import paths
from percept.errors import UserError, listed
from percept.params import Section
from percept.programs import output_of

# What a run is made from, and what it leaves in Git.
COMMITTED = (paths.CONF, "src", paths.PARAMS, "dvc.yaml", "dvc.lock", paths.METRICS, "requirements.lock")


class Release(Section):
    """Metadata of a released file, beside those of `percept.model_file.metadata`."""

    commit: str  # that the run is kept in
    scores: dict[str, Any]  # what metrics.json holds
    card: str  # Markdown

    def stamp(self, model: onnx.ModelProto) -> None:
        """Write it into the metadata of a file."""
        texts = {"commit": self.commit, "scores": json.dumps(self.scores), "card": self.card}
        kept = {entry.key: entry.value for entry in model.metadata_props}
        onnx.helper.set_model_props(model, kept | texts)

    @classmethod
    def of(cls, metadata: dict[str, str], where: Path) -> Self:
        """Read it from the metadata of a file. Raises `UserError` where it was never released."""
        try:
            return cls(commit=metadata["commit"], scores=json.loads(metadata["scores"]), card=metadata["card"])
        except KeyError:
            found = "no model card inside"
        except (ValueError, RecursionError):  # of JSON and of pydantic
            found = "the scores inside cannot be read"
        advice = "make one with `python src/ship.py`; the card of the last run is models/model_card.md"
        raise UserError(str(where), found, "a released file", advice)


def check_up_to_date() -> None:
    """Raise `UserError` where `dvc repro` would run a stage again; a search is another pipeline, in a folder below."""
    said = output_of(sys.executable, "-m", "dvc", "status", "--json")
    stages = [stage for stage in json.loads(said.strip().splitlines()[-1]) if ":" not in stage]
    if stages:
        found = f"out of date: {listed(stages)}"
        raise UserError(
            "dvc status", found, "the outcome of what params.yaml and src/ say now", "run `dvc repro` first"
        )


def current_commit(changes_allowed: bool) -> str:
    """Return the commit that holds the run, and `(with changes)` where files differ from it. Raises `UserError`."""
    commit = output_of("git", "rev-parse", "HEAD").strip()
    status = ["git", "-c", "core.quotePath=false", "status", "--porcelain", "--", *map(str, COMMITTED)]
    changed = [line[3:] for line in output_of(*status).splitlines()]
    if changed and not changes_allowed:
        advice = f"git add {' '.join(changed[:12])} && git commit, or --uncommitted: the file will say so"
        raise UserError("git status", f"not committed: {listed(changed)}", "a commit that holds the run", advice)
    return f"{commit} (with changes)" if changed else commit
