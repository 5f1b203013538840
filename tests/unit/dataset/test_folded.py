"""Texts that differ by capitals, blanks or the form of Unicode alone are read as one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from percept.dataset.formats import folded
from percept.dataset.table import Table, fold_texts
from percept.errors import UserError


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("YES", "yes"),
        (" two\u00a0words", "Two  words"),
        ("e\u0301", "\u00c9"),
        ("\uff21\uff11", "a1"),
        ("a\u200bb", "ab"),
    ],
)
def test_texts_that_look_alike_are_one(text, other):
    assert folded(text) == folded(other)


@pytest.mark.parametrize(("text", "other"), [("a b", "ab"), ("e-mail", "email"), ("stra\u00dfe", "strasse"), ("", "-")])
def test_texts_that_say_something_else_stay_apart(text, other):
    assert folded(text) != folded(other)


@given(st.text(max_size=12))
def test_a_folded_text_stays_as_it_is(text):
    assert folded(folded(text)) == folded(text)


def test_only_the_named_columns_are_folded_and_new_rows_are_read_so():
    table = Table("t.csv", {name: np.array(["Yes", "YES", ""], dtype=object) for name in "ab"}, np.arange(3))
    found = fold_texts(table, ["b"])
    assert found.columns["a"].tolist() == ["Yes", "YES", ""] and found.columns["b"].tolist() == ["yes", "yes", ""]
    assert found.text.fold == ("b",)
    with pytest.raises(UserError, match=r"source\.fold: t\.csv has no column 'B'; did you mean 'b'"):
        fold_texts(table, ["B"])
