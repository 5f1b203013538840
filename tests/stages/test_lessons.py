"""What the pages of docs/lessons show is what their lessons find when they run again."""

import re

import numpy as np
import pytest
from stage_runs import workspace

from percept.errors import UserError
from percept.lessons import perceptron
from percept.lessons.catalogue import LESSONS, Lesson
from percept.lessons.made import FOLDER, Made, region
from percept.paths import ROOT
from percept.sources import download

QUICK = {"01_perceptron", "03_losses"}  # the others are left to `make test-slow`
NUMBER = re.compile(r"-?\d+(?:,\d{3})*(?:\.\d+)?(?:e[-+]\d+)?")


def shown(page: str, name: str) -> list[str]:
    """The lines of a table in a page."""
    begin, end = region(name)
    return page.partition(f"{begin}\n")[2].partition(f"\n{end}")[0].splitlines()


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def agree(found: str, kept: str) -> bool:
    """Tell whether two cells say the same: a number of another processor may differ a little."""
    if NUMBER.sub("#", found) != NUMBER.sub("#", kept):
        return False
    pairs = zip(NUMBER.findall(found), NUMBER.findall(kept), strict=True)
    return all(_near(*(number.replace(",", "") for number in pair)) for pair in pairs)


def _near(found: str, kept: str) -> bool:
    mantissa, _, exponent = kept.partition("e")
    decimals = len(mantissa.partition(".")[2])
    step = 10.0 ** (int(exponent or 0) - decimals) if exponent or decimals else 0.0  # a count has none
    return abs(float(found) - float(kept)) <= max(1.01 * step, 0.1 * abs(float(kept)))


def make_or_skip(lesson: Lesson, monkeypatch: pytest.MonkeyPatch) -> Made:
    """Make it in a temporary folder; skip where its data is out of reach: wrong bytes are not."""
    monkeypatch.setattr(download, "NUM_ATTEMPTS", 1)
    with workspace():
        try:
            return lesson.make()
        except UserError as error:
            if "not found, or not the right bytes; tried" in str(error) and "sha256 is" not in str(error):
                pytest.skip(f"{lesson.page}: its data cannot be reached here, and DATA_MIRROR does not have it")
            raise


@pytest.mark.parametrize(
    "lesson",
    [pytest.param(each, marks=[] if each.page in QUICK else [pytest.mark.slow], id=each.page) for each in LESSONS],
)
def test_a_lesson_finds_what_its_page_shows(lesson, monkeypatch):
    made = make_or_skip(lesson, monkeypatch)
    page = (ROOT / FOLDER / f"{lesson.page}.md").read_text(encoding="utf-8")
    assert set(made.pictures) == set(re.findall(r"\(pictures/(\w+)\.png\)", page))
    assert set(made.tables) == set(re.findall(r"<!-- table (\w+): begin", page))
    for name, table in made.tables.items():
        found, kept = table.rendered().splitlines(), shown(page, name)
        pairs = [pair for lines in zip(found, kept, strict=True) for pair in zip(*map(cells, lines), strict=True)]
        assert [pair for pair in pairs if not agree(*pair)] == []


def test_the_rule_of_the_perceptron_gives_the_weights_that_training_has_after_one_epoch():
    with workspace():
        fit, weights = perceptron.trained("and_gate")
    by_rule = [float(cell) for cell in perceptron.first_updates(fit, weights[0])[-1][-3:]]
    np.testing.assert_allclose(by_rule, weights[1], atol=0.006)  # shown with two digits
    assert abs(weights[1] - weights[0]).max() > 0.05
