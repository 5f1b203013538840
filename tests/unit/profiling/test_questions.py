"""What the cells leave open is asked, with the option that says it: spelling, codes for no value, counts."""

import random
from datetime import date, timedelta

import pytest
from omegaconf import OmegaConf

from percept.errors import UserError
from percept.profiling.questions import are_counts
from percept.profiling.task import Task, propose_task
from percept.profiling.task_file import render
from percept.profiling.task_options import TaskOptions

NUMBERS = random.Random(7)
ROWS = [(NUMBERS.randint(1, 50), f"{NUMBERS.random():.3f}") for _ in range(240)]


@pytest.fixture
def task(reading):
    def of(cell, **options) -> Task:
        lines = ["age,rate,y", *(f"{age},{rate},{cell(row)}" for row, (age, rate) in enumerate(ROWS))]
        return propose_task(reading("\n".join(lines)), TaskOptions("y", **options))

    return of


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        (("Yes", "yes", "No", "no"), {"yes", "no"}),
        (("New  York", "new york", "Oslo"), {"new york", "oslo"}),
        (("cafe\u0301", "caf\u00e9", "bar"), {"caf\u00e9", "bar"}),
        (("\uff32\uff25\uff24", "red", "blue"), {"red", "blue"}),
        (("na\u200bme", "name", "other"), {"name", "other"}),
        (("\u1112\u1161\u11ab", "\ud55c", "\uae00"), {"\ud55c", "\uae00"}),  # Hangul in parts and whole
    ],
)
def test_labels_that_differ_by_capitals_blanks_or_unicode_alone_are_one_and_it_is_said(task, labels, classes):
    found = task(lambda row: labels[row % len(labels)])
    assert {label for label, _ in found.classes} == classes
    assert any("differ by capitals, blanks" in note and "--exact y" in note for note in found.notes)
    source = {"path": "t.csv", "urls": ["t.csv"], "sha256": "0" * 64}
    config = OmegaConf.to_container(OmegaConf.create(render(found, "t", source, "new_task").text))
    assert config["source"]["fold"] == ["y"] and set(config["contract"]["columns"]["y"]["values"]) == classes


def test_codes_that_differ_by_capitals_are_asked_about_and_a_person_decides(task):
    labels = ("mW", "MW", "kW")
    found = task(lambda row: labels[row % 3])
    assert len(found.classes) == 3 and any("--fold y makes them one" in note for note in found.notes)
    assert len(task(lambda row: labels[row % 3], fold=("y",)).classes) == 2
    exact = task(lambda row: ("Yes", "yes", "no")[row % 3], exact=("y",))
    assert len(exact.classes) == 3 and not exact.reading.text.fold


@pytest.mark.parametrize(("code", "rows"), [("-999", 3), ("-99", 1), ("-1", 4), ("9999", 5), ("-999.0", 2), ("-9", 2)])
def test_a_number_far_from_all_others_is_asked_about(reading, code, rows):
    cells = [code if row < rows else str(age) for row, (age, _) in enumerate(ROWS)]
    found = propose_task(
        reading("\n".join(["n,y", *(f"{cell},{'ab'[row % 2]}" for row, cell in enumerate(cells))])), TaskOptions("y")
    )
    assert any(f"n is {code} in {rows} row" in note and f"--missing={code}" in note for note in found.notes)


@pytest.mark.parametrize(
    "cell", [lambda row: row % 40 - 20, lambda row: row % 100, lambda row: -1 if row == 3 else row % 50]
)
def test_numbers_among_their_like_are_no_codes(reading, cell):
    content = "\n".join(["n,y", *(f"{cell(row)},{'ab'[row % 2]}" for row in range(240))])
    assert not any("--missing" in note for note in propose_task(reading(content), TaskOptions("y")).notes)


def poisson(row: int) -> int:
    return sum(NUMBERS.random() < 0.02 for _ in range(250))


def test_counts_are_a_regression_and_the_other_kind_is_named(task):
    found = task(poisson)
    assert found.kind == "regression" and are_counts(found.target)
    assert any("taken for counts: a regression; --kind multiclass" in note for note in found.notes)
    asked = task(poisson, kind="multiclass")
    assert asked.kind == "multiclass" and not any("--kind" in note for note in asked.notes)


@pytest.mark.parametrize(
    "cell", [lambda row: row % 10, lambda row: row % 12 + 1, lambda row: 3 + row % 6, lambda row: row % 5 + 1]
)
def test_digits_months_scores_and_stars_are_classes_and_regression_is_offered(task, cell):
    found = task(cell)
    assert found.kind == "multiclass" and any("--kind regression" in note for note in found.notes)


def test_three_codes_are_classes_without_a_word(task):
    assert not any("--kind" in note for note in task(lambda row: row % 3).notes)


def day(row: int, form: str) -> str:
    return f"{date(1958, 3, 1) + timedelta(days=40 * row):{form}}"


def test_a_cell_that_is_no_date_is_named_with_the_option_that_cures_it(reading):
    lines = ["born,y", *(f"{day(row, '%d/%m/%Y')},{'yes' if row % 2 else 'no'}" for row in range(60))]
    lines[33], lines[50] = "31/02/1960,no", "unknown,yes"
    table = reading("\n".join([lines[0] + ",z", *(f"{line},{row % 7}" for row, line in enumerate(lines[1:]))]))
    found = propose_task(table, TaskOptions("y"))
    assert "unknown" in table.text.missing
    assert found.uses["born"] == "drop" and found.reasons["born"].startswith("dates and texts (line 34: '31/02/1960')")
    (note,) = (note for note in found.notes if "line 34: '31/02/1960'" in note)
    assert "--missing=TEXT" in note
    assert propose_task(table, TaskOptions("y", keep=("born",))).uses["born"] == "date"
    assert not any("line 34" in note for note in propose_task(table, TaskOptions("y", drop=("born",))).notes)
    with pytest.raises(UserError, match="--time born: it holds dates and texts"):
        propose_task(table, TaskOptions("y", time="born"))


@pytest.mark.parametrize("options", [{}, {"time": "born"}])
def test_it_is_said_how_two_digits_of_a_year_are_read_and_new_rows_are_read_so(reading, options):
    lines = ["born,z,y", *(f"{day(row, '%m/%d/%y')},{row % 7},{'yes' if row % 2 else 'no'}" for row in range(99))]
    found = propose_task(reading("\n".join(lines)), TaskOptions("y", this_year=2044, **options))
    (note,) = (note for note in found.notes if "two digits of each year, read as 1946 to 2045" in note)
    assert "its dates are 1958-03-01 to" in note
    written = OmegaConf.create(render(found, "t", {"path": "t.csv", "urls": [], "sha256": "0"}, "new_task").text)
    form = written.split.test.form if options else written.features.date.born
    assert form == "%m/%d/%y from 1946" and (options or written.contract.columns.born.format == form)
