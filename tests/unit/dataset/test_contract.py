"""violations: which rows break which rule."""

import re
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from percept.composition import composed
from percept.dataset.contract import Contract, violations
from percept.errors import UserError

TEXTS = st.lists(st.sampled_from(["", "a", "b", "ab", "A", "1", "1.0"]))
NUMBERS = st.lists(st.none() | st.integers(-9, 9) | st.floats(-9, 9))
LIMIT = st.none() | st.floats(-9, 9)


def broken(rule: dict, *cells: str | None) -> dict[str, list[int]]:
    """What is wrong -> in which rows."""
    column = np.array(["" if cell is None else str(cell) for cell in cells], dtype=object)
    found = violations(Contract(columns={"x": rule}), {"x": column})
    return {violation.rule: np.flatnonzero(violation.rows).tolist() for violation in found}


@given(cells=NUMBERS, low=LIMIT, high=LIMIT, whole=st.booleans(), missing=st.booleans(), unique=st.booleans())
def test_a_number_keeps_the_rules_that_it_keeps(cells, low, high, whole, missing, unique):
    if low is not None and high is not None:
        low, high = sorted((low, high))
    options = {"min": low, "max": high, "whole": whole, "missing": missing, "unique": unique}
    found = broken({"type": "number", **options}, *cells)
    there = {row: cell for row, cell in enumerate(cells) if cell is not None}
    wanted = {
        "missing": [] if missing else [row for row in range(len(cells)) if row not in there],
        f"below {low:.15g}" if low is not None else "": [
            r for r, cell in there.items() if low is not None and cell < low
        ],
        f"above {high:.15g}" if high is not None else " ": [
            row for row, cell in there.items() if high is not None and cell > high
        ],
        "not whole": [row for row, cell in there.items() if whole and cell != int(cell)],
        "there more than once": [row for row, cell in there.items() if unique and list(there.values()).count(cell) > 1],
    }
    assert found == {rule: rows for rule, rows in wanted.items() if rows}


@given(cells=TEXTS, values=st.none() | st.sets(st.sampled_from(["a", "b", "1"]), min_size=1), unique=st.booleans())
def test_a_category_keeps_the_rules_that_it_keeps(cells, values, unique):
    rule = {"type": "category", "missing": False, "unique": unique, "values": values and sorted(values)}
    found = broken(rule, *cells)
    wanted = {
        "missing": [row for row, cell in enumerate(cells) if not cell],
        f"none of {', '.join(sorted(values or []))}": [
            row for row, cell in enumerate(cells) if values and cell and cell not in values
        ],
        "there more than once": [row for row, cell in enumerate(cells) if unique and cell and cells.count(cell) > 1],
    }
    assert found == {rule: rows for rule, rows in wanted.items() if rows}


@given(days=st.lists(st.none() | st.dates(date(1990, 1, 1), date(2030, 1, 1))), ends=st.tuples(st.dates(), st.dates()))
def test_a_date_keeps_the_rules_that_it_keeps(days, ends):
    low, high = sorted(max(end, date(1000, 1, 1)) for end in ends)
    form = "%d.%m.%Y"
    rule = {"type": "date", "format": form, "min": f"{low:{form}}", "max": f"{high:{form}}", "missing": True}
    found = broken(rule, *(day and f"{day:{form}}" for day in days))
    wanted = {
        f"below {low:{form}}": [row for row, day in enumerate(days) if day and day < low],
        f"above {high:{form}}": [row for row, day in enumerate(days) if day and day > high],
    }
    assert found == {rule: rows for rule, rows in wanted.items() if rows}


def test_text_that_is_no_number_or_date_breaks_no_other_rule():
    number = {"type": "number", "min": 5, "max": 6, "whole": True, "unique": True}
    assert broken(number, "x", "x", "1,5", "inf", 5) == {"no number": [0, 1, 2, 3]}
    assert broken({"type": "date", "format": "%Y", "min": 1999, "unique": True}, "x", "x", "2000") == {
        "no date such as %Y": [0, 1]
    }


def test_what_is_there_twice_is_told_by_its_value_not_by_how_it_is_written():
    assert broken({"type": "number", "unique": True}, "1", "1.0", "01", "2") == {"there more than once": [0, 1, 2]}
    assert broken({"type": "category", "unique": True}, "1", "1.0", "1") == {"there more than once": [0, 2]}
    rule = {"type": "date", "format": "%d.%m.%Y", "unique": True}
    assert broken(rule, "1.2.2024", "01.02.2024", "2.1.2024") == {"there more than once": [0, 1]}


def test_an_end_is_shown_as_it_was_written():
    assert list(broken({"type": "number", "max": 1234567.25}, 1e9)) == ["above 1234567.25"]
    assert list(broken({"type": "number", "min": 0.1}, 0)) == ["below 0.1"]


def test_columns_that_no_rule_names_and_rules_for_columns_that_are_not_there_are_passed_over():
    contract = Contract(columns={"gone": {"type": "number", "missing": False}})
    assert list(violations(contract, {"x": np.array(["", "y"], dtype=object)})) == []


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ({"type": "number", "min": 2, "max": 1}, "min should not be above max"),
        ({"type": "number", "min": float("nan")}, "finite number"),
        ({"type": "category", "values": []}, "at least 1 item"),
        ({"type": "date", "format": "%Y-%m-%d", "min": "1.2.2024"}, "dates such as format %Y-%m-%d reads"),
        ({"type": "date", "format": "%d.%m.%Y", "min": "2.1.2024", "max": "1.2.2023"}, "min should not be above max"),
        ({"type": "date", "format": "%Q"}, "should be a form of dates"),
        ({"type": "date"}, "Field required"),
    ],
)
def test_a_rule_that_no_column_could_keep_or_break_is_refused(rule, reason):
    with pytest.raises(ValidationError, match=reason):
        Contract(columns={"x": rule})


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("{type: number, mim: 0}", "contract.columns.age.mim: unknown key; did you mean 'min'?"),
        ("{type: category, value: [a]}", "contract.columns.age.value: unknown key; did you mean 'values'?"),
        ("{type: date, form: '%Y'}", "contract.columns.age.format: missing"),
        ("{type: number, min: low}", "contract.columns.age.min = 'low'"),
        ("{type: number, min: 2, max: 1}", "contract.columns.age: min should not be above max"),
        ("{type: numbr}", "contract.columns.age.type = 'numbr': should be one of 'number', 'category', 'date'"),
        ("{min: 0}", "contract.columns.age.type: missing"),
        ("7", "contract.columns.age = 7"),
    ],
)
def test_a_wrong_rule_is_refused_at_composition_by_its_name(override, message):
    with pytest.raises(UserError, match=re.escape(message)):
        composed([f"contract.columns.age={override}"])


def test_labels_that_look_like_numbers_stay_text():
    found = composed(
        [
            "contract.columns.year={type: date, format: '%Y', min: 1990}",
            "contract.columns.n={type: category, values: [1, 2]}",
        ]
    )
    contract = Contract.model_validate(dict(found.contract))
    assert contract.columns["year"].min == "1990" and contract.columns["n"].values == ("1", "2")
