"""The files of conf/ that are the project's: those its pages and published tasks name. Others are a person's own."""

import re
from pathlib import Path

from omegaconf import OmegaConf

ROOT = Path(__file__).parents[1]
CONF = ROOT / "conf"
PUBLISHED = OmegaConf.to_container(OmegaConf.load(ROOT / "results/published.yaml"))
GROUPS = sorted(group.name for group in CONF.iterdir() if group.is_dir())


def choices(group: str) -> list[str]:
    """Return the project's choices of a group, such as `recipe/churn` of model."""
    if group == "task":
        return sorted(PUBLISHED)
    files = sorted((CONF / group).rglob("*.yaml"))
    names = [file.relative_to(CONF / group).with_suffix("").as_posix() for file in files]
    return [name for name in names if re.search(rf"(?<![\w/]){re.escape(name)}(?!\w)", _named())]


def own_files(conf: Path = CONF) -> list[Path]:
    """Return the files of a person's own; those in `base` are what tasks start from."""
    known = {f"{group}/{name}.yaml" for group in GROUPS for name in choices(group)}
    files = [file for file in conf.glob("*/**/*.yaml") if file.parent.name != "base"]
    return [file for file in files if file.relative_to(conf).as_posix() not in known]


def _named() -> str:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), CONF / "config.yaml", *(CONF / "task/base").glob("*")]
    pages += [CONF / "task" / f"{task}.yaml" for task in PUBLISHED] + sorted((CONF / "model/recipe").glob("*"))
    return "\n".join(page.read_text(encoding="utf-8") for page in pages)
