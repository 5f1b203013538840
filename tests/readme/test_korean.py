"""The Korean front door says what the README says: the same commands, programs, numbers and links."""

import re
from pathlib import Path

import pytest
from readme_commands import commands

ROOT = Path(__file__).parents[2]
LANGUAGE = {"README.md", "README.ko.md"}
ENGLISH, KOREAN = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.ko.md"))
SECTIONS = list(zip(*(re.split(r"^## ", page, flags=re.M) for page in (ENGLISH, KOREAN)), strict=True))
every_section = pytest.mark.parametrize("pair", SECTIONS, ids=lambda pair: pair[0].splitlines()[0])


def found(pattern: str, pair: tuple[str, str]) -> tuple[list[str], list[str]]:
    return tuple(sorted(re.findall(pattern, section, re.S | re.M)) for section in pair)


def links(page: str) -> list[str]:
    """Where a page leads; a page that has a Korean one beside it counts as that."""
    targets = re.findall(r"\]\(([^)\s]+)\)", page)
    return sorted(target.replace(".ko.md", ".md") for target in targets if target not in LANGUAGE)


def test_the_commands_are_the_same_in_the_same_order():
    assert commands(KOREAN) == commands(ENGLISH)


@every_section
def test_blocks_of_code_are_the_same_to_the_letter(pair):
    english, korean = found(r"^```.*?^```", pair)
    assert korean == english


@every_section
def test_what_stands_as_code_in_the_text_is_the_same(pair):
    english, korean = found(r"`[^`\n]+`", tuple(re.sub(r"```.*?```", "", section, flags=re.S) for section in pair))
    assert korean == english


@every_section
def test_every_number_is_the_same(pair):
    english, korean = found(r"\d+(?:[.,]\d+)*", tuple(re.sub(r"\]\([^)]*\)", "]", section) for section in pair))
    assert korean == english


@every_section
def test_the_links_lead_to_the_same_files_and_headings(pair):
    english, korean = map(links, pair)
    assert korean == english


def test_the_table_of_tasks_is_the_same_to_the_letter():
    table = r"<!-- table of tasks: begin.*?<!-- table of tasks: end -->"
    assert re.findall(table, KOREAN, re.S) == re.findall(table, ENGLISH, re.S) != []


@pytest.mark.parametrize("page", [ENGLISH, KOREAN], ids=["README.md", "README.ko.md"])
def test_each_leads_to_the_other(page):
    (other,) = LANGUAGE & set(re.findall(r"\]\(([^)\s]+)\)", page))
    assert (ROOT / other).read_text(encoding="utf-8") != page
