"""The pages of docs/lessons: English and Korean say the same, and what they name is there."""

import re
import shlex
from pathlib import Path

import pytest
from readme_commands import commands

from percept.composition import composed
from percept.lessons.catalogue import LESSONS
from percept.lessons.korean import in_korean

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs/lessons"
PICTURES = FOLDER / "pictures"
MOST_BYTES = 60_000  # of a picture
REGION = re.compile(r"<!-- table (\w+): begin \(make lessons\) -->\n(.*?)<!-- table \1: end -->", re.S)
PAIRS = {
    lesson.page: tuple((FOLDER / f"{lesson.page}{ending}").read_text(encoding="utf-8") for ending in (".md", ".ko.md"))
    for lesson in LESSONS
}
PARTS = {"commands": r"```sh\n.*?```", "pictures": r"!\[[^]]*\]\(([^)]+)\)", "tables": r"<!-- .*? -->"}
every_lesson = pytest.mark.parametrize("name", PAIRS)


def cells(table: str) -> list[tuple[str, ...]]:
    """The rows of a table in Markdown, its head first."""
    rows = [line.strip("|").split("|") for line in table.splitlines()]
    return [tuple(cell.strip() for cell in row) for row in rows if set("".join(row)) - set("-:")]


def prose(page: str) -> str:
    """A page without tables, commands and addresses."""
    return re.sub(r"\]\([^)]*\)", "]", re.sub(r"```.*?```", "", REGION.sub("", page), flags=re.S))


@every_lesson
@pytest.mark.parametrize("what", PARTS)
def test_both_languages_have_the_same_parts_in_the_same_order(name, what):
    english, korean = (re.findall(PARTS[what], page, re.S) for page in PAIRS[name])
    assert korean == english != []


@every_lesson
def test_both_languages_have_the_same_numbers(name):
    english, korean = (sorted(re.findall(r"\d+(?:[.,]\d+)*", prose(page))) for page in PAIRS[name])
    assert korean == english


@every_lesson
def test_the_korean_tables_are_the_english_ones_in_korean(name):
    english, korean = (dict(REGION.findall(page)) for page in PAIRS[name])
    assert list(korean) == list(english)
    for table, text in english.items():
        rows = cells(text)
        assert len(rows) > 1 and len({len(row) for row in rows}) == 1
        assert cells(korean[table]) == [in_korean(row) for row in rows]
        assert in_korean(rows[0]) != rows[0], f"table {table} has no Korean head: src/percept/lessons/korean.py"


@every_lesson
def test_a_page_begins_with_the_command_that_makes_it(name):
    number = list(PAIRS).index(name) + 1
    assert commands(PAIRS[name][0])[0] == f"python src/lesson.py {number}"
    assert PAIRS[name][0].startswith(f"# {number}. ") and PAIRS[name][1].startswith(f"# {number}. ")


@every_lesson
def test_what_to_try_next_can_be_composed(name):
    for command in commands(PAIRS[name][0])[1:]:
        words = shlex.split(command)
        if words[:3] == ["dvc", "exp", "run"]:
            assert words[3::2] == ["-S"] * len(words[4::2])
            composed(words[4::2])
        else:
            assert words[0] == "python" and (ROOT / words[1]).is_file()
            composed([word for word in words[2:] if "=" in word])


def test_every_picture_is_small_and_is_shown():
    shown = {name for page, _ in PAIRS.values() for name in re.findall(r"\(pictures/([^)]+)\)", page)}
    assert {file.name for file in PICTURES.iterdir()} == shown
    assert [file.name for file in PICTURES.iterdir() if file.stat().st_size > MOST_BYTES] == []


@pytest.mark.parametrize("ending", [".md", ".ko.md"])
def test_the_index_names_every_lesson_in_order(ending):
    index = (FOLDER / f"README{ending}").read_text(encoding="utf-8")
    assert re.findall(r"^\| \d+ \| \[[^]]+\]\((\w+)" + re.escape(ending), index, re.M) == list(PAIRS)


def test_a_lesson_leaves_its_pages_as_they_are(fresh):
    said = fresh.run("python", "src/lesson.py", "1").stdout
    assert "wrote docs/lessons/pictures/01_perceptron.png" in said and "XOR" in said
    assert fresh.run("git", "status", "--short", "--", "*.md").stdout == ""
