"""The pages are short where they must be, link to what is there, and name all that there is."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from project_conf import choices

from percept.sources import Source

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")), ROOT / "data/README.md"]


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def links(page: Path) -> Iterator[str]:
    """Give the links of a page to files and headings of the project."""
    found = re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    yield from (link for link in found if "://" not in link)


def anchors(page: Path) -> set[str]:
    """Give the names that GitHub makes of the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def leads_nowhere(page: Path, link: str) -> bool:
    name, _, heading = link.partition("#")
    target = page.parent / name if name else page
    return not target.exists() or (heading != "" and heading not in anchors(target))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_of_a_page_leads_to_a_file_and_heading_of_the_project(page):
    assert [link for link in links(page) if leads_nowhere(page, link)] == []


def test_the_readme_is_short():
    assert len(text("README.md").splitlines()) < 150


def test_the_readme_has_a_way_to_every_room_of_the_library():
    rooms = {folder.parent.name for folder in (ROOT / "src/percept").glob("*/__init__.py")}
    assert rooms == set(re.findall(r"\]\(src/percept/(\w+)\) *[|,]", text("README.md")))


def test_the_index_of_docs_has_every_page():
    pages = {page.name for page in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert pages == {link for link in links(ROOT / "docs/README.md") if "/" not in link}


def test_contributing_names_every_make_target():
    targets = set(re.findall(r"^([a-z-]+):.*  ## ", text("Makefile"), re.M))
    assert targets == set(re.findall(r"\bmake ([a-z-]+)", text("CONTRIBUTING.md")))


def test_the_table_of_sources_has_every_kind():
    kinds = {get_args(variant.model_fields["kind"].annotation)[0] for variant in get_args(get_args(Source)[0])}
    (table,) = re.findall(r"^\| `source\.kind` \|.*\n\|[-|]+\n((?:\|.*\n)+)", text("docs/pipeline.md"), re.M)
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.M)) == kinds


def test_the_table_of_optimizers_has_every_file_of_conf():
    (table,) = re.findall(r"^\| `-S optimizer=` \|.*\n\|[-|]+\n((?:\|.*\n)+)", text("docs/models.md"), re.M)
    named = {name for cell in re.findall(r"^\| ([^|]+) \|", table, re.M) for name in re.findall(r"`(\w+)`", cell)}
    assert named == set(choices("optimizer"))


def test_the_changelog_has_the_version_that_the_project_has():
    (version,) = re.findall(r'^version = "(.+)"$', text("pyproject.toml"), re.M)
    assert re.findall(r"^## (\S+)", text("CHANGELOG.md"), re.M)[:2] == ["Unreleased", version]
